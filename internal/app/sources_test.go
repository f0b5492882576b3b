package app

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/bucket/buckettest"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/vault"
)

// execute runs statements on a file or server.
func execute(t *testing.T, driver, dsn, statements string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.WithoutCancel(t.Context()), statements); err != nil {
		t.Fatal(err)
	}
}

// postgresSchema returns the address of a schema that is dropped after the test.
func postgresSchema(t *testing.T) (address, server, schema string) {
	t.Helper()
	server = os.Getenv("KALENDS_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("KALENDS_TEST_POSTGRES is not set")
		}
		t.Skip("needs a PostgreSQL server: run the tests with scripts/services")
	}
	schema = "app_" + strings.ToLower(rand.Text())
	t.Cleanup(func() { execute(t, "pgx", server, "DROP SCHEMA IF EXISTS "+schema+" CASCADE") })
	return server + "&schema=" + schema, server, schema
}

// shop makes a file with every kind of table and value.
func shop(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.db")
	execute(t, "sqlite", path, `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, score REAL, ok BOOLEAN, at TIMESTAMP, doc JSON TEXT, "a ""b" TEXT);
		INSERT INTO people VALUES (1, 'Ann', 1.5, 1, '2024-01-01T10:00:00.123456Z', '{"a": [1]}', 'x'), (2, '', -0.25, 0, NULL, '7', ''), (9007199254740993, NULL, NULL, NULL, NULL, NULL, NULL);
		CREATE TABLE "Odd name" (country TEXT, number INTEGER, mixed TEXT, PRIMARY KEY (number, country));
		INSERT INTO "Odd name" VALUES ('de', 1, 'a'), ('fr', 1, 'b'), ('de', 2, NULL);
		CREATE TABLE log (line TEXT, n INTEGER);
		WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 3000) INSERT INTO log SELECT 'line ' || n, n FROM i`)
	return path
}

func TestSync_tables_go_round_and_come_back_equal(t *testing.T) {
	t.Parallel()
	address, _, _ := postgresSchema(t)
	a, from := open(t, t.TempDir()), shop(t)
	back := filepath.Join(t.TempDir(), "back.db")
	for _, hop := range [][2]string{{"sqlite:" + from, address}, {address, "sqlite:" + back}} {
		req := SyncRequest{From: hop[0], To: hop[1]}
		run, err := a.Sync(t.Context(), req)
		if err != nil || run.Records != 3006 {
			t.Fatalf("%d records, %v", run.Records, err)
		}
		if proof, err := a.Verify(t.Context(), VerifyRequest{Copy: req}); err != nil || !proof.Equal {
			t.Errorf("%+v, %v", proof.Streams, err)
		}
	}
	for table, columns := range map[string]string{"people": `id, name, score, ok, at, json(doc), "a ""b"`, `"Odd name"`: "*", "log": "line, n"} {
		query := "SELECT " + columns + " FROM " + table + " ORDER BY 1, 2"
		if d := cmp.Diff(answerOf(t, from, query), answerOf(t, back, query)); d != "" {
			t.Errorf("%s: %s", table, d)
		}
	}
}

func answerOf(t *testing.T, path, query string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return answer(t, db, query)
}

// One that looks up no single records tells all: what it does not tell is extra.
func TestVerify_of_tables_finds_and_repairs_what_differs(t *testing.T) {
	t.Parallel()
	a, from := open(t, t.TempDir()), shop(t)
	to := filepath.Join(t.TempDir(), "copy.db")
	req := SyncRequest{From: "sqlite:" + from, To: "sqlite:" + to, Streams: []string{"Odd name"}, Fresh: map[string]string{"cursor": "number"}}
	if _, err := a.Sync(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	execute(t, "sqlite", from, `DELETE FROM "Odd name" WHERE country = 'fr'; INSERT INTO "Odd name" VALUES ('it', 1, 'c'); UPDATE "Odd name" SET mixed = 'z' WHERE country = 'de' AND number = 1`)
	proof, err := a.Verify(t.Context(), VerifyRequest{Copy: req})
	want := flow.Audit{Name: "Odd name", Status: flow.Differs, Missing: 1, Stale: 1, Extra: 1, Equal: 1}
	got := proof.Streams[0]
	got.Examples, got.Seconds = nil, 0
	if d := cmp.Diff(want, got); d != "" || fault.KindOf(err) != fault.Conflict {
		t.Error(d, err)
	}
	for range 2 {
		if proof, err = a.Verify(t.Context(), VerifyRequest{Copy: req, Repair: true}); err != nil {
			t.Fatalf("%+v, %v", proof.Streams, err)
		}
	}
	if s := proof.Streams[0]; s.Equal != 3 || s.Extra != 0 {
		t.Errorf("after the repair: %+v", s)
	}
}

func TestSync_a_source_is_the_same_by_address_and_by_credential(t *testing.T) {
	t.Parallel()
	address, server, schema := postgresSchema(t)
	execute(t, "pgx", server, fmt.Sprintf("CREATE SCHEMA %[1]s; CREATE TABLE %[1]s.t (id int PRIMARY KEY); INSERT INTO %[1]s.t VALUES (1), (2)", schema))
	a := open(t, t.TempDir())
	place, err := a.place(t.Context(), reading(), address)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for name, v := range place.settings.Values {
		if v != "" {
			values[name] = v
		}
	}
	if _, err := a.AddCredential(t.Context(), NewCredential{Name: "pg", Connector: "postgres", Values: values, Secrets: map[string]vault.Secret{}}); err != nil {
		t.Fatal(err)
	}
	to := "sqlite:" + filepath.Join(t.TempDir(), "copy.db")
	var flows []string
	for i, from := range []string{address, "pg", "pg/" + schema} {
		run, err := a.Sync(t.Context(), SyncRequest{From: from, To: to, Fresh: map[string]string{"cursor": "id"}})
		if err != nil || run.Records != []int{2, 1, 1}[i] {
			t.Errorf("%d: %d records, %v", i, run.Records, err)
		}
		flows = append(flows, run.Flow)
	}
	if flows[0] != flows[1] || flows[1] != flows[2] {
		t.Errorf("the flows are %v", flows)
	}
	if _, err := a.Sync(t.Context(), SyncRequest{From: "pg", To: address}); fault.KindOf(err) != fault.Conflict || fault.FieldOf(err) != "to" {
		t.Errorf("into itself: %v", err)
	}
}

func TestSync_refuses_options_that_the_source_has_not(t *testing.T) {
	t.Parallel()
	a, from := open(t, t.TempDir()), shop(t)
	s := sandbox(t)
	if _, err := a.AddCredential(t.Context(), ownerOf(s, "acme")); err != nil {
		t.Fatal(err)
	}
	to := "sqlite:" + filepath.Join(t.TempDir(), "copy.db")
	for from, options := range map[string][]string{"sqlite:" + from: {"near", "budget", "format"}, "acme": {"cursor", "query", "key", "format"}} {
		for _, name := range options {
			_, err := a.Sync(t.Context(), SyncRequest{From: from, To: to, Fresh: map[string]string{name: "x"}})
			if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != name {
				t.Errorf("%s of %s: %v", name, from, err)
			}
		}
	}
	if _, err := a.Sync(t.Context(), SyncRequest{From: "sqlite:" + from, To: to, Start: "2024-01-01"}); fault.FieldOf(err) != "start" {
		t.Error(err)
	}
	if _, err := os.Stat(strings.TrimPrefix(to, "sqlite:")); err == nil {
		t.Error("the destination was made")
	}
}

func TestSync_objects_are_the_same_by_address_and_by_credential(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	store := buckettest.New(t, nil)
	store.Put(t, "lake/a/people-1.jsonl", `{"id":1}`)
	store.Put(t, "lake/a/people-2.jsonl", `{"id":2}`)
	a := open(t, t.TempDir())
	saved := NewCredential{
		Name: "lake", Connector: "files", Values: map[string]string{"url": "s3://bucket/lake", "endpoint": store.URL, "access_key_id": "id", "format": "parquet"},
		Secrets: map[string]vault.Secret{"secret_access_key": vault.NewSecret("secret")},
	}
	if _, err := a.AddCredential(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	to := "sqlite:" + filepath.Join(t.TempDir(), "copy.db")
	var flows []string
	for _, from := range []string{"lake/a/people-*.jsonl", "s3://bucket/lake/a/people-*.jsonl?region=eu-central-1&endpoint=" + store.URL} {
		run, err := a.Sync(t.Context(), SyncRequest{From: from, To: to, Fresh: map[string]string{"key": "id"}})
		if err != nil || run.Records != 2 {
			t.Errorf("%s: %d records, %v", from, run.Records, err)
		}
		flows = append(flows, run.Flow)
	}
	if flows[0] != flows[1] {
		t.Errorf("the flows are %v", flows)
	}
	from := "sqlite:" + shop(t)
	for i, to := range []string{"lake", "s3://bucket/lake?format=parquet&endpoint=" + store.URL} {
		run, err := a.Sync(t.Context(), SyncRequest{From: from, To: to, Streams: []string{"people"}})
		if err != nil {
			t.Fatal(err)
		}
		if flows[i] = run.Flow; flows[i] != flows[0] {
			t.Errorf("as destinations the flows are %v", flows)
		}
	}
	if run, err := a.Sync(t.Context(), SyncRequest{From: "lake", To: to}); err != nil || run.Records != 3 || run.Streams[0].Name != "people" {
		t.Errorf("what was written there: %d records, %v", run.Records, err)
	}
	for _, from := range []string{"lake/../x.csv", "lake/x.csv?secret=1"} {
		if _, err := a.Sync(t.Context(), SyncRequest{From: from, To: to}); fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != "from" {
			t.Errorf("%s: %v of %q", from, err, fault.FieldOf(err))
		}
	}
	if _, err := a.Sync(t.Context(), SyncRequest{From: "lake/a/*.jsonl", To: "lake/x"}); fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != "to" {
		t.Errorf("nothing follows a destination: %v", err)
	}
}
