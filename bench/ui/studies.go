package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"runexp/configs"
	"runexp/experiments/plan"
	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/store/record"
)

// A study is a sweep of which runs are made up: of 25 settings on the eight pairs of
// configs/pairs.yaml, recorded as a sweep, or of settings that are drawn, each a single run.
type study struct {
	name, parameters string
	single           bool
}

const (
	trialsOfSweep = 200 // a study that is a sweep
	runsOfRound   = 500 // a sweep's, then single runs
)

// sweeps and singles return the studies that take turns.
func sweeps() []study {
	return []study{
		{name: "layers", parameters: `
    - path: losses.content.layers
      values: [[conv1_2], [conv2_2], [conv3_2], [conv4_4], [conv5_1]]
    - path: losses.style.layers
      labels: [conv1_1, to conv2_1, to conv3_1, to conv4_1, to conv5_1]
      values: [[conv1_1], [conv1_1, conv2_1], [conv1_1, conv2_1, conv3_1], [conv1_1, conv2_1, conv3_1, conv4_1], [conv1_1, conv2_1, conv3_1, conv4_1, conv5_1]]`},
		{name: "weights", parameters: `
    - {path: losses.style.weight, values: [1e2, 3e2, 1e3, 3e3, 1e4]}
    - {path: losses.tv.weight, values: [0, 1, 10, 100, 1000]}`},
		{name: "rates", parameters: `
    - {path: stages.0.optimizer.lr, values: [0.003, 0.01, 0.03, 0.1, 0.3]}
    - {path: losses.style.weight, values: [1e2, 3e2, 1e3, 3e3, 1e4]}`},
		{name: "faint", parameters: `
    - {path: losses.content.weight, values: [1, 3, 10, 30, 100]}
    - {path: losses.tv.weight, values: [0, 1, 10, 100, 1000]}`},
	}
}

func singles() []study {
	return []study{
		{name: "explore", single: true, parameters: `
    - {path: losses.style.weight, min: 10, max: 1e5, distribution: log_uniform}
    - {path: losses.tv.weight, min: 0.1, max: 1000, distribution: log_uniform}
    - {path: stages.0.optimizer.lr, min: 0.003, max: 0.3, distribution: log_uniform}`},
		{name: "optimizers", single: true, parameters: `
    - {path: stages.0.optimizer, values: [{name: adam, lr: 0.03}, {name: lbfgs}, {name: momentum, lr: 1}, {name: rmsprop, lr: 0.01}]}
    - {path: init.from, values: [content, noise]}
    - {path: losses.style.weight, min: 10, max: 1e5, distribution: log_uniform}`},
	}
}

// A job is a run to make.
type job struct {
	trial   plan.Trial
	plan    *plan.Plan
	metrics []record.Metric // of its scores
}

// plan plans a study with at least as many trials as wanted, with a seed of its own, and
// returns the jobs of all of them.
func (s study) plan(ctx context.Context, planner *plan.Planner, plugins framework.Plugins, seed int, want int) (*plan.Plan, []job, error) {
	text := fmt.Sprintf("experiment: %s\nextends: [configs/pairs.yaml]\nseed: %d\nstages: [{size: {height: %d, width: %d}, iterations: 80, optimizer: {name: adam, lr: 0.03}}]\nsweep:\n  metrics: [eval/content, eval/style]\n  parameters:%s\n",
		s.name, seed+1, pictureHeight, pictureWidth, s.parameters)
	if s.single {
		const pairs = 8
		text += fmt.Sprintf("  method: random\n  run_cap: %d\n", (want+pairs-1)/pairs)
	}
	loader := config.Loader{Plugins: plugins, Presets: configs.Presets(), Stdin: strings.NewReader(text)}
	resolved, err := loader.Load("-", nil)
	if err != nil {
		return nil, nil, fmt.Errorf("%s (run it at the root of the module): %w", s.name, err)
	}
	p, err := planner.New(ctx, resolved, plan.Options{})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.name, err)
	}
	recorded, err := p.Record()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.name, err)
	}
	var written record.Plan
	if err := json.Unmarshal(recorded.Plan, &written); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.name, err)
	}
	jobs := make([]job, len(p.Trials))
	for i, t := range p.Trials {
		jobs[i] = job{trial: t, plan: p}
		for _, d := range written.Definitions {
			if d.Source != record.FromLoss {
				jobs[i].metrics = append(jobs[i].metrics, d)
			}
		}
	}
	return p, jobs, nil
}
