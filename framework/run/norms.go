package run

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"runexp/framework/graph"
)

// A GradientNorm is how strongly a loss of weight 1 pulls at the picture: the L2 norm of its
// gradient with respect to the pixels in [0, 1].
type GradientNorm struct {
	Loss   string
	Start  float64 // at the picture that the first stage starts from
	Probe  float64 // at the probe
	Factor float64 // what the experiment's strength multiplies its weight by
}

// Starts reports whether the gradient at the start is more than the rounding errors of features
// that are those of the target, about a millionth of the gradient at the probe.
func (n GradientNorm) Starts() bool {
	const rounding = 1e-4
	return n.Start > rounding*n.Probe
}

// ProbeNoise is the part of a probe that is noise: the picture that the first stage starts from, times 1 −
// ProbeNoise, plus ProbeNoise times pixels drawn uniformly from [0, 1) with the
// experiment's seed. A content loss has no gradient at the content image, but has one there.
const ProbeNoise = 0.1

// GradientNorms measures every loss in the first stage, whatever its weight and those of stages.
func (p *Prepared) GradientNorms(ctx context.Context) ([]GradientNorm, error) {
	if p.divides() {
		if _, err := p.divide(ctx); err != nil {
			return nil, err
		}
	}
	stage := p.Stages()[0]
	h, w := stage.canvas.H, stage.canvas.W
	s := State{}
	var err error
	if s.X, err = p.initial(h, w); err == nil {
		s, err = p.begin(ctx, s, stage)
	}
	if err != nil {
		return nil, err
	}
	start, err := p.image(ctx, s.X, h, w)
	if err != nil {
		return nil, err
	}
	all, err := p.stageTargets(ctx, p.losses, 0, h, w, s.X)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(uint64(p.e.Seed), probeStream))
	probe := make([]float32, len(start.Pix))
	for i, u := range start.Pix {
		probe[i] = (1-ProbeNoise)*u + ProbeNoise*random.Float32()
	}
	var norms []GradientNorm
	for _, l := range p.losses {
		n := GradientNorm{Loss: l.name, Factor: l.factor}
		l.weight = 1
		o, err := p.ofPixels(l, h, w, all)
		if err != nil {
			return nil, err
		}
		if n.Start, err = o.gradientNorm(ctx, p.e.Seed, start.Pix); err == nil {
			n.Probe, err = o.gradientNorm(ctx, p.e.Seed, probe)
		}
		if err != nil {
			return nil, fmt.Errorf("losses.%s: %w", l.name, err)
		}
		norms = append(norms, n)
	}
	return norms, nil
}

// probeStream is the stream of a probe's noise; see initialStream.
const probeStream = 0x70726f6265

// ofPixels returns the objective of one loss over pixels in [0, 1] in place of the variable.
func (p *Prepared) ofPixels(l weighted, h, w int, all targets) (*objective, error) {
	o := &objective{shape: graph.Shape{h, w, 3}}
	b := graph.NewBuilder(p.k)
	space := p.variable.Space()
	var m [3][3]float64
	var bias [3]float64
	for c := range 3 {
		m[c][c], bias[c] = space.Scale/space.Std[c], -space.Mean[c]/space.Std[c]
	}
	return o, p.complete(o, b, b.Affine(b.Variable(o.shape...), m, bias), []weighted{l}, all)
}

// gradientNorm returns the L2 norm of the gradient at pixels.
func (o *objective) gradientNorm(ctx context.Context, seed int64, pixels []float32) (float64, error) {
	o.redraw(seed, 0)
	if err := o.evaluate(ctx, pixels); err != nil {
		return 0, err
	}
	sum := 0.0
	for _, g := range o.program.Gradient().Single {
		sum += float64(g) * float64(g)
	}
	return math.Sqrt(sum), nil
}
