// Package optimizers lists the built-in optimisers.
package optimizers

import (
	"runexp/framework"
	"runexp/optimizers/adagrad"
	"runexp/optimizers/adam"
	"runexp/optimizers/adamw"
	"runexp/optimizers/lbfgs"
	"runexp/optimizers/momentum"
	"runexp/optimizers/rmsprop"
)

// Registry returns a new registry of all optimisers.
func Registry() *framework.Registry[framework.Optimizer] {
	r := framework.NewRegistry[framework.Optimizer]("optimizer")
	framework.Register(r, "adagrad", "gradients divided by the root of the sum of their squares", adagrad.Defaults, adagrad.New)
	framework.Register(r, "adam", "adaptive moments with bias correction", adam.Defaults, adam.New)
	framework.Register(r, "adamw", "adam with decoupled weight decay", adamw.Defaults, adamw.New)
	framework.Register(r, "lbfgs", "limited-memory BFGS with a line search", lbfgs.Defaults, lbfgs.New)
	framework.Register(r, "momentum", "gradient descent with momentum", momentum.Defaults, momentum.New)
	framework.Register(r, "rmsprop", "gradients divided by the root of their mean square", rmsprop.Defaults, rmsprop.New)
	return r
}
