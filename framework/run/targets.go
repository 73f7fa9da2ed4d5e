package run

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// representations are the losses' values of one image, by the loss's name and the
// value's.
type representations map[string]map[string]graph.Tensor

// A target is an image as represented by a loss.
type target struct {
	weight float64 // the weights of a role sum to 1
	values map[string]graph.Tensor
}

// targets are the targets of each loss of a stage, by its name and their role.
type targets map[string]map[framework.Role][]target

// A represent returns the representations of an image by losses that compare with its
// role: computed, or only the shapes.
type represent func(losses []weighted, role framework.Role, image framework.StageImage) (representations, error)

// represented returns the targets of losses in a stage, of images that stageImages or
// blankImages returned.
func represented(stage int, losses []weighted, images map[framework.Role][]framework.StageImage, values represent) (targets, error) {
	all := targets{}
	var common []weighted
	for _, l := range losses {
		all[l.name] = map[framework.Role][]target{}
		deriver, derives := l.Loss.(framework.ImageDeriver)
		if !derives {
			common = append(common, l)
			continue
		}
		own, err := deriver.DeriveImages(stage, images)
		if err == nil {
			err = all.add([]weighted{l}, own, values)
		}
		if err != nil {
			return nil, fmt.Errorf("losses.%s: %w", l.name, err)
		}
	}
	return all, all.add(common, images, values)
}

// add adds the targets of losses of the same images.
func (t targets) add(losses []weighted, images map[framework.Role][]framework.StageImage, values represent) error {
	for _, role := range slices.Sorted(maps.Keys(images)) {
		comparing := lossesFor(losses, role)
		if len(comparing) == 0 {
			continue
		}
		sum := 0.0
		for _, image := range images[role] {
			sum += image.Weight
		}
		for _, image := range images[role] {
			v, err := values(comparing, role, image)
			if err != nil {
				return err
			}
			for _, l := range comparing {
				t[l.name][role] = append(t[l.name][role], target{image.Weight / sum, v[l.name]})
			}
		}
	}
	return nil
}

// stageImages returns the images of a stage of h×w pixels. start is nil if no loss of the
// stage compares with it.
func (p *Prepared) stageImages(h, w int, start *imaging.Image) map[framework.Role][]framework.StageImage {
	resized := func(image inputImage, h, w int, weight float64) framework.StageImage {
		return framework.StageImage{Image: image.Resize(h, w), Masks: image.masks, Weight: weight}
	}
	images := map[framework.Role][]framework.StageImage{}
	if p.canvas.Image != nil {
		images[framework.Content] = []framework.StageImage{resized(p.canvas, h, w, 1)}
	}
	for i, style := range p.styles {
		sh, sw := p.styleSize(i, h, w)
		images[framework.Style] = append(images[framework.Style], resized(style, sh, sw, p.e.Style[i].Weight))
	}
	if start != nil {
		images[framework.Start] = []framework.StageImage{{Image: start, Masks: p.canvas.masks, Weight: 1}}
	}
	return images
}

// blankImages are black images of the sizes of stageImages.
func (p *Prepared) blankImages(h, w int) map[framework.Role][]framework.StageImage {
	blank := func(image inputImage, h, w int, weight float64) framework.StageImage {
		return framework.StageImage{Image: imaging.New(h, w), Masks: image.masks, Weight: weight}
	}
	images := map[framework.Role][]framework.StageImage{framework.Start: {blank(p.canvas, h, w, 1)}}
	if p.canvas.Image != nil {
		images[framework.Content] = []framework.StageImage{blank(p.canvas, h, w, 1)}
	}
	for i, style := range p.styles {
		sh, sw := p.styleSize(i, h, w)
		images[framework.Style] = append(images[framework.Style], blank(style, sh, sw, p.e.Style[i].Weight))
	}
	return images
}

// A targetProgram computes the representations of an image by losses that compare with its
// role.
type targetProgram struct {
	program *graph.Program
	shape   graph.Shape
	nodes   map[string]framework.Values // by loss name
}

// targetProgram compiles the program for images of the size and with the masks of image.
func (p *Prepared) targetProgram(losses []weighted, role framework.Role, image framework.StageImage) (*targetProgram, error) {
	b := graph.NewBuilder(p.k)
	t := &targetProgram{shape: graph.Shape{image.H, image.W, 3}, nodes: map[string]framework.Values{}}
	view, err := p.view(b, b.Variable(t.shape...), losses, image.Masks)
	if err != nil {
		return nil, fmt.Errorf("%s image at %d×%d: %w", role, image.H, image.W, err)
	}
	var all []graph.Node
	for _, l := range losses {
		values, err := l.Represent(b, view)
		if err != nil {
			return nil, fmt.Errorf("losses.%s: %w", l.name, err)
		}
		t.nodes[l.name] = values
		for _, name := range slices.Sorted(maps.Keys(values)) {
			all = append(all, values[name])
		}
	}
	t.program, err = b.Compile(all...)
	return t, err
}

// run returns the representations of image in the variable's space.
func (t *targetProgram) run(ctx context.Context, image *imaging.Image, s framework.Space) (representations, error) {
	if err := t.program.Run(ctx, graph.Single(t.shape, s.FromUnit(image.Pix))); err != nil {
		return nil, err
	}
	return t.each(func(n graph.Node) graph.Tensor { return t.program.Value(n).Clone() }), nil
}

// each applies value to the nodes of every loss.
func (t *targetProgram) each(value func(graph.Node) graph.Tensor) representations {
	all := representations{}
	for loss, nodes := range t.nodes {
		all[loss] = map[string]graph.Tensor{}
		for name, n := range nodes {
			all[loss][name] = value(n)
		}
	}
	return all
}

// A preparation computes a loss's prepared targets.
type preparation struct {
	program  *graph.Program
	prepared framework.Targets
}

// preparation compiles what a framework.TargetPreparer adds; nil if l is none.
func (p *Prepared) preparation(l weighted, t targets) (*preparation, error) {
	preparer, prepares := l.Loss.(framework.TargetPreparer)
	if !prepares {
		return nil, nil
	}
	b := graph.NewBuilder(p.k)
	b.Variable(1) // which nothing reads: a program has one
	prepared, err := preparer.PrepareTargets(b, l.constants(b, t))
	if err != nil {
		return nil, err
	}
	var all []graph.Node
	for _, role := range slices.Sorted(maps.Keys(prepared)) {
		for _, one := range prepared[role] {
			for _, name := range slices.Sorted(maps.Keys(one.Values)) {
				all = append(all, one.Values[name])
			}
		}
	}
	if len(all) == 0 {
		return &preparation{nil, prepared}, nil
	}
	program, err := b.Compile(all...)
	return &preparation{program, prepared}, err
}

// preparing begins the steps of the draws of preparations, one for each stage: no run has as
// many iterations.
const preparing = 1 << 39

// run computes the prepared targets of a stage.
func (n *preparation) run(ctx context.Context, seed int64, stage int) (map[framework.Role][]target, error) {
	if n.program != nil {
		n.program.Redraw(uint64(seed), uint64(preparing+stage))
		if err := n.program.Run(ctx, graph.Single(graph.Shape{1}, []float32{0})); err != nil {
			return nil, err
		}
	}
	return n.each(func(v graph.Node) graph.Tensor { return n.program.Value(v).Clone() }), nil
}

// each applies value to the nodes of every target.
func (n *preparation) each(value func(graph.Node) graph.Tensor) map[framework.Role][]target {
	all := map[framework.Role][]target{}
	for role, prepared := range n.prepared {
		for _, one := range prepared {
			t := target{one.Weight, map[string]graph.Tensor{}}
			for name, node := range one.Values {
				t.values[name] = value(node)
			}
			all[role] = append(all[role], t)
		}
	}
	return all
}

// tapsOf returns the layers of the backbone that losses read, in order, with repetitions.
func tapsOf(losses []weighted) (layers []string) {
	for _, l := range losses {
		for _, tap := range l.Taps() {
			if tap.Layer != framework.ImageTap {
				layer, _ := framework.SplitTap(tap.Layer)
				layers = append(layers, layer)
			}
		}
	}
	return layers
}

// Taps returns the layers that any loss of an experiment reads, as Prepared.Taps, from its
// settings alone.
func (pr *Preparer) Taps(e framework.Experiment) ([]string, error) {
	var losses []weighted
	for _, spec := range e.Losses {
		plugin, err := pr.plugins.Losses.Lookup(spec.Type)
		if err != nil {
			return nil, fmt.Errorf("losses.%s: %w", spec.Name, err)
		}
		loss, err := plugin.New(spec.Options)
		if err != nil {
			return nil, fmt.Errorf("losses.%s: %w", spec.Name, err)
		}
		losses = append(losses, weighted{Loss: loss})
	}
	return distinct(tapsOf(losses)), nil
}

// distinct returns the distinct layers in alphabetical order.
func distinct(layers []string) []string { return slices.Compact(slices.Sorted(slices.Values(layers))) }

// lossesFor returns the losses that compare with images of a role.
func lossesFor(all []weighted, role framework.Role) []weighted {
	var losses []weighted
	for _, l := range all {
		if slices.Contains(l.Roles(), role) {
			losses = append(losses, l)
		}
	}
	return losses
}

// lossesAt returns the losses of a stage with their weights there.
func (p *Prepared) lossesAt(stage int) []weighted {
	var losses []weighted
	for _, l := range p.losses {
		dropped := false
		for _, w := range p.e.Stages[stage].Weights {
			if w.Name == l.name {
				l.weight, dropped = w.Weight*l.factor, w.Weight == 0
			}
		}
		if !dropped {
			losses = append(losses, l)
		}
	}
	return losses
}
