package store

import (
	"context"
	"database/sql"
	"fmt"
)

// RunImages are the paths of a run's images.
type RunImages struct {
	Content string // "" for none
	Styles  []string
	Damage  string // which of them cannot be read, and is left out; "" for nothing
}

// Images returns the images of runs by number.
func (s *Store) Images(ctx context.Context, runs ...RunSummary) (map[int64]RunImages, error) {
	type row struct {
		run                int64
		path, file, damage string
	}
	var of []int64
	for _, run := range runs {
		of = append(of, run.Number)
	}
	images := map[int64]RunImages{}
	err := s.read(ctx, func(db *sql.DB) error {
		clear(images)
		columns := func(r *row) []any { return []any{&r.run, &r.path, tolerant{"it", decoded{&r.file}, &r.damage}} }
		rows, err := collect(ctx, db, columns, `SELECT run_id, path, value FROM params
			WHERE run_id IN (`+numbers(of)+`) AND (path = 'content.image' OR (path GLOB 'style.*.image' OR path GLOB 'style[[]*].image') AND path NOT GLOB '*.masks*') ORDER BY run_id, path`)
		for _, run := range of {
			images[run] = RunImages{}
		}
		for _, r := range rows {
			one := images[r.run]
			switch {
			case r.damage != "":
				one.Damage = damagedSetting(r.path)
			case r.path == "content.image":
				one.Content = r.file
			default:
				one.Styles = append(one.Styles, r.file)
			}
			images[r.run] = one
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: images of runs: %w", err)
	}
	return images, nil
}
