// Package samplers lists the built-in samplers, which choose the settings of a sweep.
package samplers

import (
	"runexp/experiments/samplers/grid"
	"runexp/experiments/samplers/random"
	"runexp/experiments/samplers/sobol"
	"runexp/experiments/samplers/tpe"
	"runexp/framework"
)

// Registry returns a new registry of all samplers.
func Registry() *framework.Registry[framework.Sampler] {
	r := framework.NewRegistry[framework.Sampler]("sampler")
	framework.Register(r, "grid", "every combination of values; if there are more than run_cap, a random subset drawn with the seed, each on every pair", grid.Defaults, grid.New)
	framework.Register(r, "random", "run_cap settings drawn with the seed, from values and ranges, each on every pair", random.Defaults, random.New)
	framework.Register(r, "sobol", "run_cap settings of a Sobol sequence, scrambled with the seed, each on every pair: more even than random; a power of two is best", sobol.Defaults, sobol.New)
	framework.Register(r, "tpe", "tree-structured Parzen estimator: after startup random settings each follows from the results so far, up to run_cap settings, each on every pair; the report claims nothing", tpe.Defaults, tpe.New)
	return r
}
