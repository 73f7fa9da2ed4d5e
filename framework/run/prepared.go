// Package run executes one run, from an experiment to a picture. It builds the plugins,
// computes the targets once for each stage, runs the optimiser and reports events to an
// Observer. It stores nothing itself.
package run

import (
	"fmt"
	"slices"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/sizes"
)

// Prepared is a run that is checked and ready to start: images are decoded, names
// resolved, weights found. It can be run once.
type Prepared struct {
	e        framework.Experiment
	k        compute.Kernels[float32]
	preparer *Preparer
	variable framework.Variable
	backbone framework.Backbone
	weights  framework.Weights
	losses   []weighted
	optimize []framework.Optimizer // by stage
	schedule []framework.Schedule  // by stage
	taps     []string              // layers of the backbone that any loss reads
	dividing framework.Layer       // the layer whose features divide images into regions; zero if none are found

	content  inputImage // as the run sees it; its Image is nil for a texture, which has none
	canvas   inputImage // content with the margin
	styles   []inputImage
	original originals // the images as read
	start    initialValue
	pictures []sizes.Pixels // the stages' sizes
	sizes    []sizes.Pixels // with the margin
	margin   margin
	minSide  int             // of the picture, for the backbone; 1 if unknown
	rules    []sizes.Rule    // of the sizes of style images
	held     int64           // bytes of the images as read
	decoding int64           // peak bytes while decoding them
	from     *State          // where Optimize begins; nil for the start
	filters  []*graph.Filter // that Optimize has used
}

// weighted is a loss with its name and weight in the total.
type weighted struct {
	framework.Loss
	name      string
	index     int     // in the config
	factor    float64 // of its weights, for the experiment's strength
	weight    float64
	normalize bool // the gradient at its taps
}

// Prepare is Preparer.Prepare for a single run. Kernels run on k.
func Prepare(e framework.Experiment, plugins framework.Plugins, k compute.Kernels[float32]) (*Prepared, error) {
	return NewPreparer(plugins, k).Prepare(e)
}

// Prepare checks everything that can be checked before the first iteration.
func (pr *Preparer) Prepare(e framework.Experiment) (*Prepared, error) {
	p := &Prepared{e: e, k: pr.k, preparer: pr}
	for _, step := range []func(framework.Plugins) error{p.readImages, p.recolorInputs, p.markRegions, p.buildInitial, p.addMargin, p.buildVariable, p.buildLosses, p.buildBackbone, p.checkSides, p.buildOptimizers} {
		if err := step(pr.plugins); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// readImages decodes the images, crops them and resolves the sizes.
func (p *Prepared) readImages(framework.Plugins) error {
	var err error
	if p.e.Content.Image != "" {
		if p.content, err = p.readImage("content", p.e.Content.Image, p.e.Content.Crop, p.e.Content.Masks, contentStream); err != nil {
			return err
		}
	}
	for i, s := range p.e.Style {
		style, err := p.readStyle(i, s)
		if err != nil {
			return err
		}
		p.styles = append(p.styles, style)
	}
	for i, s := range p.e.Stages {
		if s.Details != 0 && p.content.Image == nil {
			return fmt.Errorf("stages[%d].details: there is no content image whose details it could add; give content.image", i)
		}
	}
	like, err := p.proportions()
	if err != nil {
		return err
	}
	if p.sizes, err = sizes.Stages(p.e.Stages, p.e.Size, like); err != nil {
		return err
	}
	p.margin = p.marginOf(like)
	return p.checkStyleSizes()
}

// decode returns the image in the file at path and adds its memory to the prediction.
func (p *Prepared) decode(path string) (*imaging.Image, error) {
	read, err := p.preparer.image(path)
	if err != nil {
		return nil, err
	}
	p.decoding = max(p.decoding, p.held+read.peak)
	p.held += read.bytes()
	return read.image, nil
}

// checkStyleSizes checks that every style image has a valid size in every stage.
func (p *Prepared) checkStyleSizes() error {
	p.rules = make([]sizes.Rule, len(p.styles))
	for k, style := range p.e.Style {
		var err error
		if p.rules[k], err = sizes.ParseRule(style.Size); err != nil {
			return fmt.Errorf("style[%d].size: %w", k, err)
		}
		for i, stage := range p.sizes {
			if _, err := p.rules[k].Style(sizeOf(p.styles[k].Image), stage); err != nil {
				return fmt.Errorf("style[%d].size: %s of %v in stage %d at %v: %w", k, style.Size, sizeOf(p.styles[k].Image), i+1, stage, err)
			}
		}
	}
	return nil
}

func sizeOf(m *imaging.Image) sizes.Pixels { return sizes.Pixels{H: m.H, W: m.W} }

// buildLosses builds the losses.
func (p *Prepared) buildLosses(plugins framework.Plugins) error {
	for i, spec := range p.e.Losses {
		plugin, err := plugins.Losses.Lookup(spec.Type)
		if err != nil {
			return fmt.Errorf("losses[%d].type: %w", i, err)
		}
		loss, err := plugin.New(spec.Options)
		if err != nil {
			return fmt.Errorf("losses.%s: %w", spec.Name, err)
		}
		for _, role := range loss.Roles() {
			switch {
			case role != framework.Content && role != framework.Style && role != framework.Start:
				return fmt.Errorf("losses.%s: no images have the role %q", spec.Name, role)
			case role == framework.Style && len(p.styles) == 0:
				return fmt.Errorf("losses.%s: it needs a style image; give style: [{image: FILE}]", spec.Name)
			case role == framework.Content && p.content.Image == nil:
				return fmt.Errorf("losses.%s: it needs a content image; give content.image", spec.Name)
			}
		}
		factor := 1.0
		if p.e.Strength != nil && framework.FollowsStrength(loss) {
			factor = framework.StrengthFactor(*p.e.Strength)
		}
		p.losses = append(p.losses, weighted{Loss: loss, name: spec.Name, index: i, factor: factor, weight: spec.Weight * factor, normalize: spec.Normalize})
	}
	p.taps = distinct(tapsOf(p.losses))
	return nil
}

// buildBackbone builds the backbone and finds its weights.
func (p *Prepared) buildBackbone(framework.Plugins) error {
	if len(p.taps) == 0 && !p.divides() {
		return nil // all losses are of the picture alone
	}
	var err error
	if p.backbone, err = p.preparer.Backbone(p.e.Backbone); err != nil {
		return err
	}
	taps := p.taps
	if p.divides() {
		if p.dividing, err = regionLayer(p.backbone.Layers()); err != nil {
			return err
		}
		taps = distinct(append(slices.Clone(taps), p.dividing.Name))
	}
	p.weights, err = p.backbone.Weights(taps)
	return err
}

// buildOptimizers builds an optimiser and a schedule for every stage.
func (p *Prepared) buildOptimizers(plugins framework.Plugins) error {
	for i, stage := range p.e.Stages {
		plugin, err := plugins.Optimizers.Lookup(stage.Optimizer.Name)
		if err != nil {
			return fmt.Errorf("stages[%d].optimizer.name: %w", i, err)
		}
		o, err := plugin.New(stage.Optimizer.Options)
		if err != nil {
			return fmt.Errorf("stages[%d].optimizer: %w", i, err)
		}
		rates, err := plugins.Schedules.Lookup(stage.Optimizer.Schedule.Name)
		if err != nil {
			return fmt.Errorf("stages[%d].optimizer.schedule.name: %w", i, err)
		}
		schedule, err := rates.New(stage.Optimizer.Schedule.Options)
		if err == nil {
			schedule, err = stage.Optimizer.Schedule.Over(schedule, stage.Iterations)
		}
		if err != nil {
			return fmt.Errorf("stages[%d].optimizer.schedule: %w", i, err)
		}
		p.schedule = append(p.schedule, schedule)
		for _, l := range p.losses {
			if l.normalize && descends(o) {
				return fmt.Errorf("losses.%s.normalize_gradients: the optimizer %s of stage %d searches for lower losses, and a normalised gradient does not lead there; "+
					"use another, or lbfgs with line_search: none", l.name, stage.Optimizer.Name, i+1)
			}
		}
		p.optimize = append(p.optimize, o)
	}
	return nil
}

// Weights returns the weights that the run reads; zero if it needs none.
func (p *Prepared) Weights() framework.Weights { return p.weights }

// Stages describes the stages.
func (p *Prepared) Stages() []Stage {
	stages := make([]Stage, len(p.e.Stages))
	for i, spec := range p.e.Stages {
		stages[i] = Stage{
			Index: i, Count: len(p.e.Stages), Height: p.pictures[i].H, Width: p.pictures[i].W, canvas: p.sizes[i],
			Iterations: spec.Iterations, Evaluations: spec.Evaluations,
		}
	}
	return stages
}

// Images describes the images and the sizes that the losses see them at in stage i.
func (p *Prepared) Images(i int) []ImageUse {
	h, w := p.pictures[i].H, p.pictures[i].W
	var uses []ImageUse
	if p.content.Image != nil {
		uses = append(uses, ImageUse{Role: "content", Path: p.e.Content.Image, Height: p.content.H, Width: p.content.W, UsedHeight: h, UsedWidth: w})
	}
	for k, style := range p.styles {
		sh, sw := p.styleSize(k, p.sizes[i].H, p.sizes[i].W)
		uses = append(uses, ImageUse{Role: "style", Path: p.e.Style[k].Image, Height: style.H, Width: style.W, UsedHeight: sh, UsedWidth: sw})
	}
	return uses
}

// Release frees the kernels' copies of the filters after the run. The next run with the
// same backbone makes them again.
func (p *Prepared) Release() {
	for _, f := range p.filters {
		f.Evict()
	}
}

// Content returns the content image as read and cropped; nil without one.
func (p *Prepared) Content() *imaging.Image { return p.original.content }

// Styles returns the style images as read and cropped.
func (p *Prepared) Styles() []*imaging.Image { return p.original.styles }

// Taps returns the layers of the backbone that any loss reads, by name.
func (p *Prepared) Taps() []string { return p.taps }

// styleSize returns the size at which the network sees style image k in a stage of h×w
// pixels, which is relative to its picture without the margin.
func (p *Prepared) styleSize(k, h, w int) (int, int) {
	size, err := p.rules[k].Style(sizeOf(p.styles[k].Image), p.shown(h, w))
	if err != nil { // not a stage's size, but a smaller one to measure
		return h, w
	}
	return size.H, size.W
}
