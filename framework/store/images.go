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
}

const imagesOfRun = `SELECT path, value FROM params WHERE run_id = ? AND
	(path = 'content.image' OR path GLOB 'style[[]*].image' AND path NOT GLOB '*.masks*') ORDER BY path`

// Images returns the images of runs by number.
func (s *Store) Images(ctx context.Context, runs ...RunSummary) (map[int64]RunImages, error) {
	type row struct{ path, file string }
	images := map[int64]RunImages{}
	err := s.read(ctx, func(db *sql.DB) error {
		for _, run := range runs {
			rows, err := collect(ctx, db, func(r *row) []any { return []any{&r.path, decoded{&r.file}} }, imagesOfRun, run.Number)
			if err != nil {
				return err
			}
			var of RunImages
			for _, r := range rows {
				if r.path == "content.image" {
					of.Content = r.file
				} else {
					of.Styles = append(of.Styles, r.file)
				}
			}
			images[run.Number] = of
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: images of runs: %w", err)
	}
	return images, nil
}
