package woodcut

import (
	"math"

	"runexp/tools/paint/canvas"
)

// swell is one row of waves: sharp crests, round troughs, and lines that follow
// them. The water is darkest at the bottom, where the foam of the next row will
// stand out against it.
type swell struct {
	level, height, length, phase float64
	spacing                      float64 // between two lines
	bottom                       float64
}

// crest is the row's upper edge, and how high on a wave it is there: 1 at the top.
func (p *press) crest(w swell, x float64) (y, rise float64) {
	u := (x + w.phase) / w.length
	u += 0.35 * p.noise.At(0.8*u, 40*w.level) // no two waves are equally long
	u += 0.10 * math.Sin(2*math.Pi*u)         // steeper to the right
	rise = 1 - math.Pow(math.Abs(math.Sin(math.Pi*u)), 0.8)
	tall := 0.55 + 0.6*p.noise.Random(int(math.Round(u)), int(1000*w.level))
	// The height changes in the troughs, where rise is 0.
	return w.level - w.height*rise*tall, rise * tall
}

func (p *press) swell(w swell, seed int) {
	p.each(0, w.level-1.2*w.height-0.01, p.width(), w.bottom, func(x, y float64) (inks, bool) {
		y += 0.004 * p.noise.At(14*x, 20*w.level)
		top, rise := p.crest(w, x)
		below := y - top
		if below < 0 {
			return paper, false
		}
		size := w.spacing / 0.0115
		scallop := 0.5 + 0.5*math.Abs(math.Sin(x/(0.0135*size)*math.Pi/2+3*p.noise.At(6*x, w.level*9)))
		foam := (0.004 + 0.030*rise*rise) * size * scallop
		edge := 0.0042 * math.Sqrt(size)
		switch {
		case below < edge:
			return inks{0, 0, 1}, true
		case below < foam+edge:
			return paper, true
		case below < foam+1.9*edge:
			return inks{0.5, 0, 1}, true
		}
		depth := below - foam
		flat := w.height * rise * canvas.Exp(-depth/(1.3*w.height)) // how much of the crest the line still has
		across := (y - w.level + flat) / w.spacing
		left, _ := p.crest(w, x-0.004)
		right, _ := p.crest(w, x+0.004)
		tone := 0.28 + 0.42*canvas.Smooth(0, w.height*1.6, depth) - 1.1*(left-right)/(0.02+w.height)*0.35
		v := inks{0.45 + 0.5*canvas.Smooth(0, 1.5*w.height, depth), 0, 0}
		// The sun's path on the water, broken by each line.
		ragged := 0.8 * p.noise.At(math.Round(across)*2.3, 4*x)
		glow := math.Abs(x-p.sun.X)/(0.40*p.sunRadius+0.12*(y-0.6)) + ragged
		lit := canvas.Smooth(1, 0.9, glow) * canvas.Smooth(0.79, 0.72, y)
		v[red] = 0.8 * lit
		v[blue] *= 1 - 0.75*lit
		tone *= 1 - 0.25*lit
		if p.hatch(across, x/w.spacing, min(0.86, tone), seed) {
			v[key] = 1
		}
		return v, true
	})
}

// breaker is the great wave on the left that curls over to the right. Its back
// and its hollow face are two curves; the lines of its body are between them.
func (p *press) breaker() {
	back := append(curve(canvas.Pt(-0.34, 1.04), canvas.Pt(0.02, 0.70), canvas.Pt(0.10, 0.30), canvas.Pt(0.33, 0.235), 40),
		curve(canvas.Pt(0.33, 0.235), canvas.Pt(0.44, 0.21), canvas.Pt(0.53, 0.28), canvas.Pt(0.545, 0.385), 24)[1:]...)
	face := append(curve(canvas.Pt(0.80, 1.02), canvas.Pt(0.36, 0.90), canvas.Pt(0.20, 0.60), canvas.Pt(0.31, 0.45), 40),
		curve(canvas.Pt(0.31, 0.45), canvas.Pt(0.36, 0.37), canvas.Pt(0.46, 0.33), canvas.Pt(0.545, 0.385), 24)[1:]...)
	body := append([]canvas.Point{}, back...)
	for k := len(face) - 1; k >= 0; k-- {
		body = append(body, face[k])
	}
	body = append(body, canvas.Pt(0.80, 1.10), canvas.Pt(-0.34, 1.10))
	p.fill(body, inks{0.9, 0, 0})

	const lines = 34
	for k := 1; k < lines; k++ {
		t := float64(k) / lines
		path := make([]canvas.Point, 0, len(back))
		for i := range back {
			q := back[i].Add(face[i].Sub(back[i]).Scale(t))
			path = append(path, q)
		}
		end := len(path) - 2 - p.random.IntN(9)
		start := p.random.IntN(3)
		thick := 0.0045 + 0.0095*t*t + p.between(0, 0.002)
		p.line(path[start:end], inkLine, taper(thick, 0.38))
		if k%3 == 0 { // a white line beside it, where the light runs up
			p.line(path[start+2:end*3/4], inks{0, 0, 0}, taper(0.0075*(1-t), 0.5))
		}
	}
	p.line(face, inkLine, taper(0.016, 0.4))

	// Foam along the back and claws at the lip.
	for pass, grow := range []float64{0.0042, 0} {
		v := []inks{{0, 0, 1}, paper}[pass]
		p.reseed(5)
		for i := 20; i < len(back); i++ {
			t := float64(i) / float64(len(back))
			n := 1 + i/14
			for range n {
				at := back[i].Add(canvas.Pt(p.between(-0.012, 0.012), p.between(-0.006, 0.020*t)))
				p.dot(at, p.between(0.006, 0.008+0.016*t*t)+grow, v)
			}
		}
		for i := 0; i < 11; i++ {
			t := float64(i) / 10
			root := at(face[len(face)-24:], 0.55+0.45*t)
			p.claw(root, p.between(1.0, 1.7)-0.9*t, p.between(0.03, 0.06), grow, v)
		}
	}
	p.reseed(6)
	for range 90 { // spray
		a := p.between(-0.9, 1.3)
		d := 0.05 + 0.16*math.Pow(p.random.Float64(), 1.6)
		at := canvas.Pt(0.50+0.9*d*math.Cos(a), 0.33+d*math.Sin(a))
		r := p.between(0.0022, 0.0058)
		p.dot(at, r+0.0026, inkLine)
		p.dot(at, r, paper)
	}
}

// claw is a finger of foam: discs that shrink along a hook.
func (p *press) claw(at canvas.Point, angle, length, grow float64, v inks) {
	const n = 7
	for k := range n {
		t := float64(k) / (n - 1)
		p.dot(at, 0.011*(1-0.75*t)+grow, v)
		at = at.Add(canvas.Direction(angle + 0.9*t).Scale(length / n))
	}
}
