package plan

import (
	"cmp"
	"fmt"
	"slices"

	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/sizes"
)

// Idle lists in words the keys of the sweep that do nothing in this plan: conditions that are true in no trial, and
// early stopping that begins after the end. They are no errors: with other values on the command line they may do something.
func (p *Plan) Idle() []string {
	if p.Config.Sweep == nil {
		return nil
	}
	var list []string
	for i, parameter := range p.Config.Sweep.Parameters {
		if parameter.When != nil && p.Total() == len(p.Trials) && !slices.ContainsFunc(p.Trials, func(t Trial) bool { return sets(t, parameter.Paths[0]) }) {
			list = append(list, fmt.Sprintf("sweep.parameters[%d].when: %q is true in no trial, so %s is never set", i, parameter.When, parameter.Paths[0]))
		}
	}
	if early := p.EarlyStop(); early != nil {
		first, longest := firstDecision(early), 0
		for _, t := range p.Trials {
			longest = max(longest, mostIterations(t))
		}
		if first > longest {
			list = append(list, fmt.Sprintf("sweep.early_stop: it stops no trial, since it begins at iteration %d and no trial has more than %s", first, sizes.Count(longest, "iteration")))
		}
	}
	return list
}

// sets reports whether a trial sets a path.
func sets(t Trial, path string) bool {
	return slices.ContainsFunc(t.Settings, func(s config.Setting) bool { return s.Path == path })
}

// firstDecision is the first iteration at which a trial can be stopped.
func firstDecision(e *config.EarlyStop) int {
	pruner, err := e.Pruner()
	if late, is := pruner.(framework.LatePruner); err == nil && is {
		return max(e.Warmup, late.Earliest())
	}
	return e.Warmup
}

// mostIterations bounds the iterations of a trial: one takes at least one evaluation.
func mostIterations(t Trial) int {
	n := 0
	for _, stage := range t.Config.Experiment.Stages {
		n += cmp.Or(stage.Iterations, stage.Evaluations)
	}
	return n
}
