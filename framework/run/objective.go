package run

import (
	"context"
	"fmt"
	"maps"
	"math"
	"runtime/debug"
	"slices"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// objective is the loss of one stage: its program and what it is made of.
type objective struct {
	program *graph.Program
	shape   graph.Shape
	terms   []Term       // Value is of the last evaluation
	nodes   []graph.Node // of terms
	total   float64      // of the last evaluation
	at      []float32    // the x of that; empty if it must not be reused
	evals   int
	drawn   int // the step whose random numbers its losses have, if they have any
}

// newObjective computes the targets of a stage of h×w pixels and compiles its program. start
// is the variable that the stage starts from.
func (p *Prepared) newObjective(ctx context.Context, stage, h, w int, start []float32) (*objective, error) {
	losses := p.lossesAt(stage)
	all, err := p.stageTargets(ctx, losses, stage, h, w, start)
	if err != nil {
		return nil, err
	}
	return p.compile(losses, h, w, all)
}

// stageTargets computes the targets of losses in a stage.
func (p *Prepared) stageTargets(ctx context.Context, losses []weighted, stage, h, w int, start []float32) (targets, error) {
	var picture *imaging.Image
	if len(lossesFor(losses, framework.Start)) > 0 {
		var err error
		if picture, err = p.image(ctx, start, h, w); err != nil {
			return nil, err
		}
	}
	all, err := represented(stage, losses, p.stageImages(h, w, picture), func(losses []weighted, role framework.Role, image framework.StageImage) (representations, error) {
		return p.sharedTargets(ctx, losses, role, image)
	})
	if err != nil {
		return nil, err
	}
	for _, l := range losses {
		preparation, err := p.preparation(l, all)
		if err == nil && preparation != nil {
			all[l.name], err = preparation.run(ctx, p.e.Seed, stage)
			debug.FreeOSMemory() // what it was made of, before the picture's program adds to it
		}
		if err != nil {
			return nil, fmt.Errorf("losses.%s: %w", l.name, err)
		}
	}
	return all, nil
}

// compile returns the objective of an h×w picture against targets.
func (p *Prepared) compile(losses []weighted, h, w int, all targets) (*objective, error) {
	o := &objective{shape: p.variable.Shape(h, w)}
	b := graph.NewBuilder(p.k)
	picture, err := p.variable.Build(b, b.Variable(o.shape...), h, w)
	if err != nil {
		return nil, fmt.Errorf("variable: %w", err)
	}
	return o, p.complete(o, b, picture, losses, all)
}

// complete adds the losses of a picture to an objective and compiles it.
func (p *Prepared) complete(o *objective, b *graph.Builder, picture graph.Node, losses []weighted, all targets) error {
	view, err := p.view(b, picture, losses, p.canvas.masks)
	if err != nil {
		return err
	}
	var total graph.Node
	for _, l := range losses {
		got, err := l.Represent(b, l.viewOf(b, view))
		if err != nil {
			return fmt.Errorf("losses.%s: %w", l.name, err)
		}
		terms, err := l.Score(b, got, l.constants(b, all))
		if err == nil {
			err = checkTerms(terms)
		}
		if err != nil {
			return fmt.Errorf("losses.%s: %w", l.name, err)
		}
		for _, term := range terms {
			t := Term{Loss: l.name, Name: term.Name, Weight: term.Weight, LossWeight: l.weight}
			o.terms, o.nodes = append(o.terms, t), append(o.nodes, term.Node)
			if t.weight() == 0 {
				continue // logged, but without a gradient
			}
			scaled := b.Scale(term.Node, t.weight())
			if total.Valid() {
				scaled = b.Add(total, scaled)
			}
			total = scaled
		}
	}
	o.program, err = b.CompileGradient(total, o.nodes...)
	return err
}

// viewOf returns the loss's view of the picture, with nodes that normalise gradients
// if the config asks for them.
func (l weighted) viewOf(b *graph.Builder, v framework.View) framework.View {
	if !l.normalize {
		return v
	}
	v.Taps = maps.Clone(v.Taps)
	for _, tap := range l.Taps() {
		v.Taps[tap.Layer] = b.NormalizeGradient(v.Taps[tap.Layer], l.weight*tap.Weight)
	}
	return v
}

// weight is the term's factor in the total.
func (t Term) weight() float64 { return t.LossWeight * t.Weight }

// constants adds the loss's targets as constants.
func (l weighted) constants(b *graph.Builder, all targets) framework.Targets {
	want := framework.Targets{}
	for _, role := range slices.Sorted(maps.Keys(all[l.name])) {
		for i, t := range all[l.name][role] {
			r := framework.Target{Weight: t.weight, Values: framework.Values{}}
			for _, name := range slices.Sorted(maps.Keys(t.values)) {
				r.Values[name] = b.Constant(fmt.Sprintf("%s target %d of %s: %s", role, i, l.name, name), t.values[name])
			}
			want[role] = append(want[role], r)
		}
	}
	return want
}

// checkTerms returns an error for terms that violate the contract of framework.Loss.
func checkTerms(terms []framework.Term) error {
	seen := map[string]bool{}
	for _, t := range terms {
		switch {
		case t.Name == "" || seen[t.Name]:
			return fmt.Errorf("two terms are called %q, or one has no name", t.Name)
		case !(t.Weight >= 0) || math.IsInf(t.Weight, 0):
			return fmt.Errorf("the weight of the term %s is %g", t.Name, t.Weight)
		case t.Node.Valid() && len(t.Node.Shape()) != 0:
			return fmt.Errorf("the term %s has the shape %v, and must be a scalar", t.Name, t.Node.Shape())
		}
		seen[t.Name] = true
	}
	return nil
}

// view adds the preprocessing, the backbone up to the taps of losses, and the masks at
// their sizes.
func (p *Prepared) view(b *graph.Builder, image graph.Node, losses []weighted, masks map[string]*imaging.Image) (framework.View, error) {
	v := framework.View{Taps: map[string]graph.Node{framework.ImageTap: image}, Space: p.variable.Space()}
	taps := tapsOf(losses)
	if len(taps) == 0 {
		addMasks(b, &v, masks)
		return v, b.Err()
	}
	m, bias := preprocess(p.variable.Space(), p.weights.Input)
	features, err := p.backbone.Build(b, b.Affine(image, m, bias), taps)
	if err != nil {
		return v, err
	}
	for name, node := range features {
		v.Taps[name] = node
	}
	for _, l := range losses {
		for _, tap := range l.Taps() {
			if _, has := v.Taps[tap.Layer]; !has {
				layer, transform := framework.SplitTap(tap.Layer)
				v.Taps[tap.Layer] = framework.Transform(b, features[layer], transform)
			}
		}
	}
	addMasks(b, &v, masks)
	return v, b.Err()
}

// evaluate computes the loss at x and its gradient, which stays in the program.
// The error is a *badLoss if one of them is not finite.
func (o *objective) evaluate(ctx context.Context, x []float32) error {
	o.at = o.at[:0]
	if err := o.program.Run(ctx, graph.Single(o.shape, x)); err != nil {
		return err
	}
	o.evals++
	o.total = 0
	for i, n := range o.nodes {
		o.terms[i].Value = o.program.Scalar(n)
		if w := o.terms[i].weight(); w != 0 { // 0 times an infinite term is not a number
			o.total += w * o.terms[i].Value
		}
	}
	if !finite(o.total) {
		return &badLoss{o.total, fmt.Sprintf("the loss is %g: %s", o.total, o.describe()), framework.ErrNotFinite}
	}
	for i, g := range o.program.Gradient().Single {
		if !finite(float64(g)) {
			return &badLoss{o.total, fmt.Sprintf("the gradient is %g at element %d of the picture", g, i), framework.ErrNotFinite}
		}
	}
	o.at = append(o.at, x...)
	return nil
}

// redraw makes the random numbers of losses those of a step.
func (o *objective) redraw(seed int64, step int) {
	if o.program.Redraw(uint64(seed), uint64(step)) && step != o.drawn {
		o.drawn, o.at = step, o.at[:0] // what was evaluated had others
	}
}

// evaluatedAt reports whether the last evaluation was at x, as after a line search.
func (o *objective) evaluatedAt(x []float32) bool { return slices.Equal(x, o.at) }

// ensure evaluates x unless the last evaluation was there.
func (o *objective) ensure(ctx context.Context, x []float32) error {
	if o.evaluatedAt(x) {
		return nil
	}
	return o.evaluate(ctx, x)
}

// value is the framework.Objective of the stage. It reuses an evaluation at x, but only
// once, so that evaluations are counted even if x does not move.
func (o *objective) value(ctx context.Context, x, grad []float32) (float64, error) {
	if o.evaluatedAt(x) {
		o.at = o.at[:0]
	} else if err := o.evaluate(ctx, x); err != nil {
		return 0, err
	}
	copy(grad, o.program.Gradient().Single)
	return o.total, nil
}

// describe lists the terms.
func (o *objective) describe() string {
	s := ""
	for i, t := range o.terms {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%s/%s %.4g", t.Loss, t.Name, t.Value)
	}
	return s
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
