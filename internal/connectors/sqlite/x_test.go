package sqlite

func isVictim() bool { return false }
