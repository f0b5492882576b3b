package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Names of what is Kalends' own. Readers that follow the usual rule leave out
// names that begin with an underscore.
const (
	own          = "_kalends/"
	manifestName = own + "manifest.json"
	lockName     = own + "lock"
	changesName  = own + "changes/"
	stagingName  = own + "staging/"
	scratchName  = own + "scratch/"
)

// manifest says what is committed. It is the one file that is replaced when a
// transaction is committed: all streams of a transaction change at once.
type manifest struct {
	Version int     `json:"version"`
	Options options `json:",inline"`
	// Transaction is the number of the last that was committed.
	Transaction int64            `json:"transaction"`
	Streams     map[string]shape `json:"streams"`
	// Publish are files that are committed and are to get the names under which
	// readers find them; then those in Remove go.
	Publish []move   `json:"publish,omitzero"`
	Remove  []string `json:"remove,omitzero"`
}

// shape is what is kept of a stream.
type shape struct {
	Folder  string   `json:"folder"`
	Columns []column `json:"columns"` // all there ever were
	Key     []string `json:"key"`
	History bool     `json:"history,omitzero"`
	// Files are those of the snapshot.
	Files []part `json:"files,omitzero"`
	// Changes are committed and not yet in the snapshot, in their order.
	Changes []part `json:"changes,omitzero"`
	// Stale: the snapshot lacks columns, or there is none yet.
	Stale bool `json:"stale,omitzero"`
	// Log counts the files and rows of the log.
	Log count `json:"log,omitzero"`
}

type column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type part struct {
	Name  string `json:"name"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
}

type count struct {
	Files int   `json:"files"`
	Rows  int64 `json:"rows"`
}

type move struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// manifestVersion is that of the files this code reads and writes.
const manifestVersion = 1

// mostManifest bounds what is read of a manifest: ten thousand partitions of a
// hundred streams are less.
const mostManifest = 256 << 20

// loadManifest reads the manifest; nil if there is none.
func loadManifest(ctx context.Context, s store) (_ *manifest, err error) {
	f, err := s.Open(ctx, manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var m manifest
	if err := json.UnmarshalRead(io.LimitReader(f, mostManifest), &m); err != nil {
		return nil, damaged(manifestName)
	}
	if m.Version != manifestVersion {
		return nil, fault.New(fault.Invalid, "%s is of version %d, and this Kalends knows version %d", manifestName, m.Version, manifestVersion).
			WithField("to").WithHint("use the Kalends that wrote it, or choose another folder")
	}
	return &m, nil
}

// save makes m what is committed.
func (m *manifest) save(ctx context.Context, s store) error {
	u, err := s.Create(ctx, manifestName)
	if err != nil {
		return err
	}
	if err := json.MarshalWrite(u, m, json.Deterministic(true), jsontext.Multiline(true), jsontext.WithIndent(" ")); err != nil {
		return errors.Join(err, u.Abort())
	}
	return u.Commit()
}

// next returns a copy of m, for a transaction of that number to change.
func (m *manifest) next(transaction int64) *manifest {
	n := *m
	n.Transaction, n.Publish, n.Remove = transaction, nil, nil
	n.Streams = maps.Clone(m.Streams)
	return &n
}

// named returns the names of Kalends' own files that m needs.
func (m *manifest) named() map[string]bool {
	all := map[string]bool{manifestName: true, lockName: true}
	for _, s := range m.Streams {
		for _, c := range s.Changes {
			all[c.Name] = true
		}
	}
	return all
}

// damaged is the fault of a file that is not as it was written.
func damaged(name string) error {
	return fault.New(fault.Invalid, "%s is damaged", name).WithField("to").
		WithHint("restore it from a backup, or remove the whole folder or prefix and copy anew")
}

// typeOf returns the type of a name, as Type.String writes it.
func typeOf(name string) (connect.Type, bool) {
	for t := connect.Text; t <= connect.JSON; t++ {
		if t.String() == name {
			return t, true
		}
	}
	return 0, false
}

// all returns the columns of s.
func (s shape) all() []connect.Column {
	columns := make([]connect.Column, 0, len(s.Columns))
	for _, c := range s.Columns {
		t, _ := typeOf(c.Type)
		columns = append(columns, connect.Column{Name: c.Name, Type: t})
	}
	return columns
}

// at returns where a column stands in s, -1 if it has none of that name.
func (s shape) at(name string) int {
	for i, c := range s.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}
