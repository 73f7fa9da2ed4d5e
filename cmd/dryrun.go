package cmd

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"runexp/experiments/plan"
	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/reports/answers"
	"runexp/reports/sweep"
)

// plannedImage is an image in a stage's listing.
type plannedImage struct {
	Role string `json:"role"`
	Path string `json:"path"`
	Size string `json:"size"`
	Used string `json:"used"`
}

// plannedStage is a stage as --dry-run prints it.
type plannedStage struct {
	Stage       int            `json:"stage"`
	Size        string         `json:"size"`
	Iterations  int            `json:"iterations,omitempty"`
	Evaluations int            `json:"evaluations,omitempty"`
	Optimizer   string         `json:"optimizer"`
	Bytes       int64          `json:"peak_bytes"`
	Each        float64        `json:"seconds_each"`
	Seconds     float64        `json:"seconds"`
	Images      []plannedImage `json:"images"`
}

// describe prints what a plan would do, in what time and memory.
func (r *runFlags) describe(ctx context.Context, p *plan.Plan) error {
	if p.Choice != nil && !r.json {
		fmt.Fprintln(r.stdout, p.Choice)
	}
	if p.Config.Sweep == nil {
		return r.describeStages(p)
	}
	return r.describeTrials(ctx, p)
}

// describeStages lists the stages of a single experiment.
func (r *runFlags) describeStages(planned *plan.Plan) error {
	e, t := planned.Config.Experiment, planned.Trials[0]
	predictions := t.Predictions
	stages := make([]plannedStage, len(predictions))
	for i, p := range predictions {
		s := p.Stage
		stages[i] = plannedStage{
			Stage: i + 1, Size: size(s.Height, s.Width), Iterations: s.Iterations, Evaluations: s.Evaluations,
			Optimizer: e.Stages[i].Optimizer.Name,
			Bytes:     p.Bytes, Each: p.Took.Seconds(), Seconds: p.Longest.Seconds(),
		}
		for _, u := range t.Images[i] {
			stages[i].Images = append(stages[i].Images, plannedImage{u.Role, u.Path, size(u.Height, u.Width), size(u.UsedHeight, u.UsedWidth)})
		}
	}
	weights := cmp.Or(t.Weights.Path, t.Weights.Name) // embedded weights have no path
	if r.json {
		return printJSON(r.stdout, withChoice(planned, map[string]any{
			"experiment": e.Name, "trial": t.Hash, "weights": weights, "stages": stages,
		}))
	}
	fmt.Fprintf(r.stdout, "%s: 1 trial, %s\n", e.Name, t.Hash[:12])
	if weights != "" {
		fmt.Fprintf(r.stdout, "weights %s\n", weights)
	}
	fmt.Fprintf(r.stdout, "result %s (height × width)\n", stages[len(stages)-1].Size)
	for i, s := range stages {
		budget := sizes.Count(s.Iterations, "iteration")
		if s.Evaluations > 0 {
			budget = sizes.Count(s.Evaluations, "evaluation")
		}
		fmt.Fprintf(r.stdout, "stage %d: %s, %s of %s, about %s (%.3f s each), peak memory %s\n",
			s.Stage, s.Size, budget, s.Optimizer, sizes.Text(predictions[i].Longest, time.Second), s.Each, sizes.Bytes(s.Bytes))
		for _, u := range s.Images {
			fmt.Fprintf(r.stdout, "  %-8s %s, %s, used at %s\n", u.Role, u.Path, u.Size, u.Used)
		}
	}
	return nil
}

// withChoice adds what the key `time` chose to the JSON of a plan.
func withChoice(p *plan.Plan, object map[string]any) map[string]any {
	if p.Choice != nil {
		object["choice"] = p.Choice
	}
	return object
}

// spreads is what the store's sweeps tell of how much effects differ from pair to pair; nothing
// where there is no store yet, or none that can be read.
func (r *runFlags) spreads(ctx context.Context, experiment string) map[string]answers.Spread {
	if r.checkStore() != nil {
		return nil
	}
	s, err := store.Peek(ctx, r.db)
	if err != nil {
		return nil
	}
	defer s.Close()
	found, err := sweep.Spreads(ctx, s, experiment)
	if err != nil {
		return nil
	}
	return found
}

// plannedTrial is a trial as --dry-run prints it.
type plannedTrial struct {
	Trial    int     `json:"trial"`
	Hash     string  `json:"hash"`
	Settings string  `json:"settings"`
	Bytes    int64   `json:"peak_bytes"`
	Seconds  float64 `json:"seconds"`
}

// stopsEarly is the line on what stops trials early, and by which metric; "" for nothing.
func stopsEarly(e *config.EarlyStop) string {
	if e == nil {
		return ""
	}
	better := framework.Higher
	if e.Lower {
		better = framework.Lower
	}
	return fmt.Sprintf("early stop: %s, by %s (%s is better), every %s from %d on\n", e.Type, e.Metric, better, sizes.Count(e.Every, "iteration"), e.Warmup)
}

// describeTrials lists the trials of a sweep with their predicted time and memory.
func (r *runFlags) describeTrials(ctx context.Context, planned *plan.Plan) error {
	if n := planned.Estimated(); n > 0 && !r.quiet {
		fmt.Fprintf(r.stderr, "the times of %s are extrapolated from those measured\n", sizes.Count(n, "trial"))
	}
	frozen, err := planned.Record()
	if err != nil {
		return err
	}
	reach, able, err := sweep.Reach(frozen, r.spreads(ctx, frozen.Experiment))
	if err != nil {
		return err
	}
	trials := make([]plannedTrial, len(planned.Trials))
	cells := make([][]string, len(planned.Trials))
	total, most := time.Duration(0), int64(0)
	for i, t := range planned.Trials {
		took := t.Longest()
		total, most = sizes.Sum(total, took), max(most, t.Bytes())
		trials[i] = plannedTrial{t.Number, t.Hash, t.String(), t.Bytes(), took.Seconds()}
		cells[i] = []string{fmt.Sprint(t.Number), t.Hash[:12], sizes.Text(took, 100*time.Millisecond), sizes.Bytes(t.Bytes()), t.String()}
	}
	if r.json {
		page := map[string]any{
			"experiment": planned.Config.Experiment.Name, "trials": trials, "seconds": total.Seconds(), "peak_bytes": most, "later_trials": planned.Total() - len(trials),
			"claims": map[string]any{"possible": able, "text": reach}, "idle": append([]string{}, planned.Idle()...),
		}
		if early := planned.EarlyStop(); early != nil {
			page["early_stop"] = early
		}
		return printJSON(r.stdout, withChoice(planned, page))
	}
	if err := table(r.stdout, []string{"TRIAL", "HASH", "TIME", "MEMORY", "SETTINGS"}, cells); err != nil {
		return err
	}
	later := ""
	if n := planned.Total() - len(trials); n > 0 {
		more := time.Duration(float64(total) * float64(n) / float64(len(trials)))
		later = fmt.Sprintf("; up to %d more trials follow, in about %s, each setting from the results before it (method: %s)", n, sizes.Text(more, time.Second), planned.Config.Sweep.Method)
	}
	_, err = fmt.Fprintf(r.stdout, "%s: %s, about %s one after another, at most %s each%s\n%sclaims: %s\n",
		planned.Config.Experiment.Name, sizes.Count(len(trials), "trial"), sizes.Text(total, time.Second), sizes.Bytes(most), later, stopsEarly(planned.EarlyStop()), reach)
	return err
}
