package plan

import (
	"fmt"
	"maps"
	"slices"

	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/run"
	"runexp/framework/sizes"
	"runexp/internal/memory"
)

// memory adds to each trial's predictions what shares memory with it: the scorer, and
// the filters of other trials' backbones. It returns an error if a trial does not fit
// into free memory.
func (b *builder) memory() error {
	if b.alone {
		return b.memoryAlone()
	}
	b.plan.crowded = len(b.backbones) > mostKept
	b.held = map[*graph.Filter]int64{}
	for _, predictions := range b.predicted {
		b.hold(predictions)
	}
	for _, predictions := range b.predicted {
		if err := b.addShared(predictions); err != nil {
			return err
		}
	}
	seen := map[string]bool{} // trials of one shape share their predictions
	for _, t := range b.plan.Trials {
		if seen[t.shape] {
			continue
		}
		seen[t.shape] = true
		if err := fits(t.Predictions, nil); err != nil {
			return b.plan.inTrial(t, err)
		}
	}
	return nil
}

// mostKept is of how many backbones the kernels' copies of filters are kept from trial to
// trial: those of VGG-19 take 0.4 GB, and a second to be made again.
const mostKept = 2

// hold adds the filters of predictions to those that trials share.
func (b *builder) hold(predictions []run.Prediction) {
	for _, p := range predictions {
		for i, f := range p.Filters {
			own, forward, backward := compute.FilterMemory(b.plan.planner.Engine, p.Filters[i:i+1])
			if b.held[f] = own; !b.plan.crowded {
				b.held[f] += forward + backward
			}
		}
	}
}

// addShared adds to predictions the memory of other trials' filters and of the scorer.
func (b *builder) addShared(predictions []run.Prediction) error {
	for i := range predictions {
		p := &predictions[i]
		for f, bytes := range b.held {
			if !slices.Contains(p.Filters, f) {
				p.Bytes += bytes
			}
		}
	}
	held := slices.Collect(maps.Keys(b.held))
	if b.plan.crowded {
		held = nil // the scorer's copies stay
	}
	if err := b.plan.Scorer.AddResident(predictions, held, b.plan.scoreEvery() > 0); err != nil {
		return fmt.Errorf("evaluate: %w", err)
	}
	return nil
}

// memoryAlone is memory for a single trial: unless it scores intermediate pictures, the
// scorer is used only after the run has released its memory.
func (b *builder) memoryAlone() error {
	t := b.plan.Trials[0]
	var err error
	switch scorer := b.plan.Scorer; {
	case scorer == nil:
	case b.plan.scoreEvery() > 0:
		err = scorer.AddResident(t.Predictions, t.Predictions[len(t.Predictions)-1].Filters, true)
	default:
		err = scorer.AddAtEnd(t.Predictions)
	}
	if err != nil && b.scorerOptional() {
		b.plan.Scorer, b.plan.Unscored, err = nil, err, nil
	}
	if err != nil {
		return fmt.Errorf("evaluate: %w", err)
	}
	if err := fits(t.Predictions, b.last.LargestWithin); err != nil {
		return b.plan.inTrial(t, err)
	}
	return nil
}

// fits returns an error if a stage needs more memory than is free. largest returns a size
// of the stage that fits, for the message; nil for none.
func fits(predictions []run.Prediction, largest func(stage int, bytes int64) (h, w int, err error)) error {
	free, known := memory.Free()
	if !known {
		return nil
	}
	for i, p := range predictions {
		if p.Bytes <= free {
			continue
		}
		short := fmt.Errorf("stage %d at %d×%d needs %s of memory and %s is free", i+1, p.Stage.Height, p.Stage.Width, sizes.Bytes(p.Bytes), sizes.Bytes(free))
		if largest == nil {
			return fmt.Errorf("%w, with what the trials share; make pictures smaller, or sweep backbones one at a time", short)
		}
		h, w, err := largest(i, free)
		switch {
		case err != nil:
			return err
		case h > 0:
			return fmt.Errorf("%w; about %d×%d would fit", short, h, w)
		}
		return fmt.Errorf("%w; no smaller size would fit either", short)
	}
	return nil
}
