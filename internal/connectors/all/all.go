// Package all is the list of connectors. A new one is one line here.
package all

import (
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// All lists what Kalends can talk to.
func All(version string, now func() time.Time) []connect.Connector {
	return nil
}
