package measure

// A Plane is H rows of W numbers.
type Plane struct {
	H, W int
	V    []float64
}

// NewPlane returns a plane of zeros.
func NewPlane(h, w int) Plane { return Plane{h, w, make([]float64, h*w)} }

// Row returns row y, which is part of p.
func (p Plane) Row(y int) []float64 { return p.V[y*p.W:][:p.W] }
