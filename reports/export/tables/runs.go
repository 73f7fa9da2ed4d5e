package tables

import (
	"context"
	"strings"
	"time"

	"runexp/reports/export"
)

// runs has one row for each run: what it is, its settings as params.PATH, and of each
// metric the score or else the last value as metrics.NAME.
func runs(ctx context.Context, s *export.Selection, survey export.Survey) table {
	columns := []export.Column{
		{Name: "run", Kind: export.Integer}, {Name: "uid", Kind: export.Text}, {Name: "experiment", Kind: export.Text},
		{Name: "status", Kind: export.Text}, {Name: "message", Kind: export.Text}, {Name: "flaw", Kind: export.Text},
		{Name: "attempt", Kind: export.Integer}, {Name: "trial", Kind: export.Text}, {Name: "seed", Kind: export.Integer},
		{Name: "started_at", Kind: export.Time}, {Name: "ended_at", Kind: export.Time}, {Name: "seconds", Kind: export.Real},
		{Name: "iterations", Kind: export.Integer}, {Name: "star", Kind: export.Truth}, {Name: "tags", Kind: export.Text}, {Name: "note", Kind: export.Text},
	}
	at := map[string]int{} // column by name
	add := func(name string, kind export.Kind) {
		at[name] = len(columns)
		columns = append(columns, export.Column{Name: name, Kind: kind})
	}
	for _, one := range survey.Settings {
		add("params."+one.Name, one.Kind)
	}
	for _, name := range survey.Metrics {
		add("metrics."+name, export.Real)
	}
	return table{"runs", columns, func(yield func(...any) error) error {
		return s.Each(ctx, "runs", func(r export.Run) error {
			row := make([]any, len(columns))
			copy(row, []any{
				r.Number, r.UID.String(), r.Experiment, string(r.Status), r.Message, text(r.Flaw), int64(r.Attempt), text(r.TrialHash), r.Seed,
				r.Started, moment(r.Ended), r.Elapsed.Seconds(), int64(r.Iterations),
				r.Star, text(strings.Join(r.Tags, " ")), text(r.Note),
			})
			put := func(name string, value any) {
				if i, known := at[name]; known { // a running run may have a new metric
					row[i] = value
				}
			}
			for _, one := range r.Settings {
				if i, known := at["params."+one.Name]; known {
					row[i] = columns[i].Kind.Of(one.JSON)
				}
			}
			for _, m := range r.Metrics {
				put("metrics."+m.Name, m.Last)
			}
			for _, v := range r.Scores {
				put("metrics."+v.Name, v.Value)
			}
			return yield(row...)
		})
	}}
}

// text returns nil for "".
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// moment returns nil for the zero time.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
