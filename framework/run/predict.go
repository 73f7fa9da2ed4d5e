package run

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/sizes"
	"runexp/internal/median"
)

// A Prediction is the predicted memory and time of a stage.
type Prediction struct {
	Stage    Stage
	Bytes    int64 // peak resident memory of the whole process
	Baseline int64 // part of Bytes: the idle process and all images, without filters
	Filters  []*graph.Filter
	Took     time.Duration // of one evaluation; 0 if not predicted
	Longest  time.Duration // of the whole budget; convergence may end the stage earlier

	Arithmetic float64 // floating-point operations of one evaluation
	Estimated  bool    // Took is extrapolated from measured stages by Arithmetic
}

// processBaseline is the memory of the process without images, filters and results: the
// program, Go's runtime and SQLite. Measured: 30 to 50 MB.
const processBaseline = 40 << 20

// perElement counts the arrays of the picture's size outside the graph and the
// optimiser: the picture itself and where it was last evaluated, the content
// and a style image as read and as resized, the picture as an image and as a PNG
// on its way to the store.
const perElement = 10

// pictureArrays counts the arrays of the picture's size that stage i allocates outside
// the graph.
func (p *Prepared) pictureArrays(i int) int64 {
	held := 3
	if s, ok := p.optimize[i].(framework.Sizer); ok {
		held = s.StateArrays()
	}
	if p.e.Output.Average > 0 {
		held++
	}
	if p.startsMatter(i) {
		held++
	}
	if held < 0 || held > sizes.MaxCount { // their bytes must not overflow
		held = sizes.MaxCount
	}
	if p.descends(p.optimize[i]) {
		return int64(perElement + held)
	}
	return int64(perElement + held + 1 + held) // and the state for a rollback
}

// PredictMemory predicts the peak memory of each stage. It reads the weights and
// compiles the stages' programs, but runs nothing.
func (p *Prepared) PredictMemory() ([]Prediction, error) {
	predictions := make([]Prediction, len(p.sizes))
	for i, stage := range p.Stages() {
		var err error
		if predictions[i], err = p.memoryAt(i, stage.canvas.H, stage.canvas.W); err != nil {
			return nil, fmt.Errorf("stage %d: %w", i+1, err)
		}
		predictions[i].Stage = stage
	}
	return predictions, nil
}

// memoryAt predicts the memory of stage i at h×w pixels. The peak is either while a
// target is computed or in the optimisation.
func (p *Prepared) memoryAt(i, h, w int) (Prediction, error) {
	largest, losses := int64(0), p.lossesAt(i)
	var filters []*graph.Filter
	if p.divides() {
		var err error
		if largest, filters, err = p.dividerMemory(); err != nil {
			return Prediction{}, err
		}
	}
	all, err := represented(i, losses, p.blankImages(h, w), func(losses []weighted, role framework.Role, image framework.StageImage) (representations, error) {
		t, err := p.targetProgram(losses, role, image)
		if err != nil {
			return nil, err
		}
		largest = max(largest, t.program.Memory().Total())
		return t.each(shapeOf), nil
	})
	if err != nil {
		return Prediction{}, err
	}
	for _, l := range losses {
		preparation, err := p.preparation(l, all)
		if err != nil {
			return Prediction{}, fmt.Errorf("losses.%s: %w", l.name, err)
		}
		if preparation != nil && preparation.program != nil {
			largest = max(largest, preparation.program.Memory().Total())
		}
		if preparation != nil {
			all[l.name] = preparation.each(shapeOf)
		}
	}
	o, err := p.compile(losses, h, w, all)
	if err != nil {
		return Prediction{}, err
	}
	for _, f := range o.program.Filters() {
		if !slices.Contains(filters, f) {
			filters = append(filters, f)
		}
	}
	rest := processBaseline + p.held + p.pictureArrays(i)*4*int64(max(o.shape.Len(), 3*h*w))
	own, forward, backward := compute.FilterMemory(p.k, filters)
	scratch := int64(0) // a strip of the layer with the largest filter, half as large as it
	for i := range filters {
		_, there, _ := compute.FilterMemory(p.k, filters[i:i+1])
		scratch = max(scratch, there/2)
	}
	bytes := rest + max(largest, o.program.Memory().Total()) + own + forward + backward + scratch
	bytes = max(bytes, processBaseline+p.decoding)
	return Prediction{Bytes: bytes, Baseline: rest, Filters: filters, Arithmetic: o.program.Arithmetic()}, nil
}

// shapeOf returns a tensor with a node's shape and no elements.
func shapeOf(n graph.Node) graph.Tensor { return graph.Tensor{Shape: n.Shape()} }

// LargestWithin estimates the largest height and width of stage i, at its aspect ratio,
// without its margin, whose peak stays within bytes; 0, 0 if there is none. Memory is a constant plus a part
// proportional to the pixels, fitted to two sizes.
func (p *Prepared) LargestWithin(i int, bytes int64) (h, w int, err error) {
	picture := p.pictures[i]
	h, w = p.sizes[i].H, p.sizes[i].W
	large, err := p.memoryAt(i, h, w)
	if err != nil {
		return 0, 0, err
	}
	sh, sw := p.probeSide(h, 0.5), p.probeSide(w, 0.5)
	small, err := p.memoryAt(i, sh, sw)
	if err != nil || large.Bytes <= bytes {
		return picture.H, picture.W, err
	}
	perPixel := float64(large.Bytes-small.Bytes) / float64(h*w-sh*sw)
	if !(perPixel > 0) { // NaN if no smaller size can be compiled
		return 0, 0, nil
	}
	pixels := float64(h*w) - float64(large.Bytes-bytes)/perPixel
	if pixels < float64(p.minSide*p.minSide) {
		return 0, 0, nil
	}
	scale := math.Sqrt(pixels / float64(h*w))
	return int(float64(picture.H) * scale), int(float64(picture.W) * scale), nil
}

// calibration is the number of pixels that PredictTime evaluates: large enough for the
// time per pixel to be close to that of a large picture.
const calibration = 150 * 225

// PredictTime fills in the times: it computes the targets and measures a few
// evaluations at no more than calibration pixels, and scales by the arithmetic.
func (p *Prepared) PredictTime(ctx context.Context, predictions []Prediction) error {
	for i := range predictions {
		h, w := p.sizes[i].H, p.sizes[i].W
		if i > 0 && p.sameLosses(i, i-1) && h*w >= calibration && p.sizes[i-1].H*p.sizes[i-1].W >= calibration {
			before := predictions[i-1]
			more := growth(before.Arithmetic, predictions[i].Arithmetic, p.sizes[i-1].H*p.sizes[i-1].W, h*w)
			predictions[i].time(before.Took.Seconds() * more)
			continue
		}
		scale := math.Sqrt(min(1, calibration/float64(h*w)))
		ch, cw := p.probeSide(h, scale), p.probeSide(w, scale)
		seconds, arithmetic, err := p.timeAt(ctx, i, ch, cw)
		if err != nil {
			return err
		}
		predictions[i].time(seconds * growth(arithmetic, predictions[i].Arithmetic, ch*cw, h*w))
	}
	return nil
}

// growth is how many times longer an evaluation takes that has the arithmetic to instead of
// from. It is usually that of the pixels, but not for a loss that compares a fixed number
// of positions. Without arithmetic, as for total variation alone, it is that of the pixels.
func growth(from, to float64, pixels, morePixels int) float64 {
	if from > 0 && to > 0 {
		return to / from
	}
	return float64(morePixels) / float64(pixels)
}

// sameLosses reports whether two stages compute the same losses.
func (p *Prepared) sameLosses(i, k int) bool {
	return slices.EqualFunc(p.lossesAt(i), p.lossesAt(k), func(a, b weighted) bool { return a.name == b.name })
}

// time sets the time of an evaluation and of the stage.
func (p *Prediction) time(seconds float64) {
	p.Took = sizes.Seconds(seconds)
	budget := p.Stage.Iterations + 1 // the last row
	if p.Stage.Evaluations > 0 {
		budget = p.Stage.Evaluations + 1
	}
	p.Longest = sizes.Times(budget, p.Took)
}

// Estimate sets the times from an estimated time of one evaluation.
func (p *Prediction) Estimate(seconds float64) {
	p.time(seconds)
	p.Estimated = true
}

// timeAt measures an evaluation in seconds: the median over 1.5 s of them, after two
// warm-ups, which prepare filters and touch all memory for the first time. It returns
// the evaluation's arithmetic, too.
func (p *Prepared) timeAt(ctx context.Context, stage, h, w int) (seconds, arithmetic float64, err error) {
	x, err := p.initial(h, w)
	if err != nil {
		return 0, 0, err
	}
	o, err := p.newObjective(ctx, stage, h, w, x)
	if err != nil {
		return 0, 0, err
	}
	const warmUps, fewest, atMost, enough = 2, 5, 50, 1.5
	var took []float64
	for sum := 0.0; len(took) < warmUps+fewest || sum < enough && len(took) < atMost; {
		begin := time.Now()
		if err := o.evaluate(ctx, x); err != nil {
			return 0, 0, err
		}
		took = append(took, time.Since(begin).Seconds())
		if len(took) > warmUps {
			sum += took[len(took)-1]
		}
	}
	return median.Of(took[warmUps:]), o.program.Arithmetic(), nil
}
