package woodcut

import (
	"math"

	"runexp/tools/paint/canvas"
)

// sky is lines that thin out towards the horizon, with the blue block wiped from
// above and the red one from below (bokashi). Clouds are left white.
func (p *press) sky() {
	sun, r := p.sun, p.sunRadius
	p.each(0, 0, p.width(), 0.70, func(x, y float64) (inks, bool) {
		d := math.Hypot(x-sun.X, y-sun.Y)
		bend := 0.010*math.Sin(2.6*x+0.8) + 0.008*p.noise.Fractal(1.6*x, 2*y, 2)
		tone := 0.78*canvas.Smooth(0.42, -0.05, y) - 0.06
		tone -= 0.75 * canvas.Smooth(r+0.11, r+0.015, d)
		v := inks{0.85 * canvas.Smooth(0.40, 0.02, y), 0.34 * canvas.Smooth(0.20, 0.56, y), 0}
		if p.hatch((y+bend)/0.0150, x/0.0150, tone, 1) {
			v[key] = 1
		}
		if d < r {
			v = inks{0, 1, 0}
		}
		return v, true
	})
}

// cloud is a bank with a flat base and round heads.
func (p *press) cloud(x, y, length float64) {
	n := int(length/0.030) + 3
	var heads []canvas.Point
	for k := range n {
		t := float64(k) / float64(n-1)
		heads = append(heads, canvas.Pt(x+length*t, y-0.028*math.Sin(math.Pi*t)*p.between(0.6, 1.2)))
	}
	for pass, grow := range []float64{0.0045, 0} {
		v := []inks{{0, 0, 1}, paper}[pass]
		for k, h := range heads {
			t := float64(k) / float64(n-1)
			r := 0.005 + 0.026*math.Sin(math.Pi*t)
			p.dot(h, r+grow, v)
		}
	}
	for k, h := range heads { // a few lines of shadow
		t := float64(k) / float64(n-1)
		r := 0.005 + 0.026*math.Sin(math.Pi*t)
		if k%2 == 0 || t < 0.15 || t > 0.85 {
			continue
		}
		for m := range 2 {
			from := canvas.Pt(h.X-0.6*r, h.Y+(0.25+0.35*float64(m))*r)
			p.line([]canvas.Point{from, from.Add(canvas.Pt(1.3*r, 0.08*r))}, inkLine, taper(0.0042, 0.6))
		}
	}
}

// mountain is a white peak. Ridges run down from it, and lines hang from each to
// its right, where the shadow lies.
func (p *press) mountain(peak canvas.Point, left, right, base float64) {
	profile := []canvas.Point{canvas.Pt(left, base)}
	side := func(from, to canvas.Point, n int) {
		for k := 1; k <= n; k++ {
			t := float64(k) / float64(n)
			at := from.Add(to.Sub(from).Scale(t))
			sag := 0.16 * math.Sin(math.Pi*t) * math.Abs(to.Y-from.Y)
			at.Y += sag + p.between(-0.012, 0.012)*math.Sin(math.Pi*t)
			profile = append(profile, at)
		}
	}
	side(profile[0], peak, 12)
	side(peak, canvas.Pt(right, base), 12)
	p.fill(profile, paper)
	p.each(left, peak.Y, right, base, func(x, y float64) (inks, bool) { // blue shadow at the foot
		i, j := int(x*float64(p.h)), int(y*float64(p.h))
		at := min(p.h-1, j)*p.w + min(p.w-1, i)
		if !inside(profile, x, y) {
			return paper, false
		}
		return inks{0.75 * canvas.Smooth(peak.Y+0.12, base, y+0.05*p.noise.At(9*x, 3)), 0, p.ink[key][at]}, true
	})
	p.ridge(peak, canvas.Pt(peak.X-0.02, base), 0.17, 0.030)
	for _, r := range []struct{ at, dx, reach float64 }{
		{0.30, -0.13, 0.07}, {0.52, -0.24, 0.07}, {0.74, -0.33, 0.05},
	} {
		top := at(profile[:13], 1-r.at)
		p.ridge(top, canvas.Pt(peak.X+r.dx+0.09, base), r.reach, 0.020)
	}
	for _, r := range []struct{ at, dx, reach float64 }{
		{0.22, 0.16, 0.08}, {0.45, 0.28, 0.08}, {0.68, 0.38, 0.06},
	} {
		top := at(profile[12:], r.at)
		p.ridge(top, canvas.Pt(peak.X+r.dx-0.04, base), r.reach, 0.018)
	}
	for range 34 { // the lit side is not quite bare
		t := p.between(0.08, 0.8)
		top := at(profile[:13], 1-t)
		from := top.Add(canvas.Pt(p.between(0.02, 0.14)*t, p.between(0.01, 0.10)))
		way := canvas.Direction(p.between(1.9, 2.2)).Scale(p.between(0.02, 0.06))
		p.line([]canvas.Point{from, from.Add(way)}, inkLine, taper(0.0045, 0.3))
	}
	p.line(profile, inkLine, p.outline(0.0065))
}

// ridge winds from its top to its foot; its shadow's lines are up to reach long.
func (p *press) ridge(top, foot canvas.Point, reach, wind float64) {
	const n = 9
	path := []canvas.Point{top}
	for k := 1; k <= n; k++ {
		t := float64(k) / n
		at := top.Add(foot.Sub(top).Scale(t))
		at.X += wind * (float64(k%2)*2 - 1) * p.between(0.4, 1) * math.Sin(math.Pi*min(1, t+0.1))
		path = append(path, at)
	}
	length := foot.Sub(top).Len()
	for d := 0.004; d < length; d += 0.0105 {
		t := d / length
		from := at(path, t)
		grow := canvas.Smooth(0, 0.35, t) * canvas.Smooth(1.1, 0.6, t)
		l := reach * (0.18 + grow) * p.between(0.75, 1.15) * (0.8 + 0.4*p.noise.At(14*t, reach*90))
		way := canvas.Direction(0.80 + 0.25*p.noise.At(5*t, 2))
		bend := way.Add(canvas.Pt(0.25, -0.05))
		p.line(curve(from, from.Add(way.Scale(0.3*l)), from.Add(bend.Scale(0.6*l)), from.Add(bend.Scale(l)), 8), inkLine, taper(0.0068, 0.06))
	}
	p.line(path, inkLine, taper(0.0075, 0.4))
}

// hill is a rounded hill whose lines follow its outline and grow dense to the
// right and downwards.
func (p *press) hill(top func(x float64) float64, x0, x1, base float64, ink inks, dark float64, seed int) {
	p.each(x0, 0, x1, base, func(x, y float64) (inks, bool) {
		below := y - top(x)
		if below < 0 {
			return paper, false
		}
		slope := (top(x+0.01) - top(x-0.01)) / 0.02
		tone := dark + 0.9*slope + 1.2*below + 0.25*p.noise.Fractal(5*x, 7*y, 2)
		v := ink
		v[key] = 0
		across := below * (1 - 0.7*canvas.Smooth(0, 0.3, below)) / 0.0125
		if below < 0.006 || p.hatch(across+0.8, x/0.0125, min(0.82, tone), seed) {
			v[key] = 1
		}
		return v, true
	})
}

// at is the place at t along a path's points.
func at(path []canvas.Point, t float64) canvas.Point {
	f := canvas.Clamp(t) * float64(len(path)-1)
	k := min(int(f), len(path)-2)
	return path[k].Add(path[k+1].Sub(path[k]).Scale(f - float64(k)))
}

// inside reports whether a place is within an outline.
func inside(outline []canvas.Point, x, y float64) bool {
	in := false
	for k, a := range outline {
		b := outline[(k+1)%len(outline)]
		if (a.Y <= y) != (b.Y <= y) && x < a.X+(b.X-a.X)*(y-a.Y)/(b.Y-a.Y) {
			in = !in
		}
	}
	return in
}
