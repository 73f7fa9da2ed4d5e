package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"runexp/framework/store/record"
)

// MetricInfo returns what metrics are, by name: those of each scorer, whose hash is their Source,
// and those that runs record themselves. A scorer of an older store may have no definitions. The
// view metric_info has the same for readers of SQL.
func (s *Store) MetricInfo(ctx context.Context) ([]record.Metric, error) {
	type row struct{ name, hash, definition string }
	var rows []row
	err := s.read(ctx, func(db *sql.DB) (err error) {
		rows, err = collect(ctx, db, func(r *row) []any { return []any{&r.name, &r.hash, &r.definition} }, `
			SELECT json_extract(m.value, '$.name') AS name, c.hash, m.value
				FROM scorers c, json_each(CASE WHEN json_valid(c.description) THEN c.description ELSE '{}' END, '$.metrics') m
				WHERE json_type(m.value, '$.name') = 'text'
			UNION ALL SELECT name, '', '' FROM metric_keys WHERE name NOT GLOB 'eval/*'
			ORDER BY 1, 2`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: what metrics are: %w", err)
	}
	var list []record.Metric
	for _, r := range rows {
		m := record.RunMetric(r.name)
		if r.hash != "" {
			m = record.Metric{Name: r.name}
			_ = json.Unmarshal([]byte(r.definition), &m) // of another form in a newer store: what can be read
			m.Source = r.hash
		}
		list = append(list, m)
	}
	return list, nil
}
