package oil

import (
	"math"

	"runexp/tools/paint/canvas"
)

// Hand is a painter's way of working.
type Hand struct {
	Ground  canvas.Color
	Brushes []Brush // from broad to fine
	Curve   float64 // 1 follows the picture at once, towards 0 a stroke goes on straight
	Jitter  float64 // how far a stroke's colour strays: lightness, chroma and hue
	Relief  float64 // how strongly the thickness of the paint shows
}

// Brush is one size of strokes.
type Brush struct {
	Radius    float64 // in units of the picture's height
	Threshold float64 // strokes go where the canvas is further from the picture than this
	Min, Max  int     // a stroke's length in radii
}

// Paint paints a sketch: a layer for each brush, then the dabs.
func Paint(s *Sketch, h Hand, seed uint64) *canvas.Image {
	p := newPainting(s.Image.W, s.Image.H, h.Ground, seed)
	for _, b := range h.Brushes {
		p.layer(s, h, b)
	}
	for _, stroke := range s.Dabs {
		p.stroke(stroke)
	}
	return p.light(h.Relief)
}

// layer paints one layer after Hertzmann, "Painterly rendering with curved brush
// strokes of multiple sizes" (SIGGRAPH 1998): the picture is cut into a grid;
// where the canvas is too far from it, a stroke starts at the worst pixel, keeps
// that pixel's colour and goes on across the gradient until the colour would be
// wrong. Strokes lie on each other in random order. The sketch's flow and the
// colours' jitter are additions.
func (p *painting) layer(s *Sketch, h Hand, b Brush) {
	radius := b.Radius * float64(s.Image.H)
	ref := s.Image.Blur(radius / 2)
	step := max(2, int(radius))
	var strokes []Stroke
	for y := 0; y < ref.H; y += step {
		for x := 0; x < ref.W; x += step {
			sum, worst, n := 0.0, -1.0, 0
			var at canvas.Point
			for j := y; j < min(y+step, ref.H); j++ {
				for i := x; i < min(x+step, ref.W); i++ {
					d := p.image.Pix[j*ref.W+i].Distance(ref.Pix[j*ref.W+i])
					sum, n = sum+d, n+1
					if d > worst {
						worst, at = d, canvas.Pt(float64(i)+0.5, float64(j)+0.5)
					}
				}
			}
			if sum/float64(n) > b.Threshold {
				strokes = append(strokes, p.trace(s, ref, h, b, at))
			}
		}
	}
	s.Random.Shuffle(len(strokes), func(i, j int) { strokes[i], strokes[j] = strokes[j], strokes[i] })
	for _, stroke := range strokes {
		p.stroke(stroke)
	}
}

// trace follows the picture from a place on.
func (p *painting) trace(s *Sketch, ref *canvas.Image, h Hand, b Brush, at canvas.Point) Stroke {
	radius := b.Radius * float64(ref.H)
	color := ref.Sample(at.X, at.Y)
	path := []canvas.Point{at}
	var last canvas.Point
	for i := 1; i <= b.Max; i++ {
		here := ref.At(int(at.X), int(at.Y))
		if i > b.Min && here.Distance(p.image.At(int(at.X), int(at.Y))) < here.Distance(color) {
			break
		}
		way := s.direction(ref, at)
		if way == (canvas.Point{}) {
			break
		}
		if way.Dot(last) < 0 {
			way = way.Scale(-1)
		}
		if last != (canvas.Point{}) {
			way = way.Scale(h.Curve).Add(last.Scale(1 - h.Curve)).Unit()
		}
		at = at.Add(way.Scale(radius))
		if at.X < 0 || at.Y < 0 || at.X >= float64(ref.W) || at.Y >= float64(ref.H) {
			break
		}
		path, last = append(path, at), way
	}
	j, random := h.Jitter, s.Random
	return Stroke{
		Path:   path,
		Radius: radius * (0.8 + 0.4*random.Float64()),
		Color:  color.Shift(0.06*j*random.NormFloat64(), 1+0.25*j*random.NormFloat64(), 0.12*j*random.NormFloat64()),
		Load:   0.7 + 0.6*random.Float64(),
	}
}

// direction is the way of a stroke at a place: across the picture's gradient,
// and along the flow. Directions without a sign are averaged as doubled angles.
func (s *Sketch) direction(ref *canvas.Image, at canvas.Point) canvas.Point {
	x, y := int(at.X), int(at.Y)
	luma := func(i, j int) float64 { return ref.At(x+i, y+j).Luma() }
	gx := luma(1, -1) + 2*luma(1, 0) + luma(1, 1) - luma(-1, -1) - 2*luma(-1, 0) - luma(-1, 1)
	gy := luma(-1, 1) + 2*luma(0, 1) + luma(1, 1) - luma(-1, -1) - 2*luma(0, -1) - luma(1, -1)
	edge := canvas.Pt(-gy, gx).Scale(4)
	sum := edge.Doubled().Add(s.Flow[y*ref.W+x].Doubled())
	if sum == (canvas.Point{}) {
		return sum
	}
	return canvas.Direction(math.Atan2(sum.Y, sum.X) / 2)
}
