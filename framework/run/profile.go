package run

import (
	"context"
	"fmt"
	"slices"
	"time"

	"runexp/framework/graph"
)

// Profile evaluates stage i repeats times, after one warm-up, and returns the fastest
// time of each operation and of a whole evaluation.
func (p *Prepared) Profile(ctx context.Context, i, repeats int) ([]graph.Timing, time.Duration, error) {
	h, w := p.sizes[i].H, p.sizes[i].W
	x, err := p.initial(h, w)
	if err != nil {
		return nil, 0, err
	}
	o, err := p.newObjective(ctx, i, h, w, x)
	if err != nil {
		return nil, 0, fmt.Errorf("stage %d: %w", i+1, err)
	}
	var best []graph.Timing
	var whole time.Duration
	for repeat := range repeats + 1 {
		begin := time.Now()
		if err := o.evaluate(ctx, x); err != nil {
			return nil, 0, err
		}
		took := time.Since(begin)
		switch timings := o.program.Timings(); repeat {
		case 0:
		case 1:
			best, whole = slices.Clone(timings), took
		default:
			whole = min(whole, took)
			for k := range best {
				best[k].Took = min(best[k].Took, timings[k].Took)
			}
		}
	}
	return best, whole, nil
}
