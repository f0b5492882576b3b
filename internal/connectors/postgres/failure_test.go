package postgres

func isVictim() bool { return false }
