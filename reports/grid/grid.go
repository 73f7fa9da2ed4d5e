// Package grid makes the data of a grid of pictures whose axes its reader chooses: what
// reports/html/grid.js lays out, in the server's pages and in a report's file.
package grid

import (
	"encoding/json"
	"slices"

	"runexp/reports/plots"
)

// Data are runs on axes. As JSON they are compact: ten thousand runs with a picture each and four
// numbers take less than 2 MB.
type Data struct {
	Axes    []Axis  `json:"axes"`
	Numbers []Named `json:"numbers"` // what Cell.Values are
	Inputs  []Input `json:"inputs"`  // content and style images, each once
	Cells   []Cell  `json:"cells"`
	// X and Y are the axes to begin with, −1 for none; Start is the level that each of the others is held at, −1 for one that is free.
	X     int   `json:"x"`
	Y     int   `json:"y"`
	Start []int `json:"start"`
	// Thumb and Full come before the key of a picture: "/thumb/" and "/blob/". Both are "" in a file,
	// where keys name pictures of the page. Page comes before the number of a run; "" for no pages.
	Thumb string   `json:"thumb"`
	Full  string   `json:"full"`
	Page  string   `json:"page"`
	Vote  string   `json:"vote,omitempty"` // address where people vote on the pictures; "" for none
	Notes []string `json:"notes"`          // what is reduced or left out
}

// An Axis is what differs between the runs.
type Axis struct {
	Name   string   `json:"name"` // path of a setting, several of a zip joined by " + "; pair; repeat
	Levels []string `json:"levels"`
}

// A Named is a number that runs have.
type Named struct {
	Name   string `json:"name"`  // eval/content
	Field  string `json:"field"` // as filters and columns have it: metrics.eval/content; MarshalJSON sets it
	Label  string `json:"label"` // content distance; "" for none
	Unit   string `json:"unit,omitempty"`
	Better string `json:"better,omitempty"` // lower, higher; "" where neither is
	Shown  bool   `json:"shown,omitempty"`  // below the pictures, to begin with
}

// An Input is a content or style image as a run used it.
type Input struct {
	Kind    string  `json:"kind"`
	Name    string  `json:"name"` // of its file
	Picture Picture `json:"picture"`
	Image   int     `json:"image"` // which image it is: other runs may use the same one in another size

	file string // name of the artifact
	path string // of the image's file
}

// A Cell is a run, or a trial that has not begun.
type Cell struct {
	Run    int64          `json:"run"`              // 0: not begun
	Levels []int          `json:"at"`               // by axis
	Status string         `json:"status,omitempty"` // "" for finished
	Why    string         `json:"why,omitempty"`    // why a run has this status, in a line
	Star   bool           `json:"star,omitempty"`
	Flaw   string         `json:"flaw,omitempty"`   // what is wrong with its picture
	Values []plots.Number `json:"values,omitempty"` // by number; null for none
	Inputs []int          `json:"inputs,omitempty"` // places in Data.Inputs
	// Pictures are by step in ascending order. The result, or what there is of it, is the last.
	Pictures []Picture `json:"pictures,omitempty"`
}

// A Picture is a stored picture.
type Picture struct {
	Step          int // iterations made before it
	Width, Height int // pixels; 0 if not recorded
	Key           string
}

// MarshalJSON writes [step, width, height, key].
func (p Picture) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{p.Step, p.Width, p.Height, p.Key})
}

// mostColumns is how many levels an axis may have to begin as the columns, where another could:
// more are easier to scroll through as rows.
const mostColumns = 12

// Arrange chooses the first view: the two axes with the most levels, of those that count first,
// as X and Y. first is how many of Axes, from the beginning, are preferred. The others are free: a
// place of the grid has the runs of all their levels, of which it shows the first.
func (d *Data) Arrange(first int) {
	order := make([]int, len(d.Axes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if (a < first) != (b < first) {
			return a - b
		}
		return len(d.Axes[b].Levels) - len(d.Axes[a].Levels)
	})
	d.X, d.Y = -1, -1
	if len(order) > 0 {
		d.X = order[0]
	}
	if len(order) > 1 {
		d.Y = order[1]
		if x, y := len(d.Axes[d.X].Levels), len(d.Axes[d.Y].Levels); x > mostColumns && y < x {
			d.X, d.Y = d.Y, d.X
		}
	}
	d.Free()
}

// Free holds no axis.
func (d *Data) Free() {
	d.Start = make([]int, len(d.Axes))
	for i := range d.Start {
		d.Start[i] = -1
	}
}

// Hold holds all axes at the levels of the first finished run that has a picture, so that each place
// of the grid has one run: for a sweep that runs every setting on every pair.
func (d *Data) Hold() {
	if i := slices.IndexFunc(d.Cells, func(c Cell) bool { return len(c.Pictures) > 0 && c.Status == "" }); i >= 0 {
		d.Start = slices.Clone(d.Cells[i].Levels)
	}
}
