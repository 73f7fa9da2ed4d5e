// Package adamw is Adam with decoupled weight decay (Loshchilov and Hutter 2019,
// arXiv:1711.05101, algorithm 2), in PyTorch's form (torch.optim.AdamW) and with its defaults.
//
// The decay is of the variable, not a term of the loss: it is not divided by the root of
// the mean square, so all numbers decay alike. It pulls pixels towards 0, which is the mean
// colour of ImageNet in the space normalized, and black in unit and bytes.
package adamw

import (
	"runexp/framework"
	"runexp/internal/moments"
)

// Config holds the options of the optimiser.
type Config struct {
	Beta1       float64 `config:"beta1" doc:"decay of the mean of gradients, in [0, 1)"`
	Beta2       float64 `config:"beta2" doc:"decay of the mean of squared gradients, in [0, 1)"`
	Epsilon     float64 `config:"epsilon" doc:"added to the root of the mean square, in units of the gradient; positive"`
	WeightDecay float64 `config:"weight_decay" doc:"each step first multiplies the variable by 1 - lr · weight_decay; at least 0"`
}

// Defaults returns PyTorch's options. Its rate is 0.001; ours is the config's, as for adam.
func Defaults() Config { return Config{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, WeightDecay: 0.01} }

// Validate reports options out of range.
func (c Config) Validate() error { return moments.Options(c).Validate() }

// New returns an optimiser at step 0. Its formula is at moments.Optimizer.
func New(c Config) (framework.Optimizer, error) { return moments.New(moments.Options(c)), nil }
