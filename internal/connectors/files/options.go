package files

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// options are how records are kept in files.
type options struct {
	Format    string `json:"format"`
	Layout    string `json:"layout"`
	Compress  string `json:"compress"`
	Partition string `json:"partition,omitzero"` // "start_time:month"
}

// The layouts.
const (
	snapshot = "snapshot"
	logs     = "log"
)

// allowed lists the values of the options that have a fixed list.
func allowed() map[string][]string {
	return map[string][]string{
		"format":   {"jsonl", "csv", "parquet"},
		"layout":   {snapshot, logs},
		"compress": {"none", "gzip", "zstd"},
	}
}

// optionNames lists the options an address may have.
func optionNames() []string { return []string{"format", "layout", "compress", "partition"} }

// newOptions reads options and fills in the defaults; what is not allowed is
// fault.Invalid of its field.
func newOptions(values map[string]string) (options, error) {
	for _, name := range slices.Sorted(maps.Keys(allowed())) {
		if v := values[name]; v != "" && !slices.Contains(allowed()[name], v) {
			return options{}, fault.New(fault.Invalid, "%q is not a value of the option %s", v, name).WithField(name).
				WithHint("choose from %s", strings.Join(allowed()[name], ", "))
		}
	}
	o := options{
		Format: cmp.Or(values["format"], "jsonl"), Layout: cmp.Or(values["layout"], snapshot),
		Compress: values["compress"], Partition: values["partition"],
	}
	if o.Compress == "" {
		o.Compress = "none"
		if o.Format == "parquet" {
			o.Compress = "zstd"
		}
	}
	if o.Partition == "" {
		return o, nil
	}
	if column, period, ok := strings.Cut(o.Partition, ":"); !ok || column == "" || periodFormat(period) == "" {
		return options{}, fault.New(fault.Invalid, "%q does not say how to partition", o.Partition).WithField("partition").
			WithHint("write the column of a time and day, month or year: start_time:month")
	}
	if o.Layout == logs {
		return options{}, fault.New(fault.Invalid, "only snapshots are partitioned: a change of a log may not know its row's time").
			WithField("partition").WithHint("leave partition out, or use layout=snapshot")
	}
	return o, nil
}

// values returns the options as newOptions reads them.
func (o options) values() map[string]string {
	return map[string]string{"format": o.Format, "layout": o.Layout, "compress": o.Compress, "partition": o.Partition}
}

// extension ends the names of files.
func (o options) extension() string {
	ends := map[string]string{"gzip": ".gz", "zstd": ".zst"}
	if o.Format == "parquet" { // compresses inside
		return ".parquet"
	}
	return "." + o.Format + ends[o.Compress]
}

// partitionOf returns by which column of a stream, -1 if none, its rows are
// parted, and the layout of the time in the folders' names.
func (o options) partitionOf(columns []connect.Column) (column int, period string, err error) {
	name, period, _ := strings.Cut(o.Partition, ":")
	for i, c := range columns {
		if name == "" || c.Name != name {
			continue
		}
		if c.Type != connect.Timestamp {
			return -1, "", fault.New(fault.Schema, "column %s holds %s values and cannot part files by time", c.Name, c.Type).
				WithHint("name a column of timestamps, or leave partition out")
		}
		return i, period, nil
	}
	return -1, "", nil
}

// periodFormat returns how a period is written, empty if there is none of that
// name.
func periodFormat(period string) string {
	return map[string]string{"day": "2006-01-02", "month": "2006-01", "year": "2006"}[period]
}
