package reports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"runexp/framework/store"
	"runexp/reports/sheet"
)

// ErrNoPictures is the error for a run without pictures.
var ErrNoPictures = errors.New("it has kept no pictures yet; output.every=50 keeps one every 50 iterations, and every run keeps its result")

// HasIntermediate reports whether a run has pictures from within its stages.
func HasIntermediate(ctx context.Context, s *store.Store, run int64) (bool, error) {
	artifacts, err := s.Artifacts(ctx, run)
	return slices.ContainsFunc(artifacts, func(a store.StoredArtifact) bool {
		return a.Kind == "picture" && PictureRole(a.Name) == ""
	}), err
}

// Strip returns the content and style images of a run, if the store has them, and at
// most so many of its pictures, evenly chosen, the last always and the first if there
// is more than one. Below each are the iterations made, the total loss and the size.
// Errors: ErrNoPictures.
func Strip(ctx context.Context, s *store.Store, run int64, most int) (sheet.Strip, error) {
	artifacts, err := s.Artifacts(ctx, run)
	if err != nil {
		return nil, err
	}
	kept := Evenly(PicturesOf(artifacts), most)
	if len(kept) == 0 {
		return nil, fmt.Errorf("run %d: %w", run, ErrNoPictures)
	}
	losses, err := totals(ctx, s, run)
	if err != nil {
		return nil, err
	}
	made, err := StepsMade(ctx, s, run)
	if err != nil {
		return nil, err
	}
	frames, err := inputs(ctx, s, run, artifacts)
	if err != nil {
		return nil, err
	}
	flaws, err := Flaws(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, a := range kept {
		caption := []string{fmt.Sprintf("step %d", made(a.Step))}
		if role := PictureRole(a.Name); role != "" {
			caption[0] = role + ", " + caption[0]
		}
		if f, has := flaws[run]; has && a.Name == "picture.png" {
			caption = append(caption, f.Flaw)
		}
		if loss, known := losses[a.Step]; known {
			caption = append(caption, "loss "+lossText(loss))
		}
		f, err := frame(ctx, s, run, a, false, caption...)
		if err != nil {
			return nil, err
		}
		frames = append(frames, f)
	}
	return frames, nil
}

// inputs returns the content and style images among a run's artifacts.
func inputs(ctx context.Context, s *store.Store, run int64, artifacts []store.StoredArtifact) (sheet.Strip, error) {
	var frames sheet.Strip
	for _, kind := range []string{"content", "style"} {
		for _, a := range artifacts {
			if a.Kind != kind {
				continue
			}
			f, err := frame(ctx, s, run, a, true, kind)
			if err != nil {
				return nil, err
			}
			frames = append(frames, f)
		}
	}
	return frames, nil
}

// frame reads a picture; its caption ends with its size. A damaged one is an empty
// frame that says so.
func frame(ctx context.Context, s *store.Store, run int64, a store.StoredArtifact, input bool, caption ...string) (sheet.Frame, error) {
	picture, err := Picture(ctx, s, a)
	if errors.Is(err, store.ErrDamaged) {
		return sheet.Frame{
			Picture: empty(a), Caption: append(caption, Damaged), Input: input,
			Problem: Unshown(run, a, err),
		}, nil
	}
	if err != nil {
		return sheet.Frame{}, fmt.Errorf("run %d: %w", run, err)
	}
	caption = append(caption, fmt.Sprintf("%d×%d", picture.H, picture.W))
	return sheet.Frame{Picture: picture, Caption: caption, Input: input}, nil
}

// PicturesOf returns the pictures among a run's artifacts by step, one a step.
func PicturesOf(artifacts []store.StoredArtifact) []store.StoredArtifact {
	var list []store.StoredArtifact
	for _, a := range artifacts {
		if a.Kind == "picture" {
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, func(a, b store.StoredArtifact) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(PictureRole(b.Name), PictureRole(a.Name)))
	})
	return slices.CompactFunc(list, func(a, b store.StoredArtifact) bool { return a.Step == b.Step && a.Hash == b.Hash })
}

// PictureRole is the role of a picture by its name; "" for one within a stage.
func PictureRole(name string) string {
	switch {
	case name == "picture.png":
		return "result"
	case name == "last.png":
		return "last"
	case strings.HasPrefix(name, "stage-"):
		return strings.Replace(strings.TrimSuffix(name, ".png"), "-", " ", 1)
	}
	return ""
}

// Evenly chooses n items of a list, with its ends; of one, the last.
func Evenly[T any](list []T, n int) []T {
	if n >= len(list) {
		return list
	}
	if n < 2 {
		return list[len(list)-max(0, n):]
	}
	chosen := make([]T, n)
	for i := range chosen {
		chosen[i] = list[(i*(len(list)-1)+(n-1)/2)/(n-1)] // rounded
	}
	return chosen
}

// totals returns the total loss by step.
func totals(ctx context.Context, s *store.Store, run int64) (map[int]float64, error) {
	names, err := s.MetricNames(ctx, run)
	if err != nil || !slices.Contains(names, "loss/total") {
		return nil, err
	}
	points, err := s.Series(ctx, run, "loss/total")
	losses := map[int]float64{}
	for _, p := range points {
		losses[p.Step] = p.Value
	}
	return losses, err
}

// lossText is a loss in four digits, and as many more as it has before the point
// below a million.
func lossText(v float64) string {
	if size := math.Abs(v); size >= 1e4 && size < 1e6 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.4g", v)
}
