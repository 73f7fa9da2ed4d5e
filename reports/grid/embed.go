package grid

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"runexp/framework/store"
	"runexp/reports"
	"runexp/reports/document"
)

// mostResults is how many runs a file shows in pictures: more cannot be larger than stamps in 20 MB, and
// a report that takes minutes to write is not written at the end of every sweep.
const mostResults = 1000

// keyOverhead is what a picture takes in the page besides its data: its element with its text.
const keyOverhead = 300

// Embed makes d the data of a file of its own: pictures become files of the page, as good as
// room, in bytes of the page, allows: as they are stored if all results fit, and else as JPEG. Results, content and style images come first; pictures on the way
// fill what is left. What is reduced or left out is said in Notes, and by the page where it is missing.
// Damaged pictures are left out and named, a line each, in unshown.
//
// JPEG, since Go has no encoder for WebP; what is transparent is on white there. One file serves as
// thumbnail and in full: at the sizes of these pictures two would take more room than they save work.
//
// Errors: those of the store but for damaged pictures.
func (d *Data) Embed(ctx context.Context, s *store.Store, room int) (pictures []document.GridPicture, unshown []string, err error) {
	e := embedder{ctx: ctx, store: s, room: room, keys: map[string]string{}, bad: map[string]bool{}}
	d.limit()
	wanted := d.essential()
	if err := e.fit(wanted); err != nil {
		return nil, nil, err
	}
	if err := e.add(d.onTheWay()); err != nil {
		return nil, nil, err
	}
	d.Thumb, d.Full, d.Page = "", "", ""
	before, after := 0, 0
	for i := range d.Cells {
		c := &d.Cells[i]
		n := len(c.Pictures)
		if n > 0 && (c.Pictures[n-1].Key == "" || e.bad[c.Pictures[n-1].Key]) {
			c.Flaw = reports.Damaged
		}
		before += max(0, n-1)
		c.Pictures = e.renamed(c.Pictures)
		after += max(0, len(c.Pictures)-1)
	}
	for i := range d.Inputs {
		d.Inputs[i].Picture.Key = e.keys[d.Inputs[i].Picture.Key]
	}
	if len(e.pictures) > 0 {
		d.Notes = append(d.Notes, e.note())
	}
	if after < before {
		d.Notes = append(d.Notes, fmt.Sprintf("Of %d pictures on the way %d are here; the store has all.", before, after))
	}
	return d.described(e.pictures), e.unshown, nil
}

// limit leaves pictures to evenly chosen runs where there are too many.
func (d *Data) limit() {
	var with []int
	for i, c := range d.Cells {
		if len(c.Pictures) > 0 {
			with = append(with, i)
		}
	}
	if len(with) <= mostResults {
		return
	}
	kept := reports.Evenly(with, mostResults)
	for _, i := range with {
		if _, isKept := slices.BinarySearch(kept, i); !isKept {
			d.Cells[i].Pictures = nil
		}
	}
	d.Notes = append(d.Notes, fmt.Sprintf("%d of %d pictures, evenly chosen; the store has all.", mostResults, len(with)))
}

// A wanted picture is one to embed, with the run it is of.
type wanted struct {
	Picture
	run        int64
	kind, name string
}

// id is what the picture is known by: its hash, or its place for one whose data are missing.
func (w wanted) id() string {
	if w.Key != "" {
		return w.Key
	}
	return fmt.Sprintf("%s of run %d, step %d", w.name, w.run, w.Step)
}

// essential are the results, and the content and style images, each once.
func (d *Data) essential() []wanted {
	var list []wanted
	seen := map[string]bool{}
	add := func(w wanted) {
		if !seen[w.id()] {
			seen[w.id()] = true
			list = append(list, w)
		}
	}
	used := map[int]bool{}
	for _, c := range d.Cells {
		if n := len(c.Pictures); n > 0 {
			add(wanted{c.Pictures[n-1], c.Run, "picture", "picture.png"})
		}
		for _, i := range c.Inputs {
			if !used[i] {
				used[i] = true
				add(wanted{d.Inputs[i].Picture, c.Run, d.Inputs[i].Kind, d.Inputs[i].file})
			}
		}
	}
	return list
}

// onTheWay are the other pictures, in the order in which they fill what is left: of each run the one
// in the middle first, then those between, so that however many there is room for they are spread.
func (d *Data) onTheWay() []wanted {
	var list []wanted
	longest := 0
	for _, c := range d.Cells {
		longest = max(longest, len(c.Pictures)-1)
	}
	for _, at := range spread(longest) {
		for _, c := range d.Cells {
			if at < len(c.Pictures)-1 {
				list = append(list, wanted{c.Pictures[at], c.Run, "picture", "step.png"})
			}
		}
	}
	return list
}

// spread returns 0 … n−1, the middle first, then the middles of the halves, and so on.
func spread(n int) []int {
	var order []int
	type part struct{ low, high int }
	for parts := []part{{0, n}}; len(parts) > 0; {
		var next []part
		for _, p := range parts {
			if p.low < p.high {
				middle := (p.low + p.high) / 2
				order = append(order, middle)
				next = append(next, part{p.low, middle}, part{middle + 1, p.high})
			}
		}
		parts = next
	}
	return order
}

// described adds to the pictures what a page without a script says of them.
func (d *Data) described(pictures []document.GridPicture) []document.GridPicture {
	at := map[string]int{}
	for i, p := range pictures {
		pictures[i].Hidden = true
		at[p.Key] = i
	}
	for i := len(d.Inputs) - 1; i >= 0; i-- {
		in := d.Inputs[i]
		if k, has := at[in.Picture.Key]; has {
			text := in.Kind + " " + in.Name
			pictures[k].Alt, pictures[k].Note, pictures[k].Hidden = text, text, false
		}
	}
	for _, c := range d.Cells {
		if n := len(c.Pictures); n > 0 {
			k := at[c.Pictures[n-1].Key]
			pictures[k].Alt, pictures[k].Note, pictures[k].Hidden = d.Name(c), d.Name(c), false
		}
	}
	return pictures
}

// Name describes a cell by its run and its levels.
func (d *Data) Name(c Cell) string {
	text := fmt.Sprintf("run %d", c.Run)
	for _, word := range []string{c.Status, c.Flaw} {
		if word != "" {
			text += ", " + word
		}
	}
	for i, level := range c.Levels {
		separator := ", "
		if i == 0 {
			separator = ": "
		}
		text += separator + d.Axes[i].Name + " " + d.Axes[i].Levels[level]
	}
	return text
}

// renamed returns the pictures that the page has, by their keys there.
func (e *embedder) renamed(list []Picture) []Picture {
	var kept []Picture
	for _, p := range list {
		if key, has := e.keys[p.Key]; has {
			p.Key = key
			kept = append(kept, p)
		}
	}
	return kept
}

// damaged reports a picture that is left out, once.
func (e *embedder) damaged(w wanted, err error) bool {
	if !errors.Is(err, store.ErrDamaged) {
		return false
	}
	if !e.bad[w.id()] {
		e.bad[w.id()] = true
		artifact := store.StoredArtifact{Artifact: store.Artifact{Kind: w.kind, Name: w.name, Step: w.Step}}
		e.unshown = append(e.unshown, reports.Unshown(w.run, artifact, err))
	}
	return true
}
