package archtest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// rule says what a package may import beside the standard library.
type rule struct {
	ours   []string // folders of this module
	others []string // modules or packages of others, with all that is below
}

const (
	jsontext = "github.com/go-json-experiment/json"
	pgx      = "github.com/jackc/pgx/v5"
	mysql    = "github.com/go-sql-driver/mysql"
	duckdb   = "github.com/duckdb/duckdb-go/v2"
	sqlite   = "modernc.org/sqlite"
)

// rules is the table of docs/architecture.md. "internal/connectors/*" stands
// for every connector.
func rules() map[string]rule {
	return map[string]rule{
		"calendly":              {},
		"calendly/calendlytest": {},

		"internal/fault":             {},
		"internal/flow":              {ours: []string{"internal/connect", "internal/fault"}},
		"internal/vault":             {ours: []string{"internal/fault"}},
		"internal/connect":           {ours: []string{"internal/fault", "internal/vault"}, others: []string{jsontext}},
		"internal/bucket":            {ours: []string{"internal/connect", "internal/fault"}, others: []string{"gocloud.dev", "github.com/aws/aws-sdk-go-v2"}},
		"internal/bucket/buckettest": {others: []string{"github.com/johannesboyne/gofakes3"}},
		"internal/connect/connecttest": {
			ours:   []string{"internal/connect", "internal/fault"},
			others: []string{jsontext, "github.com/google/go-cmp", "pgregory.net/rapid"},
		},
		"internal/connectors/all": {
			ours: []string{"internal/connect", "internal/connectors/*"},
		},
		"internal/connectors/calendly": {
			ours:   []string{"internal/connect", "internal/fault", "internal/vault", "calendly"},
			others: []string{jsontext, "golang.org/x/sync"},
		},
		"internal/dialect":  {ours: []string{"internal/connect", "internal/fault"}},
		"internal/relation": {ours: []string{"internal/connect", "internal/dialect", "internal/fault"}, others: []string{jsontext}},
		"internal/relation/relationtest": {
			ours:   []string{"internal/connect", "internal/connect/connecttest", "internal/fault"},
			others: []string{"github.com/google/go-cmp"},
		},
		"internal/connectors/duckdb": {
			ours:   []string{"internal/connect", "internal/dialect", "internal/fault", "internal/relation"},
			others: []string{duckdb},
		},
		"internal/connectors/mysql": {
			ours:   []string{"internal/connect", "internal/dialect", "internal/fault", "internal/relation"},
			others: []string{mysql},
		},
		"internal/connectors/intake": {
			ours:   []string{"internal/bucket", "internal/connect", "internal/fault", "internal/relation"},
			others: []string{jsontext, "github.com/klauspost/compress", "github.com/parquet-go/parquet-go"},
		},
		"internal/connectors/postgres": {
			ours:   []string{"internal/connect", "internal/dialect", "internal/fault", "internal/relation"},
			others: []string{pgx},
		},
		"internal/connectors/files": {
			ours:   []string{"internal/bucket", "internal/connect", "internal/fault"},
			others: []string{jsontext, "github.com/parquet-go/parquet-go", "github.com/klauspost/compress", "gocloud.dev", "github.com/gofrs/flock"},
		},
		"internal/connectors/sqlite": {
			ours:   []string{"internal/connect", "internal/dialect", "internal/fault", "internal/relation"},
			others: []string{jsontext, sqlite},
		},
		"internal/engine": {ours: []string{"internal/connect", "internal/flow", "internal/fault"}},
		"internal/audit":  {ours: []string{"internal/connect", "internal/engine", "internal/flow", "internal/fault"}},
		"internal/mapping": {
			ours:   []string{"internal/connect", "internal/fault", "internal/vault"},
			others: []string{jsontext, "github.com/expr-lang/expr", "github.com/itchyny/gojq", "go.yaml.in/yaml/v4"},
		},
		"internal/store": {
			ours:   []string{"internal/connect", "internal/flow", "internal/fault", "internal/vault"},
			others: []string{jsontext, sqlite, "github.com/pressly/goose/v3", "github.com/gofrs/flock"},
		},
		"internal/app": {
			ours:   []string{"internal/*", "calendly/calendlytest"},
			others: []string{"github.com/adrg/xdg", sqlite},
		},
		"internal/cli": {
			ours: []string{"internal/app", "internal/connect", "internal/fault", "internal/flow", "internal/mapping", "internal/vault"},
			others: []string{
				jsontext, "github.com/spf13/cobra", "github.com/spf13/pflag", "charm.land/lipgloss/v2",
				"github.com/vbauerster/mpb/v8", "github.com/dustin/go-humanize", "golang.org/x/term",
			},
		},
		"cmd/kalends": {ours: []string{"internal/cli"}},
		"internal/bench": {
			ours:   []string{"calendly", "calendly/calendlytest", "internal/connect", "internal/connectors/all", "internal/connectors/files", "internal/flow", "internal/vault"},
			others: []string{pgx, mysql, duckdb, "github.com/parquet-go/parquet-go"},
		},
	}
}

// helpers are the packages made for tests: they may import testing.
func helpers() []string {
	return []string{"internal/bucket/buckettest", "internal/connect/connecttest", "internal/relation/relationtest", "calendly/calendlytest"}
}

func TestImports_follow_the_table(t *testing.T) {
	t.Parallel()
	table := rules()
	for _, f := range production(t) {
		if f.pkg == "internal/archtest" || f.pkg == "cmd/warm" {
			continue
		}
		r, ok := table[f.pkg]
		if !ok {
			t.Errorf("%s: the package is not in the table of imports: add it there and to docs/architecture.md", f.path)
			continue
		}
		for _, imported := range f.imports {
			if !r.allows(imported) {
				t.Errorf("%s: %s may not import %s", f.path, f.pkg, imported)
			}
		}
	}
}

func (r rule) allows(imported string) bool {
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		return slices.ContainsFunc(r.ours, func(allowed string) bool { return matches(allowed, ours) })
	}
	first, _, _ := strings.Cut(imported, "/")
	standard := !strings.Contains(first, ".")
	return standard || slices.ContainsFunc(r.others, func(allowed string) bool {
		return imported == allowed || strings.HasPrefix(imported, allowed+"/")
	})
}

// matches reports whether pkg is allowed, or below it where it ends in "/*".
func matches(allowed, pkg string) bool {
	folder, all := strings.CutSuffix(allowed, "/*")
	return allowed == pkg || all && strings.HasPrefix(pkg, folder+"/")
}

func TestImports_docs_show_the_table(t *testing.T) {
	t.Parallel()
	doc := read(t, "docs/architecture.md")
	for pkg, r := range rules() {
		row := "| `" + pkg + "` | " + list(r.ours) + " | " + list(r.others) + " |\n"
		if !strings.Contains(doc, row) {
			t.Errorf("docs/architecture.md lacks the row\n%s", row)
		}
	}
}

func list(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "` `") + "`"
}

// The table's own words are tried, so that a slip in it does not allow all.
func TestImports_table_refuses_what_it_should(t *testing.T) {
	t.Parallel()
	table := rules()
	for pkg, imported := range map[string]string{
		"internal/fault":               module + "/internal/vault",
		"internal/engine":              module + "/internal/store",
		"internal/mapping":             module + "/internal/engine",
		"internal/connectors/calendly": module + "/internal/connectors/sqlite",
		"internal/connectors/sqlite":   module + "/calendly",
		"internal/cli":                 module + "/internal/store",
		"calendly":                     "golang.org/x/sync/errgroup",
		"calendly/calendlytest":        module + "/calendly",
		"internal/store":               "github.com/spf13/cobra",
	} {
		if table[pkg].allows(imported) {
			t.Errorf("%s may import %s", pkg, imported)
		}
	}
}

func TestImports_production_code_does_not_import_testing(t *testing.T) {
	t.Parallel()
	for _, f := range production(t) {
		for _, imported := range f.imports {
			if imported == "testing" || strings.HasPrefix(imported, "testing/") {
				if !slices.Contains(helpers(), f.pkg) && f.pkg != "cmd/warm" {
					t.Errorf("%s imports %s", f.path, imported)
				}
			}
		}
	}
}

// Each module that is imported has a line of reason, and no line is left over.
func TestDependencies_have_reasons(t *testing.T) {
	t.Parallel()
	direct := map[string]bool{}
	modules := required(t)
	for _, f := range files(t) {
		for _, imported := range f.imports {
			for _, m := range modules {
				if f.pkg != "cmd/warm" && (imported == m || strings.HasPrefix(imported, m+"/")) {
					direct[m] = true
				}
			}
		}
	}
	listed := map[string]bool{}
	for line := range strings.Lines(read(t, "docs/dependencies.md")) {
		cells := strings.Split(line, "|")
		if len(cells) > 3 && strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			listed[strings.Trim(cells[1], " `")] = strings.TrimSpace(cells[3]) != ""
		}
	}
	for _, name := range slices.Sorted(maps.Keys(direct)) {
		if !listed[name] {
			t.Errorf("docs/dependencies.md has no reason for %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		if !direct[name] {
			t.Errorf("docs/dependencies.md lists %s, which nothing imports", name)
		}
	}
}

// required returns the modules in go.mod.
func required(t *testing.T) []string {
	t.Helper()
	var modules []string
	for line := range strings.Lines(read(t, "go.mod")) {
		line, _, _ = strings.Cut(line, "//")
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) == 2 && strings.Contains(fields[0], ".") && strings.HasPrefix(fields[1], "v") {
			modules = append(modules, fields[0])
		}
	}
	if len(modules) < 10 {
		t.Fatalf("only %d modules were found in go.mod", len(modules))
	}
	return modules
}
