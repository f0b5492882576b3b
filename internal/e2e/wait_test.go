package e2e_test

import (
	"context"
	"database/sql"
	"testing"
	"time"
)

// count returns the rows of a table that another process is writing; 0 while
// it is not there.
func count(file, table string) int {
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return 0
	}
	defer db.Close()
	var n int
	if db.QueryRowContext(context.Background(), `SELECT count(*) FROM "`+table+`"`).Scan(&n) != nil {
		return 0
	}
	return n
}

// waitFor polls another process's work, the one thing no signal comes from.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("it did not happen within a minute")
		}
	}
}
