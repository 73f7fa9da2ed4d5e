package oil

import (
	"math"
	"math/rand/v2"

	"runexp/tools/paint/canvas"
)

// Sketch is a scene before it is painted: what colour is where, and how a
// painter's hand would go there. Places are in units of the picture's height.
type Sketch struct {
	Image *canvas.Image
	// Flow is each pixel's way of the brush. Its length says how strongly it
	// stands against the picture's own edges, whose strength is their contrast:
	// 0 follows edges alone. Both signs of a direction mean the same.
	Flow   []canvas.Point
	Noise  canvas.Noise
	Random *rand.Rand
	Dabs   []Stroke // what is put on at the end, by hand
}

// NewSketch returns an empty sketch of w × h pixels. All that is random in it
// comes from the seed.
func NewSketch(w, h int, seed uint64) *Sketch {
	return &Sketch{
		Image: canvas.New(w, h), Flow: make([]canvas.Point, w*h),
		Noise: canvas.Noise(seed), Random: rand.New(rand.NewPCG(seed, 1)),
	}
}

// Mark is what an element of the scene leaves at a place: a colour, how much it
// covers, and the brush's direction with its strength.
type Mark struct {
	Color canvas.Color
	Cover float64
	Flow  canvas.Point
}

// Draw asks f for every pixel of a box.
func (s *Sketch) Draw(x0, y0, x1, y1 float64, f func(x, y float64) Mark) {
	unit := float64(s.Image.H)
	i0, i1 := max(0, int(x0*unit)), min(s.Image.W-1, int(x1*unit))
	j0, j1 := max(0, int(y0*unit)), min(s.Image.H-1, int(y1*unit))
	for j := j0; j <= j1; j++ {
		for i := i0; i <= i1; i++ {
			m := f((float64(i)+0.5)/unit, (float64(j)+0.5)/unit)
			if m.Cover <= 0 {
				continue
			}
			at := j*s.Image.W + i
			s.Image.Pix[at] = s.Image.Pix[at].Mix(m.Color, m.Cover)
			s.Flow[at] = s.Flow[at].Scale(1 - m.Cover).Add(m.Flow.Scale(m.Cover))
		}
	}
}

// Everywhere asks f for every pixel.
func (s *Sketch) Everywhere(f func(x, y float64) Mark) {
	s.Draw(0, 0, s.Width(), 1, f)
}

// Dab is one short stroke of the last layer, at a place, as long as reach. Dabs
// lie on each other in the order in which they come.
func (s *Sketch) Dab(x, y, angle, reach, radius float64, c canvas.Color) {
	unit := float64(s.Image.H)
	from := canvas.Pt(x*unit, y*unit)
	way := Turn(angle, reach*unit/2)
	bend := Turn(angle+math.Pi/2, s.Between(-0.04, 0.04)*reach*unit)
	s.Dabs = append(s.Dabs, Stroke{
		Path:   []canvas.Point{from, from.Add(way).Add(bend), from.Add(way.Scale(2))},
		Radius: radius * unit, Color: c, Load: 1.2,
	})
}

// At is the colour at a place.
func (s *Sketch) At(x, y float64) canvas.Color {
	unit := float64(s.Image.H)
	return s.Image.Sample(x*unit, y*unit)
}

// Width is the picture's width over its height.
func (s *Sketch) Width() float64 { return float64(s.Image.W) / float64(s.Image.H) }

// Between is a random number from a to b.
func (s *Sketch) Between(a, b float64) float64 { return a + (b-a)*s.Random.Float64() }

// Turn is a direction of a given angle and strength.
func Turn(angle, strength float64) canvas.Point {
	return canvas.Direction(angle).Scale(strength)
}

// Stray is a colour near c, as no two brushfuls are the same.
func (s *Sketch) Stray(c canvas.Color) canvas.Color {
	return c.Shift(0.03*s.Random.NormFloat64(), 1+0.1*s.Random.NormFloat64(), 0.06*s.Random.NormFloat64())
}
