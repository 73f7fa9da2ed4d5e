package cmd

import (
	"cmp"
	"fmt"
	"time"

	"runexp/experiments"
	"runexp/framework/config"
	"runexp/framework/run"
	"runexp/framework/sizes"
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

// describe prints what a run would do and take.
func (r *runFlags) describe(resolved *config.Resolved, trial *experiments.Trial, predictions []run.Prediction) error {
	stages := make([]plannedStage, len(predictions))
	for i, p := range predictions {
		s := p.Stage
		stages[i] = plannedStage{
			Stage: i + 1, Size: size(s.Height, s.Width), Iterations: s.Iterations, Evaluations: s.Evaluations,
			Optimizer: resolved.Experiment.Stages[i].Optimizer.Name,
			Bytes:     p.Bytes, Each: p.Took.Seconds(), Seconds: p.Longest.Seconds(),
		}
		for _, u := range trial.Plan.Images(i) {
			stages[i].Images = append(stages[i].Images, plannedImage{u.Role, u.Path, size(u.Height, u.Width), size(u.UsedHeight, u.UsedWidth)})
		}
	}
	w := trial.Plan.Weights()
	weights := cmp.Or(w.Path, w.Name) // some are part of the program
	if r.json {
		return printJSON(r.stdout, map[string]any{
			"experiment": resolved.Experiment.Name, "trial": trial.Hash, "weights": weights, "stages": stages,
		})
	}
	fmt.Fprintf(r.stdout, "%s: 1 trial, %s\n", resolved.Experiment.Name, trial.Hash[:12])
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
			s.Stage, s.Size, budget, s.Optimizer, sizes.Text(predictions[i].Longest, time.Second), s.Each, experiments.Bytes(s.Bytes))
		for _, u := range s.Images {
			fmt.Fprintf(r.stdout, "  %-8s %s, %s, used at %s\n", u.Role, u.Path, u.Size, u.Used)
		}
	}
	return nil
}
