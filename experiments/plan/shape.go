package plan

import (
	"encoding/json"
	"slices"

	"runexp/framework"
	"runexp/framework/run"
)

// shapeOf returns a key for everything that a trial's time and memory may depend on: all
// but pixels, the weights of losses and layers, learning rates and the initial value.
func shapeOf(e framework.Experiment, images [][]run.ImageUse) (string, error) {
	type loss struct {
		Type    string
		Options any
		Weighed bool

		Normalize bool
	}
	var losses []loss
	for _, l := range e.Losses {
		options, err := weightless(l.Options)
		if err != nil {
			return "", err
		}
		losses = append(losses, loss{l.Type, options, l.Weight > 0, l.Normalize})
	}
	sizes := make([][]run.ImageUse, len(images))
	stages := make([]framework.Stage, len(e.Stages))
	for i, stage := range e.Stages {
		sizes[i] = slices.Clone(images[i])
		for k := range sizes[i] {
			sizes[i][k].Path = ""
		}
		stage.Optimizer.LR, stage.Optimizer.Schedule = 0, framework.ScheduleSpec{}
		stages[i] = stage
	}
	masks := []int{len(e.Content.Masks), e.Masks.Auto}
	for _, s := range e.Style {
		regions := len(s.Masks)
		if s.Region != "" {
			regions = 1
		}
		masks = append(masks, regions)
	}
	text, err := json.Marshal([]any{e.Backbone, losses, e.Variable, sizes, stages, e.Output.Average > 0, masks, e.Color})
	return string(text), err
}

// weightless returns a loss's options with layers' weights reduced to whether they are 0.
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

// weigh replaces the weights of layers in a JSON tree by whether they are above 0.
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
