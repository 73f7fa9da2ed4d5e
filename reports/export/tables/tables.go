// Package tables writes runs as tables, in CSV or Parquet: runs, metrics, scores, events,
// and one table for each sweep.
package tables

import (
	"context"
	"io"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/export"
	"runexp/reports/export/folder"
)

// A Format writes one table.
type Format interface {
	// Ending is that of its files, without a dot.
	Ending() string
	open(w io.Writer, columns []export.Column) rows
}

// rows takes the rows of a table: a value of its column's kind, or nil, for each column.
type rows interface {
	write(row []any) error
	close() error
}

// A table has columns, and produces its rows one by one.
type table struct {
	name    string
	columns []export.Column
	each    func(yield func(...any) error) error
}

// Write writes the tables of a selection. Rows are read and written one by one, so memory
// does not grow with the number of values.
func Write(ctx context.Context, s *export.Selection, to *folder.Folder, f Format) error {
	survey, err := s.Survey(ctx)
	if err != nil {
		return err
	}
	list := []table{runs(ctx, s, survey), metrics(ctx, s), info(ctx, s), scores(ctx, s), events(ctx, s)}
	sweeps, err := sweeps(ctx, s)
	if err != nil {
		return err
	}
	for _, t := range append(list, sweeps...) {
		if err := to.Create(t.name+"."+f.Ending(), func(w io.Writer) error { return t.write(w, f) }); err != nil {
			return err
		}
	}
	return nil
}

func (t table) write(w io.Writer, f Format) error {
	out := f.open(w, t.columns)
	if err := t.each(func(values ...any) error { return out.write(values) }); err != nil {
		return err
	}
	return out.close()
}

// metrics has one row for each value.
func metrics(ctx context.Context, s *export.Selection) table {
	columns := []export.Column{{Name: "run", Kind: export.Integer}, {Name: "uid", Kind: export.Text}, {Name: "name", Kind: export.Text}, {Name: "step", Kind: export.Integer}, {Name: "value", Kind: export.Real}}
	return table{"metrics", columns, func(yield func(...any) error) error {
		return eachRun(ctx, s, "metrics", func(run store.RunSummary, uid string) error {
			for v, err := range s.EachValue(ctx, run.Number) {
				if err != nil {
					return err
				}
				if err := yield(run.Number, uid, v.Name, int64(v.Step), v.Value); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}

// info has one row for each metric and scorer: what it is, under the name that it has in runs
// and metrics.
func info(ctx context.Context, s *export.Selection) table {
	columns := []export.Column{{Name: "name", Kind: export.Text}, {Name: "metric", Kind: export.Text}, {Name: "scorer", Kind: export.Text}, {Name: "unit", Kind: export.Text}, {Name: "direction", Kind: export.Text}, {Name: "label", Kind: export.Text}, {Name: "what", Kind: export.Text}}
	return table{"metric_info", columns, func(yield func(...any) error) error {
		list, err := s.Store.MetricInfo(ctx)
		for _, m := range list {
			if m.Source == record.FromLoss {
				m.Source = ""
			}
			if err := yield(s.Name(m.Name, m.Source), m.Name, text(m.Source), text(m.Unit), m.Better, m.Label, text(m.Doc)); err != nil {
				return err
			}
		}
		return err
	}}
}

// scores has one row for each score by any scorer.
func scores(ctx context.Context, s *export.Selection) table {
	columns := []export.Column{{Name: "run", Kind: export.Integer}, {Name: "uid", Kind: export.Text}, {Name: "scorer", Kind: export.Text}, {Name: "name", Kind: export.Text}, {Name: "value", Kind: export.Real}}
	return table{"scores", columns, func(yield func(...any) error) error {
		return eachRun(ctx, s, "scores", func(run store.RunSummary, uid string) error {
			list, err := s.Store.AllScores(ctx, run.Number)
			for _, v := range list {
				if err := yield(run.Number, uid, v.Scorer, v.Name, v.Value.Value); err != nil {
					return err
				}
			}
			return err
		})
	}}
}

// events has one row for each event.
func events(ctx context.Context, s *export.Selection) table {
	columns := []export.Column{{Name: "run", Kind: export.Integer}, {Name: "uid", Kind: export.Text}, {Name: "at", Kind: export.Time}, {Name: "kind", Kind: export.Text}, {Name: "step", Kind: export.Integer}, {Name: "data", Kind: export.Text}}
	return table{"events", columns, func(yield func(...any) error) error {
		return eachRun(ctx, s, "events", func(run store.RunSummary, uid string) error {
			list, err := s.Store.Events(ctx, run.Number)
			for _, e := range list {
				if err := yield(run.Number, uid, e.At, e.Kind, int64(e.Step), string(e.Data)); err != nil {
					return err
				}
			}
			return err
		})
	}}
}

// eachRun calls do with each run and its uid.
func eachRun(ctx context.Context, s *export.Selection, part string, do func(run store.RunSummary, uid string) error) error {
	return s.EachSummary(ctx, part, func(run store.RunSummary) error { return do(run, run.UID.String()) })
}
