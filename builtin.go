// Package runexp holds what comes with the program, for a program with plugins of
// its own besides:
//
//	plugins := runexp.Builtin()
//	framework.Register(plugins.Losses, "moments", "what it is", moments.Defaults, moments.New)
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

// Builtin returns registries of all plugins that runexp has, new ones at every
// call. Backbones look for their weights where weights.DefaultPlaces says.
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
