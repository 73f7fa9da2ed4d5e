// Package night is an oil painting: a lighthouse under a sky in which the wind
// can be seen.
package night

import (
	"runexp/tools/paint/canvas"
	"runexp/tools/paint/oil"
)

// fine is the supersampling factor: the picture is painted this many times larger.
const fine = 2

// Paint returns the painting, 3:2, of a width in pixels. The same seed gives the
// same picture.
func Paint(width int, seed uint64) *canvas.Image {
	s := &scene{oil.NewSketch(fine*width, fine*width*2/3, seed)}
	s.sky()
	s.sea()
	s.beam()
	s.headland()
	s.boat(0.86, 0.775, 0.075)
	s.boat(1.10, 0.880, 0.105)
	return oil.Paint(s.Sketch, oil.Hand{
		Ground: canvas.Hex(0x1b2c52),
		Brushes: []oil.Brush{
			{Radius: 0.026, Threshold: 0.00, Min: 4, Max: 9},
			{Radius: 0.0135, Threshold: 0.03, Min: 4, Max: 11},
			{Radius: 0.0085, Threshold: 0.07, Min: 3, Max: 11},
			{Radius: 0.0055, Threshold: 0.13, Min: 2, Max: 8},
		},
		Curve: 0.9, Jitter: 0.7, Relief: 0.5,
	}, seed).Shrink(fine)
}

// scene is the coast and the sky above.
type scene struct{ *oil.Sketch }
