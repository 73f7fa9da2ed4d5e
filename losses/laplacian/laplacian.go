// Package laplacian is the Laplacian loss of Li, Xu, Nie and Chua (2017, arXiv:1707.01253,
// Lapstyle), which keeps the content image's edges.
package laplacian

import (
	"errors"
	"fmt"

	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Pool     int    `config:"pool" doc:"pixels along a side of the windows that are averaged first: larger ones keep coarser edges; for several, as 4 and 16, list the loss several times under other names"`
	Distance string `config:"distance" choices:"squared,sum,root,scaled" doc:"of the Laplacians with the difference D: squared, mean(D²); sum, ΣD²; root, ΣD² over the root of the number of elements; or scaled, ΣD²/Σ|D|"`
}

// Defaults returns the options of the authors' program.
func Defaults() Config { return Config{Pool: 4, Distance: "squared"} }

// mostPool bounds Pool: of larger windows no picture has three.
const mostPool = 1 << 12

// Validate reports a pool out of range and an unknown distance.
func (c Config) Validate() error {
	var pool error
	if c.Pool < 1 || c.Pool > mostPool {
		pool = framework.Invalid("pool", "%d is not from 1 to %d", c.Pool, mostPool)
	}
	return errors.Join(pool, framework.OneOf("distance", c.Distance, framework.Measures()...))
}

// Loss is distance(D(x), D(x')) of the picture x and the content image x', both in the
// variable's own space and averaged over windows of Pool×Pool pixels, where
//
//	D = Σ_channels 4·x[i, j] − x[i−1, j] − x[i+1, j] − x[i, j−1] − x[i, j+1]
//
// at all positions but those at the border, [H/Pool − 2, W/Pool − 2]. Pixels right and below
// of the last whole window are left out. framework.Measures has the distances: the paper has
// sum, the authors' program squared, on pixels from 0 to 256.
type Loss struct {
	pool    int
	measure framework.Measure
}

var _ framework.Loss = Loss{}

// New returns the loss.
func New(c Config) (framework.Loss, error) { return Loss{c.Pool, framework.MeasureOf(c.Distance)}, nil }

// Roles returns the content image's role.
func (Loss) Roles() []framework.Role { return []framework.Role{framework.Content} }

// Taps returns the picture itself.
func (Loss) Taps() []framework.Tap { return []framework.Tap{{Layer: framework.ImageTap, Weight: 1}} }

// Represent returns D. Errors: a picture of fewer than 3×3 windows.
func (l Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	picture := v.Taps[framework.ImageTap]
	if s := picture.Shape(); len(s) == 3 && min(s[0], s[1]) < 3*l.pool {
		return nil, fmt.Errorf("%d×%d pixels are fewer than 3×3 windows of pool: %d; choose a larger size or a smaller pool", s[0], s[1], l.pool)
	}
	if l.pool > 1 {
		picture = b.AvgPool(picture, graph.Pool{Size: l.pool, Stride: l.pool})
	}
	return framework.Values{framework.ImageTap: b.Conv(picture, operator())}, b.Err()
}

// operator is the discrete Laplacian of each channel, summed over channels.
func operator() *graph.Filter {
	f := &graph.Filter{In: 3, Out: 1, KH: 3, KW: 3, Stride: 1, Bias: []float32{0}}
	for range f.In {
		f.Kernel = append(f.Kernel, 0, -1, 0, -1, 4, -1, 0, -1, 0)
	}
	return f
}

// Score returns the distance.
func (l Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return framework.Distances(b, l.Taps(), got, want[framework.Content], l.measure), nil
}
