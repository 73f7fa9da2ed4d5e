// Package runexp lists the built-in plugins. A program with plugins of its own starts
// from them:
//
//	plugins := runexp.Builtin()
//	framework.Register(plugins.Losses, "mine", "what it is", mine.Defaults, mine.New)
//	os.Exit(cmd.Main(plugins))
package runexp

import (
	"runexp/backbones"
	"runexp/experiments/pruners"
	"runexp/experiments/samplers"
	"runexp/framework"
	"runexp/framework/weights"
	"runexp/losses"
	"runexp/metrics"
	"runexp/optimizers"
	"runexp/optimizers/schedules"
	"runexp/variables"
	"runexp/variables/initials"
)

// Builtin returns new registries with all built-in plugins. Backbones look for their
// weights in weights.DefaultPlaces.
func Builtin() framework.Plugins {
	return framework.Plugins{
		Backbones:  backbones.Registry(weights.DefaultPlaces()),
		Losses:     losses.Registry(),
		Optimizers: optimizers.Registry(),
		Schedules:  schedules.Registry(),
		Variables:  variables.Registry(),
		Metrics:    metrics.Registry(),
		Initials:   initials.Registry(),
		Samplers:   samplers.Registry(),
		Pruners:    pruners.Registry(),
	}
}
