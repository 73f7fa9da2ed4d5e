package experiments

import (
	"context"
	"encoding/json"
	"time"

	"runexp/framework"
	"runexp/framework/run"
)

// shapeOf is what a trial's time and memory depend on: everything but pixels, the
// weights of losses and layers, learning rates and what the run starts from. Other
// options of a plugin may matter.
func shapeOf(t *Trial) (string, error) {
	e := t.config.Experiment
	type loss struct {
		Type    string
		Options any
		Weighed bool
	}
	var losses []loss
	for _, l := range e.Losses {
		options, err := weightless(l.Options)
		if err != nil {
			return "", err
		}
		losses = append(losses, loss{l.Type, options, l.Weight > 0})
	}
	var images [][]run.ImageUse
	stages := make([]framework.Stage, len(e.Stages))
	for i, stage := range e.Stages {
		uses := t.Plan.Images(i)
		for k := range uses {
			uses[k].Path = ""
		}
		images = append(images, uses)
		stage.Optimizer.LR, stage.Optimizer.Schedule = 0, framework.Schedule{}
		stages[i] = stage
	}
	text, err := json.Marshal([]any{e.Backbone, losses, e.Variable, images, stages})
	return string(text), err
}

// weightless is a loss's options with no more of its layers' weights than whether
// they are 0.
func weightless(options any) (any, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	weigh(tree)
	return tree, nil
}

// weigh replaces the weights of layers in a tree of JSON.
func weigh(tree any) {
	switch node := tree.(type) {
	case []any:
		for _, item := range node {
			weigh(item)
		}
	case map[string]any:
		if weight, is := node["Weight"].(float64); is && node["Layer"] != nil {
			node["Weight"] = weight > 0
		}
		for _, value := range node {
			weigh(value)
		}
	}
}

// measuring is how long a sweep's trials are timed in all. A dry run is to be over
// long before the sweep would be.
const measuring = 6 * time.Second

// PredictTime fills in the times of all trials. It measures one of each shape, for
// about two seconds each, and counts measured shapes. Once they took six seconds in all, the
// shapes that are left are reckoned by their pixels from those that were measured
// and counted as reckoned.
func (s *Sweep) PredictTime(ctx context.Context) (measured, reckoned int, err error) {
	defer s.lab.plan()()
	begin, seconds, pixels := time.Now(), 0.0, 0.0
	known := map[string]bool{} // the predictions of a shape are shared
	for _, t := range s.Trials {
		if known[t.shape] {
			continue
		}
		known[t.shape] = true
		if measured > 0 && time.Since(begin) > measuring {
			reckoned++
			for i := range t.Predictions {
				t.Predictions[i].Reckon(seconds / pixels)
			}
			continue
		}
		trial, err := s.lab.prepare(ctx, t.Config)
		if err != nil {
			return measured, reckoned, err
		}
		if err := trial.Plan.PredictTime(ctx, t.Predictions); err != nil {
			return measured, reckoned, err
		}
		measured++
		for _, p := range t.Predictions {
			seconds += p.Took.Seconds()
			pixels += float64(p.Stage.Height * p.Stage.Width)
		}
	}
	return measured, reckoned, nil
}
