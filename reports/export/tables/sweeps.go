package tables

import (
	"context"
	"fmt"
	"slices"
	"time"

	"runexp/framework/store"
	"runexp/reports/export"
)

// sweeps returns a table for each sweep that a run of the selection is in, with a row for
// each trial as in the store's view of it. Of trials without a run there are rows only if
// everything is exported.
func sweeps(ctx context.Context, s *export.Selection) ([]table, error) {
	all, err := s.Store.Sweeps(ctx, "")
	if err != nil {
		return nil, err
	}
	slices.Reverse(all) // oldest first
	var list []table
	for _, sweep := range all {
		if err := sweep.Check(); err != nil {
			return nil, err
		}
		names, rows, err := s.Store.SweepRows(ctx, sweep.Number)
		if err != nil {
			return nil, err
		}
		run := slices.Index(names, "run")
		rows = slices.DeleteFunc(rows, func(row []any) bool {
			number, has := row[run].(int64)
			return !s.All && !(has && s.Has(number))
		})
		if len(rows) > 0 {
			list = append(list, sweepTable(store.SweepView(sweep.Number), names, rows))
		}
	}
	return list, nil
}

// sweepTable returns the table of rows as SQLite has them, each column of a kind that holds
// its values.
func sweepTable(name string, names []string, rows [][]any) table {
	var columns []export.Column
	for i, name := range names {
		kind := export.None
		for _, row := range rows {
			kind = kind.Join(kindInSQL(row[i]))
		}
		if name == "started_at" {
			kind = export.Time
		}
		columns = append(columns, export.Column{Name: unique(name, columns), Kind: kind})
	}
	return table{name, columns, func(yield func(...any) error) error {
		for _, row := range rows {
			values := make([]any, len(row))
			for i, value := range row {
				values[i] = fromSQL(columns[i].Kind, value)
			}
			if err := yield(values...); err != nil {
				return err
			}
		}
		return nil
	}}
}

// unique returns the name that SQLite gives a further column of a view: a setting that is
// called like another column, such as content, is content:1.
func unique(name string, before []export.Column) string {
	taken := func(n string) bool {
		return slices.ContainsFunc(before, func(c export.Column) bool { return c.Name == n })
	}
	next := name
	for i := 1; taken(next); i++ {
		next = fmt.Sprintf("%s:%d", name, i)
	}
	return next
}

func kindInSQL(value any) export.Kind {
	switch value.(type) {
	case nil:
		return export.None
	case int64:
		return export.Integer
	case float64:
		return export.Real
	}
	return export.Text
}

// fromSQL returns a value of a kind that holds it.
func fromSQL(kind export.Kind, value any) any {
	whole, isWhole := value.(int64)
	written, isText := value.(string)
	switch {
	case kind == export.Real && isWhole:
		return float64(whole)
	case kind == export.Text && value != nil:
		return plain(value)
	case kind == export.Time && isText:
		at, err := time.Parse(time.RFC3339Nano, written)
		if err != nil {
			return nil // as a damaged time
		}
		return at
	}
	return value
}
