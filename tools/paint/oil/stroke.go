package oil

import (
	"math"

	"runexp/tools/paint/canvas"
)

// Stroke is one touch of the brush.
type Stroke struct {
	Path   []canvas.Point // where the brush's middle goes; one point is a dab
	Radius float64        // half the brush's width
	Color  canvas.Color
	Load   float64 // the paint's thickness, 1 for a well-filled brush
}

const (
	bristle = 4.5  // the distance of two bristles' tracks, in pixels of the canvas
	opacity = 0.97 // paint hides what is beneath, nearly
)

// touch is what one pixel sees of the stroke under way.
type touch struct {
	stroke int     // the stroke that these values belong to
	off    float64 // distance from the path
	side   float64 // the same with a sign, over the radius: −1 to 1
	along  float64 // distance from the path's start
}

// stroke lays a stroke on the canvas. Each bristle leaves a track: some carry
// more paint than others, and towards the end they run dry one by one and let
// through what is beneath. Paint is pushed to the sides, where it stays in ridges.
func (p *painting) stroke(s Stroke) {
	path := s.Path
	if len(path) == 1 {
		path = []canvas.Point{path[0], path[0].Add(canvas.Pt(0.01, 0.01))}
	}
	path = canvas.Round(path, 1)
	p.count++
	length := 0.0
	p.touched = p.touched[:0]
	for i := range len(path) - 1 {
		p.sweep(path[i], path[i+1], length, s.Radius)
		length += path[i+1].Sub(path[i]).Len()
	}
	noise := canvas.Noise(p.seed + uint64(p.count)*0x9e3779b9)
	tracks := max(2, 2*s.Radius/bristle)
	for _, at := range p.touched {
		t := p.touches[at]
		rest := length + s.Radius - t.along // the way left to the brush's end
		track := noise.At(t.side*tracks/2+50, t.along/(14*bristle))
		fine := noise.At(t.side*tracks+150, t.along/(7*bristle))
		hair := 0.7*track + 0.5*fine // about −0.6 to 0.6

		edge := 1 - math.Abs(t.side)
		alpha := canvas.Smooth(0, 1.6/s.Radius+0.12, edge+0.10*hair)
		dry := canvas.Smooth(0.5, 0, rest/(length+2*s.Radius)) // 0 in the middle, 1 at the end
		alpha *= canvas.Smooth(-0.15, 0.2, hair+0.62-0.85*dry)
		alpha *= opacity
		if alpha <= 0 {
			continue
		}
		color := s.Color.Scale(1 + 0.16*hair)
		p.image.Pix[at] = p.image.Pix[at].Mix(color, alpha)

		ridge := canvas.Smooth(0.45, 0.1, edge) * canvas.Smooth(0, 0.08, edge)
		thick := s.Load * (0.55 + 0.8*hair + 0.35*ridge) * (1 - 0.5*dry) * math.Sqrt(s.Radius)
		p.height[at] += (0.35*p.height[at] + thick - p.height[at]) * alpha
	}
}

// sweep notes for each pixel near the segment from a to b how the brush passes it.
// A pixel near several segments belongs to the nearest.
func (p *painting) sweep(a, b canvas.Point, along, radius float64) {
	way := b.Sub(a)
	length := way.Len()
	unit := way.Unit()
	x0, x1 := int(min(a.X, b.X)-radius), int(max(a.X, b.X)+radius)+1
	y0, y1 := int(min(a.Y, b.Y)-radius), int(max(a.Y, b.Y)+radius)+1
	for y := max(0, y0); y <= min(p.image.H-1, y1); y++ {
		for x := max(0, x0); x <= min(p.image.W-1, x1); x++ {
			to := canvas.Pt(float64(x)+0.5, float64(y)+0.5).Sub(a)
			t := to.Dot(unit)
			near := max(0, min(length, t))
			gap := to.Sub(unit.Scale(near))
			off := gap.Dot(gap)
			if off >= radius*radius {
				continue
			}
			off = math.Sqrt(off)
			at := y*p.image.W + x
			mark := &p.touches[at]
			if mark.stroke == p.count && mark.off <= off {
				continue
			}
			if mark.stroke != p.count {
				p.touched = append(p.touched, at)
			}
			side := off / radius
			if unit.X*to.Y-unit.Y*to.X < 0 {
				side = -side
			}
			*mark = touch{stroke: p.count, off: off, side: side, along: along + t}
		}
	}
}
