// Package adam is Adam with bias correction (Kingma and Ba 2015,
// arXiv:1412.6980, algorithm 1), with PyTorch's defaults.
package adam

import (
	"runexp/framework"
	"runexp/internal/moments"
)

// Config holds the options of the optimiser.
type Config struct {
	Beta1   float64 `config:"beta1" doc:"decay of the mean of gradients, in [0, 1)"`
	Beta2   float64 `config:"beta2" doc:"decay of the mean of squared gradients, in [0, 1)"`
	Epsilon float64 `config:"epsilon" doc:"added to the root of the mean square, in units of the gradient; positive"`
}

// Defaults returns the paper's options.
func Defaults() Config { return Config{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8} }

func (c Config) options() moments.Options {
	return moments.Options{Beta1: c.Beta1, Beta2: c.Beta2, Epsilon: c.Epsilon}
}

// Validate reports options out of range.
func (c Config) Validate() error { return c.options().Validate() }

// New returns an optimiser at step 0. Its formula is at moments.Optimizer, λ is 0.
func New(c Config) (framework.Optimizer, error) { return moments.New(c.options()), nil }
