// Package pruners lists the built-in pruners, which stop trials of a sweep early.
package pruners

import (
	"runexp/experiments/pruners/median"
	"runexp/framework"
)

// Registry returns a new registry of all pruners.
func Registry() *framework.Registry[framework.Pruner] {
	r := framework.NewRegistry[framework.Pruner]("pruner")
	framework.Register(r, "median", "stops a trial that is worse than the median of the others at the same step, if at least four others got there", median.Defaults, median.New)
	return r
}
