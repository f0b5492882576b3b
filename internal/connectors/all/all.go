// Package all is the list of connectors. A new one is one line here.
package all

import (
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connectors/calendly"
	"github.com/kalends/kalends/internal/connectors/duckdb"
	"github.com/kalends/kalends/internal/connectors/files"
	"github.com/kalends/kalends/internal/connectors/intake"
	"github.com/kalends/kalends/internal/connectors/mysql"
	"github.com/kalends/kalends/internal/connectors/postgres"
	"github.com/kalends/kalends/internal/connectors/sqlite"
)

// All lists what Kalends can talk to. version is told to these systems, now
// tells the time.
func All(version string, now func() time.Time) []connect.Connector {
	return []connect.Connector{
		calendly.New(calendly.Deps{Version: version, Now: now}),
		sqlite.New(),
		postgres.New(),
		mysql.New(),
		duckdb.New(),
		files.New(),
		intake.New(),
	}
}
