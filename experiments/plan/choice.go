package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/run"
	"runexp/framework/sizes"
	"runexp/internal/memory"
)

// A Choice is what the config key `time` chose for all trials of a plan.
type Choice struct {
	Time       string  `json:"time"`            // as in the config
	Long       int     `json:"long,omitempty"`  // longer side of the result; 0: as in the config
	Iterations float64 `json:"iterations"`      // factor of all iterations and evaluations
	Found      bool    `json:"found,omitempty"` // by an earlier command
}

// String describes the choice.
func (c Choice) String() string {
	size, iterations := "the recipe's own size", "all iterations"
	if c.Long > 0 {
		size = fmt.Sprintf("size %d", c.Long)
	}
	if c.Iterations != 1 {
		iterations = fmt.Sprintf("iterations times %g", c.Iterations)
	}
	text := fmt.Sprintf("time %s: %s, %s", c.Time, size, iterations)
	if c.Found {
		text += " (chosen before for the same settings; --fresh chooses again)"
	}
	return text
}

// apply returns the points with the choice made.
func (c Choice) apply(points []Point) ([]Point, error) {
	chosen := slices.Clone(points)
	for i, point := range points {
		var err error
		if chosen[i].Config, err = point.Config.Sized(c.Long, c.Iterations); err != nil {
			return nil, fmt.Errorf("time: %w", err)
		}
	}
	return chosen, nil
}

// choose makes the choice of `time` for the points of r: nil if they have no time. The
// requests are their identities before the choice.
//
// The choice is that of an earlier command, if o.Chosen knows one. Else the recipe is
// measured as it is, other sizes are predicted from that, and climb takes the first that
// fits.
func (p *Planner) choose(ctx context.Context, r *config.Resolved, points []Point, o Options) (*Choice, []string, error) {
	limit, err := timeOf(r, points)
	if limit == 0 || err != nil {
		return nil, nil, err
	}
	base := &Plan{Config: r, planner: p}
	b := builder{plan: base, taps: map[string]bool{}, backbones: map[string]bool{}, predicted: map[string][]run.Prediction{}, alone: true}
	if err := b.trials(ctx, points, nil); err != nil {
		return nil, nil, err
	}
	var requests []string
	for _, t := range base.Trials {
		requests = append(requests, t.Hash)
	}
	if o.Chosen != nil {
		if c, err := o.Chosen(ctx, requests); c != nil || err != nil {
			return c, requests, err
		}
	}
	if err := base.predictTime(ctx, measuring); err != nil {
		return nil, nil, err
	}
	s := &sizer{ctx: ctx, planner: p, trials: base.shapes(), every: base.scoreEvery(), predicted: map[int][][]run.Prediction{}}
	fits := func(long int, factor float64) bool {
		took, fits := s.needs(long, factor)
		return fits && took <= spendable(limit)
	}
	rungs := s.ladder(base.Trials)
	if !fits(0, 1) { // a stage of a smaller size may be too small for the network
		rungs.smaller = slices.DeleteFunc(rungs.smaller, func(long int) bool { return s.at(long) == nil })
	}
	size, factor, err := climb(rungs, fits)
	if cause := context.Cause(ctx); cause != nil {
		return nil, nil, cause
	}
	c := &Choice{Time: points[0].Config.Experiment.Time, Long: size, Iterations: factor}
	if errors.Is(err, errNoRung) {
		took, possible := s.needs(size, factor)
		if !possible {
			return nil, nil, r.Problem("time", "no size and number of iterations fits, since memory is short even %s; free some, or leave time out (time=null) to see what is needed", c.smallest())
		}
		return nil, nil, r.Problem("time", "%s is too short: even %s a run is predicted to take %s; the smallest possible time is about %s",
			c.Time, c.smallest(), upTo(took), upTo(time.Duration(float64(took)/share)))
	}
	return c, requests, nil
}

// smallest describes the last choice of a ladder.
func (c Choice) smallest() string {
	if c.Long > 0 {
		return fmt.Sprintf("at size %d with %g of the iterations", c.Long, c.Iterations)
	}
	return fmt.Sprintf("with %g of the iterations", c.Iterations)
}

// share is the part of the time that predicted evaluations may take. The rest is for what
// is not predicted: targets, the optimiser, pictures, scores.
const share = 0.85

func spendable(limit time.Duration) time.Duration { return time.Duration(share * float64(limit)) }

// upTo formats a time, rounded up to two digits.
func upTo(d time.Duration) string {
	unit := time.Microsecond
	for d/unit >= 100 {
		unit *= 10
	}
	return ((d + unit) / unit * unit).String()
}

// timeOf returns the time of the points, 0 for none. Errors: points with different times,
// or with sizes of stages that differ, which one choice would undo.
func timeOf(r *config.Resolved, points []Point) (time.Duration, error) {
	text := points[0].Config.Experiment.Time
	for _, p := range points {
		if p.Config.Experiment.Time != text {
			return 0, r.Sweep.Problem("parameters", "time cannot be swept, since one choice of size and iterations is made for all trials; sweep size or the iterations")
		}
	}
	if text == "" {
		return 0, nil
	}
	if r.Sweep != nil && !sized(points) {
		for i, q := range r.Sweep.Parameters {
			for _, path := range q.Paths {
				if strings.HasPrefix(path, "stages") && strings.Contains(path, "size") || strings.HasPrefix(path, "scales") {
					return 0, r.Sweep.Problem(fmt.Sprintf("parameters[%d]", i), "%s conflicts with time, which chooses the size of the result; sweep size, or leave time out (time=null)", path)
				}
			}
		}
	}
	return time.ParseDuration(text)
}

// sized reports whether a point gives the size of the result.
func sized(points []Point) bool {
	return slices.ContainsFunc(points, func(p Point) bool { return p.Config.GivesSize() })
}

// A sizer predicts what trials need at other sizes.
type sizer struct {
	ctx       context.Context
	planner   *Planner
	trials    []Trial // one of each shape, with their predictions at their own size
	every     int
	predicted map[int][][]run.Prediction // by longer side; nil if it is impossible
}

// ladder returns the sizes to choose from.
func (s *sizer) ladder(all []Trial) ladder {
	var points []Point
	base, largest := 0, 0
	for i, t := range all {
		points = append(points, t.Point)
		stage := t.Predictions[len(t.Predictions)-1].Stage
		own := 0 // without a content image there is nothing to enlarge to
		for _, use := range t.Images[len(t.Images)-1] {
			if use.Role == string(framework.Content) {
				own = max(use.Height, use.Width)
			}
		}
		if i == 0 || own < largest {
			largest = own
		}
		base = max(base, stage.Height, stage.Width)
	}
	if sized(points) {
		return ladder{}
	}
	return newLadder(base, largest)
}

// needs returns the longest time of any trial, and whether all fit into memory, at a size
// and a factor of iterations. A size that is not possible does not fit.
func (s *sizer) needs(long int, factor float64) (longest time.Duration, fits bool) {
	predictions := s.at(long)
	free, limited := memory.Free()
	fits = predictions != nil
	for _, stages := range predictions {
		took := time.Duration(0)
		for _, p := range stages {
			budget := config.Times(p.Stage.Iterations, factor) + config.Times(p.Stage.Evaluations, factor) + 1
			took = sizes.Sum(took, sizes.Times(budget, p.Took))
			fits = fits && !(limited && float64(p.Bytes) > share*float64(free))
		}
		longest = max(longest, took)
	}
	return longest, fits
}

// at is predict, once for each size.
func (s *sizer) at(long int) [][]run.Prediction {
	if _, known := s.predicted[long]; !known {
		s.predicted[long] = s.predict(long)
	}
	return s.predicted[long]
}

// predict predicts all trials at a size; nil if one of them is not possible.
func (s *sizer) predict(long int) [][]run.Prediction {
	var all [][]run.Prediction
	for _, t := range s.trials {
		if long == 0 {
			all = append(all, t.Predictions)
			continue
		}
		sized, err := t.Config.Sized(long, 1)
		if err != nil {
			return nil
		}
		prepared, err := s.planner.Prepare(s.ctx, sized, s.every)
		if err != nil {
			return nil // too small for the network, or too large for any picture
		}
		predictions, err := prepared.PredictMemory()
		if err != nil {
			return nil
		}
		for i := range predictions {
			predictions[i].Estimate(likeNearest(predictions[i], t.Predictions))
		}
		all = append(all, predictions)
	}
	return all
}

// likeNearest estimates the seconds of an evaluation at the speed of the measured stage
// that is nearest in size.
func likeNearest(p run.Prediction, measured []run.Prediction) float64 {
	pixels := func(q run.Prediction) float64 { return float64(q.Stage.Height) * float64(q.Stage.Width) }
	apart := func(q run.Prediction) float64 { return max(pixels(q)/pixels(p), pixels(p)/pixels(q)) }
	nearest := measured[0]
	for _, q := range measured {
		if apart(q) < apart(nearest) {
			nearest = q
		}
	}
	if nearest.Arithmetic > 0 {
		return nearest.Took.Seconds() * p.Arithmetic / nearest.Arithmetic
	}
	return nearest.Took.Seconds() * pixels(p) / pixels(nearest)
}
