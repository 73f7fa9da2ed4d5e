package run

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"runexp/framework/imaging"
)

// Run makes the picture. When ctx is done the iteration under way is finished,
// its picture and loss are observed, and the outcome says Stopped.
func (p *Plan) Run(ctx context.Context, o Observer) (Outcome, error) {
	var outcome Outcome
	var x []float32
	step := 0
	for _, stage := range p.Stages() {
		stage.Step = step
		if x == nil {
			x = p.initial(stage.Height, stage.Width)
		} else {
			before := p.sizes[stage.Index-1]
			x = imaging.Resample(x, before[0], before[1], 3, stage.Height, stage.Width)
		}
		if err := o.Begin(stage); err != nil {
			return outcome, err
		}
		stopped, rows, err := p.stage(ctx, o, stage, x)
		step += rows
		if err != nil { // x is as it was before the step that failed: the last good picture
			err = fmt.Errorf("stage %d: %w", stage.Index+1, err)
			return outcome, errors.Join(err, o.Picture(Picture{Kind: "last", Stage: stage.Index, Step: step, Image: p.image(x, stage)}))
		}
		outcome.Stopped = stopped
		outcome.Final = p.image(x, stage)
		kind := "stage"
		if last := stage.Index == stage.Count-1; last || stopped {
			kind = "final"
		}
		if err := o.Picture(Picture{Kind: kind, Stage: stage.Index, Step: step - 1, Image: outcome.Final}); err != nil {
			return outcome, err
		}
		if stopped {
			break
		}
	}
	return outcome, nil
}

// stage optimises x in place and returns whether it was stopped and how many
// rows it observed.
func (p *Plan) stage(ctx context.Context, o Observer, s Stage, x []float32) (stopped bool, rows int, err error) {
	whole := context.WithoutCancel(ctx) // an iteration that has begun is finished
	objective, err := p.newObjective(whole, s.Height, s.Width)
	if err != nil {
		return false, 0, err
	}
	spec, optimizer := p.e.Stages[s.Index].Optimizer, p.optimize[s.Index]
	var first []Term // the terms at x before the step, whatever the step evaluates after
	evaluate := func(ctx context.Context, x, grad []float32) (float64, error) {
		loss, err := objective.evaluate(ctx, x, grad)
		if first == nil {
			first = slices.Clone(objective.terms)
		}
		return loss, err
	}
	left := func(i int) bool {
		if s.Evaluations > 0 {
			return objective.evals < s.Evaluations
		}
		return i < s.Iterations
	}
	i := 0
	for ; left(i); i++ {
		if stopped = ctx.Err() != nil; stopped {
			break
		}
		if every := p.e.Output.Every; every > 0 && i > 0 && i%every == 0 {
			if err := o.Picture(Picture{Kind: "intermediate", Stage: s.Index, Step: s.Step + i, Image: p.image(x, s)}); err != nil {
				return false, i, err
			}
		}
		first = nil
		rate := spec.Schedule.Rate(spec.LR, i)
		begin := time.Now()
		outcome, err := optimizer.Step(whole, evaluate, x, rate)
		if err != nil {
			return false, i, fmt.Errorf("iteration %d: %w", i, err)
		}
		row := Row{
			Stage: s.Index, Step: s.Step + i, Iteration: i, Total: outcome.Loss, Terms: first,
			Rate: rate, Evals: objective.evals, Took: time.Since(begin),
		}
		if err := o.Row(row); err != nil {
			return false, i, err
		}
		if outcome.Done {
			i++
			break
		}
	}
	total, err := objective.evaluate(whole, x, make([]float32, len(x)))
	if err != nil {
		return false, i, fmt.Errorf("after iteration %d: %w", i, err)
	}
	last := Row{
		Stage: s.Index, Step: s.Step + i, Iteration: i, Last: true, Total: total,
		Terms: slices.Clone(objective.terms), Evals: objective.evals,
	}
	return stopped, i + 1, o.Row(last)
}

// initial returns the variable before the first iteration. Noise is drawn with
// the seed, in units of ImageNet's standard deviations around its mean, so that
// a recipe means the same in every space.
func (p *Plan) initial(h, w int) []float32 {
	if p.e.Init.From != "noise" {
		return p.space.fromUnit(p.start.Resize(h, w).Pix)
	}
	random := rand.New(rand.NewPCG(uint64(p.e.Seed), 0))
	normal := make([]float32, h*w*3)
	for i := range normal {
		normal[i] = float32(p.e.Init.Sigma * random.NormFloat64())
	}
	return p.space.fromUnit(imageNet().toUnit(normal))
}

// image returns the variable as an image in [0, 1]; the encoder clamps.
func (p *Plan) image(x []float32, s Stage) *imaging.Image {
	return &imaging.Image{H: s.Height, W: s.Width, Pix: p.space.toUnit(x)}
}
