// Package pruners lists the built-in pruners, which stop trials of a sweep early.
package pruners

import (
	"runexp/experiments/pruners/asha"
	"runexp/experiments/pruners/median"
	"runexp/framework"
)

// Registry returns a new registry of all pruners.
func Registry() *framework.Registry[framework.Pruner] {
	r := framework.NewRegistry[framework.Pruner]("pruner")
	framework.Register(r, "median", "stops a trial that is worse than the median of the others at the same step, if at least four others got there", median.Defaults, median.New)
	framework.Register(r, "asha", "asynchronous successive halving: at min_iter iterations, and at eta times as many each time, stops a trial that is not among the best 1/eta of those that got there before", asha.Defaults, asha.New)
	return r
}
