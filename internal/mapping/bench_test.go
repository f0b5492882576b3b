package mapping_test

import (
	"slices"
	"testing"

	"github.com/kalends/kalends/internal/connect"
)

// The cost of a mapping beside that of a copy of the values, which is the least
// there can be.
func BenchmarkMap(b *testing.B) {
	record := ann()
	b.Run("copy", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = connect.Record{Values: slices.Clone(record.Values)}
		}
	})
	for _, bench := range []struct{ name, rules string }{
		{"names", "omit: [note], rename: {uri: id, name: who}, set: {source: x}"},
		{"filter", "filter: active"},
		{"expr", `compute: {domain: {expr: 'split(email, "@")[1]', type: text}}`},
		{"jq", "compute: {answer: {jq: '.answers[0].answer', type: text}}"},
		{"redact", "redact: [email, name, answers]"},
		{"hash", "hash: [email, name, answers]"},
	} {
		s := rules(b, bench.rules)
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Map(record); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	streams, rows := organization(b)
	m := everybody(b, streams)
	b.Run("invitees", func(b *testing.B) {
		b.ReportAllocs()
		s, all := m.Stream("invitees"), rows["invitees"]
		for i := 0; b.Loop(); i++ {
			if _, err := s.Map(all[i%len(all)]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
