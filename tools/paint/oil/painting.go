// Package oil paints in oil: strokes with bristles, laid over each other from
// broad to fine, in paint that is thick enough to catch the light.
package oil

import (
	"math"

	"runexp/tools/paint/canvas"
)

// painting is a canvas under work: its colours, and how thick the paint lies.
type painting struct {
	image   *canvas.Image
	height  []float64 // pixels
	seed    uint64
	count   int     // strokes so far
	touches []touch // of the stroke under way, one a pixel
	touched []int   // the pixels that it touches
}

// newPainting returns a canvas primed in one colour.
func newPainting(w, h int, ground canvas.Color, seed uint64) *painting {
	p := &painting{image: canvas.New(w, h), height: make([]float64, w*h), seed: seed, touches: make([]touch, w*h)}
	for i := range p.image.Pix {
		p.image.Pix[i] = ground
	}
	return p
}

// light is the painting as it hangs on the wall: lit from the upper left, so that
// ridges of paint have a bright and a dark side, with a slight gloss (Hertzmann,
// "Fast paint texture", NPAR 2002). Relief scales the paint's thickness. Where it
// is thin, the weave of the canvas shows.
func (p *painting) light(relief float64) *canvas.Image {
	w, h := p.image.W, p.image.H
	height := make([]float64, w*h)
	for y := range h {
		for x := range w {
			at := y*w + x
			weave := math.Sin(float64(x)*2*math.Pi/5.2) * math.Sin(float64(y)*2*math.Pi/5.2)
			height[at] = p.height[at] + 0.22*weave/(1+max(0, p.height[at]))
		}
	}
	const lx, ly, lz = -0.46, -0.60, 0.65 // towards the light
	out := canvas.New(w, h)
	for y := range h {
		for x := range w {
			left, right := height[y*w+max(0, x-1)], height[y*w+min(w-1, x+1)]
			up, down := height[max(0, y-1)*w+x], height[min(h-1, y+1)*w+x]
			nx, ny := -relief*(right-left)/2, -relief*(down-up)/2
			norm := 1 / math.Sqrt(nx*nx+ny*ny+1)
			diffuse := (nx*lx + ny*ly + lz) * norm / lz // 1 on flat paint
			// The half vector between the light and a viewer in front.
			const half = 1.8166 // |L + (0,0,1)|
			gloss := max(0, (nx*lx+ny*ly+lz+1)*norm/half)
			flat := (lz + 1) / half
			shine := math.Pow(gloss, 40) - math.Pow(flat, 40)
			c := p.image.Pix[y*w+x].Scale(max(0.3, 0.45+0.55*diffuse))
			out.Pix[y*w+x] = c.Add(canvas.Color{1, 0.98, 0.94}.Scale(0.10 * max(0, shine)))
		}
	}
	return out
}
