package woodcut

import (
	"math"
	"math/rand/v2"
	"slices"

	"runexp/tools/paint/canvas"
)

// The three blocks that the picture is printed from.
const (
	blue = iota
	red
	key // the black one, printed last: lines and shadows
	blocks
)

// press holds the blocks: how much ink each gives to each place, 0 to 1. Places
// are in units of the picture's height; shapes are cut without smooth edges, as
// the print is shrunk in the end.
type press struct {
	w, h   int
	ink    [blocks][]float64
	noise  canvas.Noise
	random *rand.Rand

	sun       canvas.Point
	sunRadius float64
}

// inks is what a shape prints from each block.
type inks [blocks]float64

// paper prints nothing: what is cut away everywhere.
var paper = inks{}

func newPress(w, h int, seed uint64) *press {
	p := &press{w: w, h: h, noise: canvas.Noise(seed), random: rand.New(rand.NewPCG(seed, 2))}
	for b := range p.ink {
		p.ink[b] = make([]float64, w*h)
	}
	return p
}

func (p *press) width() float64 { return float64(p.w) / float64(p.h) }

// reseed starts the random numbers anew, so that a shape can be drawn twice.
func (p *press) reseed(k uint64) { p.random = rand.New(rand.NewPCG(uint64(p.noise), k)) }

// between is a random number from a to b.
func (p *press) between(a, b float64) float64 { return a + (b-a)*p.random.Float64() }

// each calls f for every place of a box: f returns what to print there, and false
// to leave the place alone.
func (p *press) each(x0, y0, x1, y1 float64, f func(x, y float64) (inks, bool)) {
	unit := float64(p.h)
	for j := max(0, int(y0*unit)); j <= min(p.h-1, int(y1*unit)); j++ {
		for i := max(0, int(x0*unit)); i <= min(p.w-1, int(x1*unit)); i++ {
			if v, ok := f((float64(i)+0.5)/unit, (float64(j)+0.5)/unit); ok {
				p.set(i, j, v)
			}
		}
	}
}

func (p *press) set(i, j int, v inks) {
	for b := range v {
		p.ink[b][j*p.w+i] = v[b]
	}
}

// fill prints the inside of a closed outline, by the even-odd rule.
func (p *press) fill(outline []canvas.Point, v inks) {
	unit := float64(p.h)
	var cuts []float64
	for j := range p.h {
		y := (float64(j) + 0.5) / unit
		cuts = cuts[:0]
		for k, a := range outline {
			b := outline[(k+1)%len(outline)]
			if (a.Y <= y) != (b.Y <= y) {
				cuts = append(cuts, (a.X+(b.X-a.X)*(y-a.Y)/(b.Y-a.Y))*unit)
			}
		}
		slices.Sort(cuts)
		for k := 0; k+1 < len(cuts); k += 2 {
			from, to := int(math.Ceil(cuts[k]-0.5)), int(math.Ceil(cuts[k+1]-0.5))
			for i := max(0, from); i < min(p.w, to); i++ {
				p.set(i, j, v)
			}
		}
	}
}

// line cuts or leaves a line along a path. Width gives its width at t, 0 at the
// start and 1 at the end: lines swell and taper as the gouge goes in and out.
// Blocks for which v is below zero are left alone.
func (p *press) line(path []canvas.Point, v inks, width func(t float64) float64) {
	unit := float64(p.h)
	total := 0.0
	for k := range len(path) - 1 {
		total += path[k+1].Sub(path[k]).Len()
	}
	if total == 0 {
		return
	}
	gone := 0.0
	for k := range len(path) - 1 {
		way := path[k+1].Sub(path[k])
		length := way.Len()
		steps := int(length*unit) + 1
		for n := range steps {
			f := float64(n) / float64(steps)
			p.dot(path[k].Add(way.Scale(f)), width((gone+length*f)/total)/2, v)
		}
		gone += length
	}
}

// dot is a disc; blocks for which v is below zero are left alone.
func (p *press) dot(at canvas.Point, r float64, v inks) {
	unit := float64(p.h)
	x, y, r := at.X*unit, at.Y*unit, r*unit
	if r <= 0.2 {
		return
	}
	for j := max(0, int(y-r)); j <= min(p.h-1, int(y+r)); j++ {
		for i := max(0, int(x-r)); i <= min(p.w-1, int(x+r)); i++ {
			dx, dy := float64(i)+0.5-x, float64(j)+0.5-y
			if dx*dx+dy*dy > r*r {
				continue
			}
			for b, ink := range v {
				if ink >= 0 {
					p.ink[b][j*p.w+i] = ink
				}
			}
		}
	}
}

// print lays the three inks on paper, one over the other: ink takes light away,
// so colours multiply. The grain of the wood shows in all of them, and the
// coloured blocks lie a little beside their place.
func (p *press) print() *canvas.Image {
	sheet := canvas.Hex(0xf1e6cc)
	colors := [blocks]canvas.Color{canvas.Hex(0x4f86a0), canvas.Hex(0xd9552f), canvas.Hex(0x1c2030)}
	shift := [blocks][2]float64{{0.0022, -0.0012}, {-0.0016, 0.0018}, {0, 0}}
	out := canvas.New(p.w, p.h)
	unit := float64(p.h)
	out.Fill(func(x, y float64) canvas.Color {
		fibre := p.noise.Fractal(90*x, 140*y, 2)
		c := sheet.Scale(1 + 0.022*fibre + 0.015*p.noise.Fractal(3*x, 3*y, 3))
		for b := range p.ink {
			noise := p.noise + canvas.Noise(100*b)
			i := max(0, min(p.w-1, int((x+shift[b][0])*unit)))
			j := max(0, min(p.h-1, int((y+shift[b][1])*unit)))
			ink := p.ink[b][j*p.w+i]
			if ink == 0 {
				continue
			}
			// Year rings: stretched along the plank, closer in some places.
			ring := noise.At(0.9*x+3, 16*y+1.5*noise.At(1.2*x, 2*y))
			grain := math.Sin(70*y+26*ring) + 0.8*noise.At(5*x, 160*y)
			bare := canvas.Smooth(0.45, 0.75, noise.Fractal(110*x, 110*y, 2)) // where the ink did not take
			strength := [blocks]float64{0.10, 0.08, 0.035}[b]
			ink *= 1 - strength*(1+0.8*grain) - 0.5*bare
			c = c.Times(canvas.Color{1, 1, 1}.Mix(colors[b], canvas.Clamp(ink)))
		}
		return c
	})
	return out
}
