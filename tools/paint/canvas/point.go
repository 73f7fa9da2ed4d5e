package canvas

import "math"

// Point is a place or a direction, y down.
type Point struct{ X, Y float64 }

// Pt is the point (x, y).
func Pt(x, y float64) Point { return Point{x, y} }

// Direction is a direction's unit vector; it turns clockwise with the angle.
func Direction(angle float64) Point {
	sin, cos := math.Sincos(angle)
	return Point{cos, sin}
}

// Add is the sum.
func (p Point) Add(q Point) Point { return Point{p.X + q.X, p.Y + q.Y} }

// Sub is the difference.
func (p Point) Sub(q Point) Point { return Point{p.X - q.X, p.Y - q.Y} }

// Scale multiplies by k.
func (p Point) Scale(k float64) Point { return Point{p.X * k, p.Y * k} }

// Dot is the scalar product.
func (p Point) Dot(q Point) float64 { return p.X*q.X + p.Y*q.Y }

// Len is the length.
func (p Point) Len() float64 { return math.Sqrt(p.X*p.X + p.Y*p.Y) }

// Unit has p's direction and length 1, or is zero as p.
func (p Point) Unit() Point {
	if l := p.Len(); l > 0 {
		return p.Scale(1 / l)
	}
	return p
}

// Doubled has twice p's angle, so that p and −p give the same.
func (p Point) Doubled() Point {
	l := p.Len()
	if l == 0 {
		return p
	}
	return Point{(p.X*p.X - p.Y*p.Y) / l, 2 * p.X * p.Y / l}
}

// Round cuts a path's corners: Chaikin's corner cutting, which tends to the
// quadratic B-spline of the points (Chaikin 1974).
func Round(path []Point, times int) []Point {
	for range times {
		if len(path) < 3 {
			return path
		}
		round := []Point{path[0]}
		for i := range len(path) - 1 {
			a, b := path[i], path[i+1]
			way := b.Sub(a)
			if i > 0 {
				round = append(round, a.Add(way.Scale(0.25)))
			}
			if i < len(path)-2 {
				round = append(round, a.Add(way.Scale(0.75)))
			}
		}
		path = append(round, path[len(path)-1])
	}
	return path
}
