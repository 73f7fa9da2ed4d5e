// Package strip draws pictures side by side with captions below: how a run went
// from the photograph to its result.
package strip

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"

	"runexp/framework/imaging"
	"runexp/internal/atomicfile"
	"runexp/reports/paper"
)

// A Frame is one picture with its caption.
type Frame struct {
	Picture *imaging.Image
	Caption []string // its first line dark, the others grey
	Input   bool     // stands apart from the pictures that were made
	Problem string   // why Picture is an empty one instead; "" if it is not
}

// The heights, in pixels, that pictures can be scaled to.
const (
	Least   = 40
	Usual   = 200
	Largest = 2000
)

// Lengths in sizes of the captions' type.
const (
	typeSize = 0.075 // of the pictures' height
	leastPx  = 14    // below which type cannot be read
	margin   = 1.2   // around everything
	gap      = 0.9   // between two pictures
	apart    = 2.4   // between what was given and what was made
	below    = 0.55  // between picture and caption
	leading  = 1.3
)

// Save draws the frames into the PNG file at path; see Write.
func Save(path string, frames []Frame, height int) error {
	var file bytes.Buffer
	if err := Write(&file, frames, height); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.Write(path, file.Bytes())
}

// Write draws the frames as a PNG on white, from left to right, every picture
// scaled to one height in pixels, or to three times that width if it would be
// wider. Captions are lines of text below, never cut: a column is as wide as the
// wider of the two. Errors: no frames, a height outside Least to Largest, and
// more pixels than a viewer would take.
func Write(w io.Writer, frames []Frame, height int) error {
	if len(frames) == 0 {
		return errors.New("strip: no pictures")
	}
	if height < Least || height > Largest {
		return fmt.Errorf("strip: pictures %d pixels high; give %d to %d", height, Least, Largest)
	}
	l, err := newLayout(frames, height)
	if err != nil {
		return err
	}
	canvas, err := l.draw(frames)
	if err != nil {
		return err
	}
	return png.Encode(w, canvas)
}

// A layout is where everything goes, in pixels.
type layout struct {
	face            paper.Face
	size            float64 // of the type
	columns         []column
	pictures        int // height of the row of pictures
	captionTop      int
	width, height   int
	lineHeight      int
	ascent, descent int
}

type column struct{ left, width, height int } // of the picture

func newLayout(frames []Frame, height int) (layout, error) {
	l := layout{pictures: height, size: max(leastPx, typeSize*float64(height))}
	var err error
	if l.face, err = paper.Sans(l.size); err != nil {
		return l, err
	}
	x, lines := l.px(margin), 0
	for i, f := range frames {
		if i > 0 && frames[i-1].Input && !f.Input {
			x += l.px(apart)
		} else if i > 0 {
			x += l.px(gap)
		}
		c := column{left: x}
		c.width, c.height = paper.Scaled(f.Picture, height)
		l.columns = append(l.columns, c)
		wide := c.width
		for _, line := range f.Caption {
			wide = max(wide, paper.Measure(l.face, line))
		}
		x += wide
		lines = max(lines, len(f.Caption))
	}
	l.captionTop = l.px(margin) + height + l.px(below)
	l.lineHeight = l.px(leading)
	metrics := l.face.Metrics()
	l.ascent, l.descent = metrics.Ascent.Ceil(), metrics.Descent.Ceil()
	l.width = x + l.px(margin)
	l.height = l.captionTop + lines*l.lineHeight + l.descent + l.px(margin)/2
	if l.width > paper.MaxPixels/l.height {
		return l, fmt.Errorf("strip: %d × %d pixels are too many; choose fewer pictures or a smaller height", l.height, l.width)
	}
	return l, nil
}

// px turns a length in sizes of type into pixels.
func (l layout) px(ems float64) int { return int(math.Round(ems * l.size)) }

func (l layout) draw(frames []Frame) (image.Image, error) {
	canvas := paper.New(l.width, l.height)
	for i, f := range frames {
		c := l.columns[i]
		top := l.px(margin) + l.pictures - c.height
		if err := paper.Paste(canvas, image.Rect(c.left, top, c.left+c.width, top+c.height), f.Picture); err != nil {
			return nil, err
		}
		grey := uint8(paper.Ink)
		for n, line := range f.Caption {
			paper.Write(canvas, l.face, grey, c.left, l.captionTop+n*l.lineHeight+l.ascent, line)
			grey = paper.Muted
		}
	}
	return canvas, nil
}
