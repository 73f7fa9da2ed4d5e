package config

import "runexp/framework"

// Defaults returns the default config. Each list holds one item, the default for its
// items. The defaults of a plugin's options are in the plugin.
func Defaults() framework.Experiment {
	return framework.Experiment{
		Seed:     1,
		Content:  framework.ContentImage{Crop: 1},
		Style:    []framework.StyleImage{{Weight: 1, Size: "result", Crop: 1}},
		Backbone: framework.BackboneSpec{Name: "vgg19-lite"},
		Variable: framework.VariableSpec{Name: "pixels"},
		Losses:   []framework.LossSpec{{Weight: 1}},
		Init:     framework.InitSpec{From: "content"},
		Scales:   framework.Scales{Factor: 1.414},
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

// sameSize is the default size of every stage except the first, where a scale is
// invalid.
var sameSize = framework.Size{Scale: 1}

// layerWeight is the default weight of a layer within its loss.
const layerWeight = 1

// addLists adds missing lists to a tree, so that overrides and problems find them:
// stages with one empty item, and empty style and losses.
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

// dropAddedLists removes what addLists adds, so that a preset's lists come through.
func dropAddedLists(root *node) {
	for _, key := range []string{"style", "losses", "stages"} {
		n := root.get(key)
		if n == nil || n.kind != list {
			continue
		}
		if len(n.items) == 0 || key == "stages" && len(n.items) == 1 && n.items[0].kind == mapping && len(n.items[0].entries) == 0 {
			root.drop(key)
		}
	}
}
