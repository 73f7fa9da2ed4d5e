// Command gallery lays out the pictures of recipes side by side in a JPEG, and prints the
// table of their times and scores, from the newest sweep of an experiment over presets and
// pairs (bench/recipes.sh runs it):
//
//	go run ./tools/gallery STORE EXPERIMENT PICTURE [RECIPE …] > table.md
//
// With recipes it shows those, in that order.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"os"
	"slices"

	"runexp/framework/imaging"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/internal/atomicfile"
	"runexp/reports/sheet"
)

const (
	height  = 220 // pixels of a picture in the gallery
	quality = 85
)

func main() {
	err := errors.New("want the store's file, the experiment's name and the picture to write")
	if len(os.Args) >= 4 {
		err = gallery(context.Background(), os.Args[1], os.Args[2], os.Args[3], os.Args[4:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func gallery(ctx context.Context, file, experiment, picture string, recipes []string) error {
	s, err := store.OpenReadOnly(ctx, file)
	if err != nil {
		return err
	}
	defer s.Close()
	trials, err := finished(ctx, s, experiment)
	if err != nil {
		return err
	}
	if trials, err = only(trials, recipes); err != nil {
		return err
	}
	if err := draw(ctx, s, trials, picture); err != nil {
		return err
	}
	return printTable(ctx, os.Stdout, s, trials)
}

// A trial is one recipe on one pair.
type trial struct {
	recipe, pair string
	run          store.RunSummary
}

// finished returns the finished trials of the newest sweep of experiment, in its order.
func finished(ctx context.Context, s *store.Store, experiment string) ([]trial, error) {
	sweeps, err := s.Sweeps(ctx, experiment)
	if err != nil {
		return nil, err
	}
	if len(sweeps) == 0 {
		return nil, fmt.Errorf("no sweep of %s", experiment)
	}
	newest := slices.MaxFunc(sweeps, func(a, b store.Sweep) int { return int(a.Number - b.Number) })
	planned, err := s.SweepTrials(ctx, newest.Number)
	if err != nil {
		return nil, err
	}
	var all []trial
	for _, t := range planned {
		var p record.Point
		if err := json.Unmarshal(t.Point, &p); err != nil {
			return nil, err
		}
		if t.Run == nil || t.Run.Status != store.Finished {
			continue
		}
		recipe := ""
		for _, setting := range p.Settings {
			if setting.Path == "extends" {
				recipe = setting.Label
			}
		}
		all = append(all, trial{recipe, p.Content + " × " + p.Style, *t.Run})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no trial of sweep %d has finished", newest.Number)
	}
	return all, nil
}

// only returns the trials of recipes, in their order; all for none.
func only(trials []trial, recipes []string) ([]trial, error) {
	if len(recipes) == 0 {
		return trials, nil
	}
	var some []trial
	for _, r := range recipes {
		of := slices.DeleteFunc(slices.Clone(trials), func(t trial) bool { return t.recipe != r })
		if len(of) == 0 {
			return nil, fmt.Errorf("no trial of %s has finished", r)
		}
		some = append(some, of...)
	}
	return some, nil
}

// distinct returns the different values of key in their order.
func distinct(trials []trial, key func(trial) string) []string {
	var all []string
	for _, t := range trials {
		if !slices.Contains(all, key(t)) {
			all = append(all, key(t))
		}
	}
	return all
}

func recipeOf(t trial) string { return t.recipe }
func pairOf(t trial) string   { return t.pair }

// draw writes the gallery: a row for each pair, its images and then each recipe's picture.
func draw(ctx context.Context, s *store.Store, trials []trial, target string) error {
	recipes, pairs := distinct(trials, recipeOf), distinct(trials, pairOf)
	g := sheet.Grid{
		Rows:    sheet.Axis{Levels: pairs},
		Columns: sheet.Axis{Levels: append([]string{"content", "style"}, recipes...)},
	}
	for _, pair := range pairs {
		cells := make([]sheet.Cell, 2+len(recipes))
		for _, t := range trials {
			if t.pair != pair {
				continue
			}
			for column, name := range map[int]string{0: "content.png", 1: "style-0.png", 2 + slices.Index(recipes, t.recipe): "picture.png"} {
				picture, err := artifact(ctx, s, t.run.Number, name)
				if err != nil {
					return err
				}
				cells[column].Picture = picture
			}
		}
		g.Cells = append(g.Cells, cells)
	}
	canvas, err := g.Draw(height)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, canvas, &jpeg.Options{Quality: quality}); err != nil {
		return err
	}
	return atomicfile.Write(target, file.Bytes())
}

// artifact reads a picture of a run.
func artifact(ctx context.Context, s *store.Store, run int64, name string) (*imaging.Image, error) {
	all, err := s.Artifacts(ctx, run)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if a.Name == name {
			data, err := s.Blob(ctx, a.Hash)
			if err != nil {
				return nil, err
			}
			return imaging.DecodeReader(bytes.NewReader(data), a.Name)
		}
	}
	return nil, fmt.Errorf("run %d has no %s", run, name)
}
