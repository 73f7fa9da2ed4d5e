// Command runexp-moments is runexp with one more loss.
package main

import (
	"os"

	"example.com/moments"

	"runexp/backbones"
	"runexp/cmd"
	"runexp/framework"
	"runexp/framework/weights"
	"runexp/losses"
	"runexp/optimizers"
)

func main() { os.Exit(cmd.Main(plugins())) }

// plugins returns everything that runexp has, and moments.
func plugins() framework.Plugins {
	all := framework.Plugins{
		Backbones:  backbones.Registry(weights.DefaultPlaces()),
		Losses:     losses.Registry(),
		Optimizers: optimizers.Registry(),
	}
	framework.Register(all.Losses, "moments", "mean squared error of the channels' means and deviations against the painting's",
		moments.Defaults, moments.New)
	return all
}
