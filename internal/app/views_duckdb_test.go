//go:build duckdb

package app

// ofTag are the systems that are built with a tag. (Their driver comes with the
// connector.)
func ofTag() []system {
	return []system{{name: "duckdb", driver: "duckdb", to: func(c *copied) (string, string) {
		return "duckdb:" + c.file + ".duckdb", c.file + ".duckdb"
	}}}
}
