package cli

import (
	"strconv"
	"time"

	"github.com/kalends/kalends/internal/flow"
)

// quarantinedJSON is a quarantined row as --json prints it.
type quarantinedJSON struct {
	ID      int64          `json:"id"`
	From    string         `json:"from"`
	To      string         `json:"to"`
	Stream  string         `json:"stream"`
	Table   string         `json:"table"`
	Key     string         `json:"key"`
	Run     string         `json:"run_id"`
	At      time.Time      `json:"at"`
	Kind    string         `json:"kind"`
	Message string         `json:"message"`
	Mapped  bool           `json:"mapped"`
	Deleted bool           `json:"deleted"`
	Record  map[string]any `json:"record,omitzero"`
}

type retriedJSON struct {
	Landed  int               `json:"landed"`
	Refused []quarantinedJSON `json:"refused"`
	Error   *flow.Error       `json:"error,omitempty"`
}

func newQuarantinedJSON(q flow.Quarantined, values bool) quarantinedJSON {
	j := quarantinedJSON{
		ID: q.ID, From: q.From, To: q.To, Stream: q.Stream, Table: q.Table.Name, Key: q.Key, Run: q.Run, At: q.At.UTC(),
		Kind: q.Kind, Message: q.Message, Mapped: q.Mapped, Deleted: q.Record.Deleted,
	}
	if values {
		j.Record = recordJSON(q.Table, q.Record)
	}
	return j
}

func (p *program) printQuarantined(list []flow.Quarantined) error {
	if p.json {
		all := make([]quarantinedJSON, 0, len(list))
		for _, q := range list {
			all = append(all, newQuarantinedJSON(q, false))
		}
		return p.printJSON(all)
	}
	if len(list) == 0 {
		p.say("the quarantine is empty")
		return nil
	}
	var rows [][]string
	for _, q := range list {
		rows = append(rows, []string{strconv.FormatInt(q.ID, 10), q.Stream, q.Message, q.Key, shownTime(q.At), q.From + " → " + q.To})
	}
	return p.printTable([]string{"ID", "STREAM", "WHY", "KEY", "AT", "FLOW"}, rows)
}

func (p *program) showQuarantined(q flow.Quarantined) error {
	if p.json {
		return p.printJSON(newQuarantinedJSON(q, true))
	}
	pairs := [][2]string{
		{"ID", strconv.FormatInt(q.ID, 10)}, {"From", q.From}, {"To", q.To}, {"Stream", q.Stream}, {"Table", q.Table.Name}, {"Key", q.Key},
		{"Run", q.Run}, {"At", shownTime(q.At)}, {"Kind", q.Kind}, {"Error", q.Message}, {"Row", "as it would be written"},
	}
	if !q.Mapped {
		pairs[len(pairs)-1][1] = "as the source has it, without its personal data: it could not be mapped"
	}
	for i, c := range q.Table.Columns {
		pairs = append(pairs, [2]string{"  " + c.Name, valueText(q.Record.Values[i])})
	}
	return p.printPairs(pairs)
}

// printRetried prints what came of a retry that ended with err.
func (p *program) printRetried(landed int, refused []flow.Quarantined, err error) error {
	if !p.json {
		p.say("%d rows landed, %d were refused again", landed, len(refused))
		return nil
	}
	result := retriedJSON{Landed: landed, Refused: []quarantinedJSON{}}
	for _, q := range refused {
		result.Refused = append(result.Refused, newQuarantinedJSON(q, false))
	}
	if err != nil {
		result.Error = flow.ErrorOf(err)
	}
	return p.printJSON(result)
}
