package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"

	"runexp/framework/imaging"
	"runexp/internal/atomicfile"
)

// A Strip is pictures from left to right.
type Strip []Frame

// A Frame is one picture with its caption.
type Frame struct {
	Picture *imaging.Image
	Caption []string // its first line dark, the others grey
	Input   bool     // content or style: a wider gap separates it from the results
	Problem string   // why Picture is an empty one instead; "" if it is not
}

// The heights, in pixels, that a strip's pictures can be scaled to.
const (
	Least   = 40
	Usual   = 200
	Largest = 2000
)

// Lengths of a strip, in sizes of the captions' text.
const (
	stripText    = 0.075 // of the pictures' height
	leastText    = 14    // pixels, below which text cannot be read
	stripMargin  = 1.2   // around everything
	stripGap     = 0.9   // between two pictures
	stripApart   = 2.4   // between inputs and results
	stripBelow   = 0.55  // between picture and caption
	stripLeading = 1.3
)

// Save draws the strip into the PNG file at path; see Draw.
func (s Strip) Save(path string, height int) error {
	m, err := s.Draw(height)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.Write(path, file.Bytes())
}

// Draw draws the strip, every picture scaled to one height in pixels, or to three
// times that width if it would be wider. Captions are lines of text below, never
// cut: a column is as wide as the wider of the two. Errors: no frames, a height
// outside Least to Largest, and more pixels than a viewer would take.
func (s Strip) Draw(height int) (image.Image, error) {
	if len(s) == 0 {
		return nil, errors.New("strip: no pictures")
	}
	if height < Least || height > Largest {
		return nil, fmt.Errorf("strip: pictures %d pixels high; give %d to %d", height, Least, Largest)
	}
	l, err := s.layout(height)
	if err != nil {
		return nil, err
	}
	canvas, err := white.blank(l.width, l.height, "pictures")
	if err != nil {
		return nil, fmt.Errorf("strip: %w", err)
	}
	for i, f := range s {
		c := l.columns[i]
		bottom := l.face.px(stripMargin) + height
		if err := white.paste(canvas, image.Rect(c.left, bottom-c.height, c.left+c.width, bottom), f.Picture); err != nil {
			return nil, err
		}
		grey := white.ink
		for n, line := range f.Caption {
			l.face.write(canvas, grey, c.left, l.captionTop+n*l.lineHeight, line)
			grey = white.muted
		}
	}
	return canvas, nil
}

// A stripLayout is where everything goes, in pixels.
type stripLayout struct {
	face                   face
	columns                []column
	captionTop, lineHeight int
	width, height          int
}

type column struct{ left, width, height int } // of the picture

func (s Strip) layout(height int) (l stripLayout, err error) {
	if l.face, err = sans(max(leastText, stripText*float64(height))); err != nil {
		return l, err
	}
	px := l.face.px
	x, lines := px(stripMargin), 0
	for i, f := range s {
		if i > 0 && s[i-1].Input && !f.Input {
			x += px(stripApart)
		} else if i > 0 {
			x += px(stripGap)
		}
		c := column{left: x}
		c.width, c.height = scaled(f.Picture, height)
		l.columns = append(l.columns, c)
		wide := c.width
		for _, line := range f.Caption {
			wide = max(wide, l.face.measure(line))
		}
		x += wide
		lines = max(lines, len(f.Caption))
	}
	l.captionTop = px(stripMargin) + height + px(stripBelow)
	l.lineHeight = px(stripLeading)
	l.width = x + px(stripMargin)
	l.height = l.captionTop + lines*l.lineHeight + l.face.Metrics().Descent.Ceil() + px(stripMargin)/2
	return l, nil
}
