package config

import "runexp/framework"

// Defaults returns what a config that says nothing means. Each list holds one
// item: what an item of it that says nothing means. A plugin's options have
// their defaults in the plugin.
func Defaults() framework.Experiment {
	return framework.Experiment{
		Seed:     1,
		Content:  framework.ContentImage{Crop: 1},
		Style:    []framework.StyleImage{{Weight: 1, Size: "result", Crop: 1}},
		Backbone: framework.BackboneSpec{Name: "vgg19-lite"},
		Variable: framework.VariableSpec{Name: "pixels"},
		Losses:   []framework.LossSpec{{Weight: 1}},
		Init:     framework.InitSpec{From: "content"},
		Stages: []framework.Stage{{
			Size:       framework.Size{Long: 300},
			Iterations: 500,
			Optimizer: framework.OptimizerSpec{
				Name:     "adam",
				LR:       0.01,
				Schedule: framework.ScheduleSpec{Name: "constant"},
			},
		}},
		Checkpoint: framework.CheckpointOptions{Every: "30s"},
	}
}

// sameSize is the default size of every stage but the first, where it cannot be
// meant.
var sameSize = framework.Size{Scale: 1}

// layerWeight is the default weight of a layer within its loss.
const layerWeight = 1

// addLists writes the lists that a tree leaves out, so that overrides and
// problems find them: one stage that says nothing, and no images or losses.
func addLists(root *node) {
	empty := node{position: root.position, kind: list}
	for _, key := range []string{"style", "losses", "stages"} {
		if root.get(key) != nil {
			continue
		}
		n := empty
		if key == "stages" {
			n.items = []*node{{position: root.position, kind: mapping}}
		}
		root.set(key, &n)
	}
}
