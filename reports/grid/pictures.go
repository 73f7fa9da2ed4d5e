package grid

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"

	"runexp/framework/store"
	"runexp/internal/printable"
)

// mostPictures is how many pictures Data name: with keys of 64 characters these take about 1.5 MB.
const mostPictures = 15_000

// AddPictures gives each cell the pictures of its run, its result last, and the content and style
// images. Of too many pictures on the way some are left out, evenly.
// Errors: those of the store.
func (d *Data) AddPictures(ctx context.Context, s *store.Store) error {
	var runs []store.RunSummary
	var numbers []int64
	for _, c := range d.Cells {
		if c.Run != 0 {
			runs = append(runs, store.RunSummary{RunRef: store.RunRef{Number: c.Run}})
			numbers = append(numbers, c.Run)
		}
	}
	artifacts, err := s.Pictures(ctx, numbers)
	if err != nil {
		return err
	}
	names, err := s.Images(ctx, runs...)
	if err != nil {
		return err
	}
	known, images := map[Input]int{}, map[[2]string]int{}
	for i := range d.Cells {
		c := &d.Cells[i]
		c.Flaw = cmp.Or(c.Flaw, damaged(names[c.Run].Damage))
		c.Pictures = bySteps(artifacts[c.Run])
		for _, in := range inputsOf(artifacts[c.Run], names[c.Run]) {
			of := [2]string{in.Kind, in.path}
			if _, seen := images[of]; !seen {
				images[of] = len(images)
			}
			in.Image = images[of]
			at, seen := known[in]
			if !seen {
				at = len(d.Inputs)
				known[in] = at
				d.Inputs = append(d.Inputs, in)
			}
			c.Inputs = append(c.Inputs, at)
		}
	}
	d.thin()
	return nil
}

// bySteps returns the pictures of a run in the order of their steps, one of each: of those of one
// step the later stage's, which is larger, and the result before any.
func bySteps(artifacts []store.StoredArtifact) []Picture {
	pictures := slices.DeleteFunc(slices.Clone(artifacts), func(a store.StoredArtifact) bool { return a.Kind != "picture" })
	isResult := func(a store.StoredArtifact) int {
		if a.Name == "picture.png" {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(pictures, func(a, b store.StoredArtifact) int {
		return cmp.Or(isResult(a)-isResult(b), made(a)-made(b), a.Stage-b.Stage)
	})
	var list []Picture
	for _, a := range pictures {
		if n := len(list); n > 0 && list[n-1].Step == made(a) {
			list = list[:n-1]
		}
		list = append(list, Picture{made(a), a.Width, a.Height, a.Hash})
	}
	return list
}

// made is the iterations before a picture: a stage has one row more than iterations.
func made(a store.StoredArtifact) int { return max(0, a.Step-max(0, a.Stage-1)) }

// inputsOf returns the content and style images of a run.
func inputsOf(artifacts []store.StoredArtifact, names store.RunImages) []Input {
	var list []Input
	styles := names.Styles
	for _, a := range artifacts {
		name := ""
		switch {
		case a.Kind == "picture":
			continue
		case a.Kind == "content":
			name = names.Content
		case len(styles) > 0:
			name, styles = styles[0], styles[1:]
		}
		from := cmp.Or(name, a.Hash) // without a path an image is what its pixels are
		name = path.Base(cmp.Or(name, a.Name))
		list = append(list, Input{
			Kind: a.Kind, Name: printable.Text(name), Picture: Picture{0, a.Width, a.Height, a.Hash}, file: a.Name, path: from,
		})
	}
	return list
}

// thin leaves of the pictures on the way as many as there is room for, of each run the same share.
func (d *Data) thin() {
	onTheWay, results := 0, 0
	for _, c := range d.Cells {
		onTheWay += max(0, len(c.Pictures)-1)
		results += min(1, len(c.Pictures))
	}
	room := max(0, mostPictures-results)
	if onTheWay <= room {
		return
	}
	every := (onTheWay + room) / max(1, room) // keep each every-th
	for i := range d.Cells {
		all := d.Cells[i].Pictures
		var kept []Picture
		for j, p := range all {
			if j == len(all)-1 || room > 0 && (j+1)%every == 0 {
				kept = append(kept, p)
			}
		}
		d.Cells[i].Pictures = kept
	}
	d.Notes = append(d.Notes, fmt.Sprintf("Of %d pictures on the way each %dth is here; the page of a run has all.", onTheWay, every))
}
