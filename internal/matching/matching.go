// Package matching is what losses by nearest neighbours have in common: positions of images,
// where each of the picture's is matched with the most similar one of the style images'.
package matching

import (
	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// A Set is the positions of one image, or those of a region.
type Set struct {
	Rows graph.Node // [N C], a row for each position
	In   graph.Node // [N 1]: 1 for positions of the set, 0 for others; the zero Node if all are
}

// Matched returns for each row of x the row of ys that is nearest by cosine after each side
// is centred, x on the mean of its positions and the ys on that of all of theirs:
//
//	argmax_k  cos(x_i − mean x, y_k − mean y)
//
// Rows outside ys are not chosen, unless all are outside. The result is [N C] and has no
// gradient; centre is mean y, [C].
func Matched(b *graph.Builder, x Set, ys []Set) (rows, centre graph.Node) {
	centre = Mean(b, ys...)
	return nearest(b, b.Sub(x.Rows, Mean(b, x)), centre, ys), centre
}

// MatchedAt0 is Matched without centring, which is normalised cross-correlation.
func MatchedAt0(b *graph.Builder, x Set, ys []Set) (rows graph.Node) {
	channels := x.Rows.Shape()[1]
	return nearest(b, x.Rows, b.Constant("centre", graph.Double(graph.Shape{channels}, make([]float64, channels))), ys)
}

// nearest returns for each row of x the one of ys with the largest cosine after centre is
// subtracted from the latter.
func nearest(b *graph.Builder, x, centre graph.Node, ys []Set) graph.Node {
	squares := b.Max(b.SumAlong(b.Square(x), 1), b.Number(leastSquare))
	var of, handicaps []graph.Node
	for _, y := range ys {
		of = append(of, y.Rows)
		if y.In.Valid() {
			outside := b.Sub(b.Number(1), y.In)
			handicaps = append(handicaps, b.Reshape(b.Scale(outside, widest), outside.Shape()[0]))
		}
	}
	return b.Nearest(b.Div(x, b.Sqrt(squares)), centre, of, handicaps)
}

const (
	// leastSquare bounds a squared length from below, as graph.Builder.CosineDistance does.
	leastSquare = 1e-8
	// widest is the range of cosines: a row with this handicap is behind all without one.
	widest = 2
)

// Mean returns the mean of all positions of sets, [C]; 0 if there is none. Either all of
// them have an In, or none.
func Mean(b *graph.Builder, sets ...Set) graph.Node {
	var sum, count graph.Node
	n := 0
	for i, s := range sets {
		channels := s.Rows.Shape()[1]
		n += s.Rows.Shape()[0]
		var part, size graph.Node
		if s.In.Valid() {
			part, size = b.MatMul(b.Transpose(s.In), s.Rows), b.Sum(s.In)
		} else {
			part = b.SumAlong(s.Rows, 0)
		}
		part = b.Reshape(part, channels)
		if i > 0 {
			part = b.Add(sum, part)
			if size.Valid() {
				size = b.Add(count, size)
			}
		}
		sum, count = part, size
	}
	if !count.Valid() {
		return b.Scale(sum, 1/float64(n))
	}
	return b.Div(sum, b.Max(count, b.Number(1)))
}

// MeanOver returns the mean of values, [N 1], over the positions of a set; 0 if there is none.
func MeanOver(b *graph.Builder, values graph.Node, s Set) graph.Node {
	if !s.In.Valid() {
		return b.Mean(values)
	}
	return b.Div(b.Sum(b.Mul(values, s.In)), b.Max(b.Sum(s.In), b.Number(1)))
}

// Inside returns 1 where a mask is above ½ and 0 elsewhere (between the two within 1e-6).
func Inside(b *graph.Builder, mask graph.Node) graph.Node {
	const steep = 1e6
	return b.Min(b.Max(b.Scale(b.Sub(mask, b.Number(0.5)), steep), b.Number(0)), b.Number(1))
}

// Styles returns the images whose weight is not 0, and with turns each followed by its copies
// turned by 90, 180 and 270 degrees with their masks.
func Styles(images []framework.StageImage, turns bool) []framework.StageImage {
	var all []framework.StageImage
	for _, one := range images {
		if one.Weight == 0 {
			continue
		}
		all = append(all, one)
		for i := 0; turns && i < 3; i++ {
			next := framework.StageImage{Image: turned(one.Image), Weight: one.Weight}
			if one.Masks != nil {
				next.Masks = map[string]*imaging.Image{}
			}
			for region, mask := range one.Masks {
				next.Masks[region] = turned(mask)
			}
			all, one = append(all, next), next
		}
	}
	return all
}

// turned returns m turned clockwise by 90 degrees.
func turned(m *imaging.Image) *imaging.Image {
	out := imaging.New(m.W, m.H)
	for y := range out.H {
		for x := range out.W {
			copy(out.Pix[(y*out.W+x)*imaging.Channels:][:imaging.Channels], m.Pix[((m.H-1-x)*m.W+y)*imaging.Channels:])
		}
	}
	return out
}
