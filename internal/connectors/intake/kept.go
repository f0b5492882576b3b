package intake

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// manifest is what Kalends says of a folder that it keeps; see docs/files.md.
type manifest struct {
	Version int `json:"version"`
	Options struct {
		Format string `json:"format"`
		Layout string `json:"layout"`
	}
	Transaction int64 `json:"transaction"`
	Streams     map[string]struct {
		Folder  string `json:"folder"`
		Columns []struct {
			Name string `json:"name"`
			Type string `json:"type"`
		} `json:"columns"`
		Key     []string `json:"key"`
		Files   []named  `json:"files"`
		Changes []named  `json:"changes"`
	} `json:"streams"`
	// Publish are the files that the last transaction gives names, one after the
	// other: what is still there under From has not got its name yet.
	Publish []struct {
		From string `json:"from"`
	} `json:"publish"`
}

type named struct {
	Name string `json:"name"`
}

const (
	manifestName    = "/_kalends/manifest.json"
	manifestVersion = 1
	layoutLog       = "log"
)

// kept returns the streams of a folder that Kalends wrote, as it wrote them.
func kept(ctx context.Context, at shelf, folder string, s connect.Settings) ([]*table, error) {
	m, err := load(ctx, at, folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, isFolder(ctx, at, folder)
	case err != nil:
		return nil, err
	case s.Values[optionName] != "":
		return nil, invalid(optionName, "%s holds streams that have names", folder).WithHint("leave it out, or name a file or a pattern")
	case m.Options.Layout == layoutLog:
		return nil, invalid("from", "%s is a log of changes, not of rows", folder).
			WithHint("read the changes of one stream: %s/STREAM/* with --key _seq (there are %s)", folder, m.names())
	}
	if err := m.published(ctx, at, folder); err != nil {
		return nil, err
	}
	for _, wanted := range s.Streams {
		if _, ok := m.Streams[wanted]; !ok {
			return nil, invalid("streams", "there is no stream %q in %s", wanted, folder).WithHint("choose from %s", m.names())
		}
	}
	var tables []*table
	for _, name := range slices.Sorted(maps.Keys(m.Streams)) {
		if len(s.Streams) > 0 && !slices.Contains(s.Streams, name) {
			continue
		}
		t, err := m.table(folder, name, s)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	if len(tables) == 0 {
		return nil, fault.New(fault.NotFound, "there are no streams in %s yet", folder).WithField("from").WithHint("name another folder")
	}
	return tables, nil
}

// table is the stream of a name.
func (m *manifest) table(folder, name string, s connect.Settings) (*table, error) {
	kept := m.Streams[name]
	if len(kept.Changes) > 0 {
		return nil, unfinished(folder)
	}
	t := &table{options: options{format: m.Options.Format, delimiter: ',', header: true}, columns: newColumns()}
	for _, c := range kept.Columns {
		is, ok := typeNamed(c.Type)
		if !ok {
			return nil, damaged(folder)
		}
		t.columns.declare(c.Name, is)
	}
	t.columns.settled = true
	for _, f := range kept.Files {
		t.files = append(t.files, folder+"/"+f.Name)
	}
	t.check = func(ctx context.Context, at shelf) error {
		now, err := load(ctx, at, folder)
		if err == nil && now.Transaction != m.Transaction {
			err = changed(folder)
		}
		return err
	}
	return t, t.stream(name, kept.Key, s)
}

// published says so if not all that is committed has its name.
func (m *manifest) published(ctx context.Context, at shelf, folder string) error {
	if len(m.Publish) == 0 {
		return nil
	}
	f, err := at.open(ctx, folder+"/"+m.Publish[len(m.Publish)-1].From)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return errors.Join(unfinished(folder), f.Close())
}

// load reads the manifest of a folder; without one the error is fs.ErrNotExist.
func load(ctx context.Context, at shelf, folder string) (_ *manifest, err error) {
	f, err := at.open(ctx, folder+manifestName)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var m manifest
	if err := json.UnmarshalRead(f, &m); err != nil {
		var made *fault.Error
		if errors.As(err, &made) {
			return nil, made
		}
		return nil, damaged(folder)
	}
	if m.Version != manifestVersion {
		return nil, invalid("from", "%s was written by another version of Kalends", folder).WithHint("use the Kalends that wrote it")
	}
	return &m, nil
}

// unfinished is the fault of a folder whose snapshots lack what was committed.
func unfinished(folder string) error {
	return fault.New(fault.Conflict, "the snapshots in %s are not up to date: a run was interrupted, or is going on", folder).
		WithField("from").WithHint("run the sync into it to its end, and then this again")
}

func damaged(folder string) error {
	return invalid("from", "%s is damaged", folder+manifestName).WithHint("restore it from a backup, or name the files: %s/STREAM/*", folder)
}

// isFolder is the fault of a folder that Kalends did not write.
func isFolder(ctx context.Context, at shelf, folder string) error {
	above, name := split(folder)
	if _, err := load(ctx, at, above); err == nil {
		return invalid("from", "%s is a folder", folder).WithHint("read %s, which Kalends wrote, with --streams %s; or name files: %s/*", above, name, folder)
	}
	return invalid("from", "%s is a folder", folder).WithHint("name a file or a pattern: %s/*.csv", folder)
}

func (m *manifest) names() string { return strings.Join(slices.Sorted(maps.Keys(m.Streams)), ", ") }

// typeNamed returns the type that is so called.
func typeNamed(name string) (connect.Type, bool) {
	for t := connect.Text; t <= connect.JSON; t++ {
		if t.String() == name {
			return t, true
		}
	}
	return 0, false
}
