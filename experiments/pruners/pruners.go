// Package pruners lists the pruners that runexp ships: when a trial of a sweep is
// stopped before its end.
package pruners

import (
	"runexp/experiments/pruners/median"
	"runexp/framework"
)

// Registry returns a new registry of all pruners.
func Registry() *framework.Registry[framework.Pruner] {
	r := framework.NewRegistry[framework.Pruner]("pruner")
	framework.Register(r, "median", "stops a trial that is worse than the median of the others at the same step, once there are four", median.Defaults, median.New)
	return r
}
