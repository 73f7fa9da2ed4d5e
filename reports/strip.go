package reports

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"runexp/framework/imaging"
	"runexp/framework/store"
	"runexp/reports/strip"
)

// ErrNoPictures says that a run has kept no picture yet.
var ErrNoPictures = errors.New("it has kept no pictures yet; output.every=50 keeps one every 50 iterations, and every run keeps its result")

// KeptIntermediate reports whether a run kept pictures of before a stage was over.
func KeptIntermediate(ctx context.Context, s *store.Store, run int64) (bool, error) {
	artifacts, err := s.Artifacts(ctx, run)
	return slices.ContainsFunc(artifacts, func(a store.StoredArtifact) bool {
		return a.Kind == "picture" && pictureRole(a.Name) == ""
	}), err
}

// Strip returns what shows how a run went: the photograph and the paintings, if
// the store has them, and at most so many of the pictures that it kept, evenly
// chosen, the last always and the first if there is more than one. Below each
// stand its step, the total loss at it and its size. Errors: ErrNoPictures.
func Strip(ctx context.Context, s *store.Store, run int64, most int) ([]strip.Frame, error) {
	artifacts, err := s.Artifacts(ctx, run)
	if err != nil {
		return nil, err
	}
	made := evenly(picturesOf(artifacts), most)
	if len(made) == 0 {
		return nil, fmt.Errorf("run %d: %w", run, ErrNoPictures)
	}
	losses, err := totals(ctx, s, run)
	if err != nil {
		return nil, err
	}
	var frames []strip.Frame
	add := func(a store.StoredArtifact, input bool, caption ...string) error {
		data, err := s.Blob(ctx, a.Hash)
		if err != nil {
			return err
		}
		picture, err := imaging.DecodeReader(bytes.NewReader(data), a.Name)
		if err != nil {
			return fmt.Errorf("run %d: %w", run, err)
		}
		caption = append(caption, fmt.Sprintf("%d×%d", picture.H, picture.W))
		frames = append(frames, strip.Frame{Picture: picture, Caption: caption, Input: input})
		return nil
	}
	for _, input := range []struct{ kind, caption string }{{"content", "photograph"}, {"style", "painting"}} {
		for _, a := range artifacts {
			if a.Kind == input.kind {
				if err := add(a, true, input.caption); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, a := range made {
		caption := []string{fmt.Sprintf("step %d", a.Step)}
		if role := pictureRole(a.Name); role != "" {
			caption[0] = role + ", " + caption[0]
		}
		if loss, known := losses[a.Step]; known {
			caption = append(caption, "loss "+lossText(loss))
		}
		if err := add(a, false, caption...); err != nil {
			return nil, err
		}
	}
	return frames, nil
}

// picturesOf returns the pictures among a run's artifacts by step, one a step.
func picturesOf(artifacts []store.StoredArtifact) []store.StoredArtifact {
	var list []store.StoredArtifact
	for _, a := range artifacts {
		if a.Kind == "picture" {
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, func(a, b store.StoredArtifact) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(pictureRole(b.Name), pictureRole(a.Name)))
	})
	return slices.CompactFunc(list, func(a, b store.StoredArtifact) bool { return a.Step == b.Step && a.Hash == b.Hash })
}

// pictureRole says what a picture is besides one of a step.
func pictureRole(name string) string {
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

// evenly chooses n items of a list, with its ends; of one, the last.
func evenly[T any](list []T, n int) []T {
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
