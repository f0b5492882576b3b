package files
func isVictim() bool { return false }
