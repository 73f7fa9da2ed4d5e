package ui

import (
	"fmt"

	"runexp/framework/store"
	"runexp/reports"
)

// A viewer compares two of some pictures: side by side, with a slider between them, faded, or their difference.
type viewer struct {
	Pictures []shot
	A, B     string // hashes of the two that are shown first
	Made     bool   // some are results, not inputs
	Steps    []shot // those of a run in order, for its scrubber; none for fewer than two
}

// A shot is a picture with its name.
type shot struct {
	Hash          string
	Label         string
	Width, Height int
}

// viewerOf shows a run's result against its content image; made counts iterations by step.
func viewerOf(files []store.StoredArtifact, made func(int) int) viewer {
	var v viewer
	for _, kind := range []string{"content", "style"} {
		n := 0
		for _, a := range files {
			if a.Kind != kind || a.Hash == "" {
				continue
			}
			label := kind
			if n++; n > 1 {
				label = fmt.Sprintf("%s %d", kind, n)
			}
			v.Pictures = append(v.Pictures, shot{a.Hash, label, a.Width, a.Height})
		}
	}
	if len(v.Pictures) > 0 {
		v.A = v.Pictures[0].Hash
	}
	for _, a := range reports.PicturesOf(files) {
		if a.Hash == "" {
			continue
		}
		label := fmt.Sprintf("step %d", made(a.Step))
		if role := reports.PictureRole(a.Name); role != "" {
			label = role + ", " + label
		}
		v.Steps = append(v.Steps, shot{a.Hash, label, a.Width, a.Height})
		v.B = a.Hash
	}
	v.Pictures = append(v.Pictures, v.Steps...)
	v.Made = len(v.Steps) > 0
	if len(v.Steps) < 2 {
		v.Steps = nil
	}
	if v.A == "" {
		v.A = v.B
	}
	if v.B == "" {
		v.B = v.A
	}
	return v
}
