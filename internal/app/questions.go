package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	_ "modernc.org/sqlite" // the driver of the demo's copy

	"github.com/kalends/kalends/internal/fault"
)

// Question is one thing people ask of their copy, in SQL for SQLite.
type Question struct {
	Title string `json:"title"`
	SQL   string `json:"sql"`
}

// Answer is a question's result, as text.
type Answer struct {
	Question Question   `json:"question"`
	Columns  []string   `json:"columns"`
	Rows     [][]string `json:"rows"`
}

// questions are those of the demo.
func questions() []Question {
	return []Question{
		{"Meetings per host", `
SELECT user_name AS host, meetings, canceled, rescheduled, no_shows, minutes / 60 AS hours
FROM host_stats ORDER BY meetings DESC, host LIMIT 8`},
		{"No-shows by event type", `
SELECT event_type_name AS event_type,
       sum(active_invitees) AS invitees,
       sum(no_shows) AS no_shows,
       printf('%.1f %%', 100.0 * sum(no_shows) / sum(active_invitees)) AS rate
FROM meetings
WHERE status = 'active' AND end_time < strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
GROUP BY event_type HAVING sum(active_invitees) >= 10
ORDER BY 1.0 * sum(no_shows) / sum(active_invitees) DESC, event_type_name LIMIT 8`},
		{"Busiest hours (UTC)", `
SELECT strftime('%H:00', start_time) AS hour,
       count(*) AS meetings,
       printf('%.*c', 40 * count(*) / max(count(*)) OVER (), '#') AS share
FROM meetings WHERE status = 'active'
GROUP BY hour ORDER BY meetings DESC, hour LIMIT 8`},
	}
}

// Ask answers questions from a copy in an SQLite file.
func Ask(ctx context.Context, file string, all []Question) (answers []Answer, err error) {
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the copy %s: %w", file, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, q := range all {
		a, err := ask(ctx, db, q)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.Title, err)
		}
		answers = append(answers, a)
	}
	return answers, nil
}

func ask(ctx context.Context, db *sql.DB, q Question) (a Answer, err error) {
	rows, err := db.QueryContext(ctx, q.SQL)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	a.Question = q
	if a.Columns, err = rows.Columns(); err != nil {
		return a, err
	}
	for rows.Next() {
		values := make([]sql.NullString, len(a.Columns))
		into := make([]any, len(values))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return a, err
		}
		line := make([]string, 0, len(values))
		for _, v := range values {
			line = append(line, v.String)
		}
		a.Rows = append(a.Rows, line)
	}
	return a, rows.Err()
}
