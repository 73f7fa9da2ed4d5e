package config

import (
	"maps"
	"math"
	"slices"

	"runexp/framework"
	"runexp/framework/sizes"
)

func (v *validator) stage(path string, i int, stage framework.Stage) {
	v.stageSize(join(path, "size"), i, stage.Size)
	switch {
	case stage.Iterations < 0 || stage.Evaluations < 0 || stage.Iterations+stage.Evaluations == 0:
		v.add(path, "needs iterations or evaluations, at least 1")
	case stage.Iterations > 0 && stage.Evaluations > 0:
		v.add(path, "give iterations or evaluations, not both; %s.iterations=null removes one", path)
	case stage.Iterations > sizes.MaxCount:
		v.add(join(path, "iterations"), "must be at most %d, not %d", sizes.MaxCount, stage.Iterations)
	case stage.Evaluations > sizes.MaxCount:
		v.add(join(path, "evaluations"), "must be at most %d, not %d", sizes.MaxCount, stage.Evaluations)
	}
	if !(stage.Details >= 0) || math.IsInf(stage.Details, 0) {
		v.add(join(path, "details"), "must be at least 0, not %v; 0 adds none", stage.Details)
	}
	if stage.Details != 0 {
		v.reading = append(v.reading, join(path, "details"))
	}
	optimizer := join(path, "optimizer")
	if !(stage.Optimizer.LR > 0) {
		v.add(join(optimizer, "lr"), "must be positive, not %v", stage.Optimizer.LR)
	}
	rates := stage.Optimizer.Schedule
	if schedule, ok := build(v, v.loader.Plugins.Schedules, rates.Name, rates.Options, join(optimizer, "schedule")); ok && stage.Iterations+stage.Evaluations > 0 {
		if _, err := rates.Over(schedule, stage.Iterations); err != nil {
			v.addError(join(optimizer, "schedule"), err)
		}
	}
	if stage.Carry && (i == 0 || v.experiment.Stages[i-1].Optimizer.Name != stage.Optimizer.Name) {
		v.add(join(path, "carry"), "needs a stage before this one with the same optimizer")
	}
	if stage.Saved && i == 0 {
		v.add(join(path, "saved"), "needs a stage before this one, whose result it would take")
	}
	build(v, v.loader.Plugins.Optimizers, stage.Optimizer.Name, stage.Optimizer.Options, optimizer)
	v.stageWeights(path, stage.Weights)
}

// stageWeights checks the weights of losses in a stage.
func (v *validator) stageWeights(path string, weights []framework.StageWeight) {
	path = join(path, "weights")
	n, given := v.root.find(path)
	if !given || len(weights) == 0 {
		return
	}
	total := map[string]float64{}
	for _, l := range v.experiment.Losses {
		total[l.Name] = l.Weight
	}
	names := slices.Sorted(maps.Keys(total))
	var seen []string
	for i, at := range n.itemPaths(path) {
		name := weights[i].Name
		switch {
		case !slices.Contains(names, name):
			v.add(join(at, "name"), "%v", framework.UnknownName("loss", name, names))
		case slices.Contains(seen, name):
			v.add(join(at, "name"), "%s has two weights here; remove one", quote(name))
		}
		seen = append(seen, name)
		total[name] = weights[i].Weight
		if n.items[i].get("weight") == nil {
			v.add(at, "needs a weight; 0 leaves the loss out of this stage")
		}
		v.weight(join(at, "weight"), weights[i].Weight)
	}
	for _, weight := range total {
		if weight > 0 {
			return
		}
	}
	v.add(path, "leave no loss with a positive weight in this stage")
}

// overruled checks that a weight of a loss, at path, has an effect: the stages of a preset may
// all have weights of their own for it.
func (v *validator) overruled(path, loss string) {
	own, given := v.root.find(join(path, "weight"))
	stages := v.root.get("stages")
	if !given || own.preset() != "" || stages == nil || len(stages.items) == 0 {
		return
	}
	for _, stage := range stages.items {
		weight, is := stage.find("weights." + loss + ".weight")
		if !is || weight.preset() == "" {
			return
		}
	}
	v.add(join(path, "weight"), "has no effect, since every stage has a weight of its own for it; set stages.*.weights.%s.weight", loss)
}
