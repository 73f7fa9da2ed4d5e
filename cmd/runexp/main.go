// Command runexp answers questions about neural style transfer by experiment.
package main

import (
	"os"

	"runexp/backbones"
	"runexp/cmd"
	"runexp/framework"
	"runexp/framework/weights"
	"runexp/losses"
	"runexp/optimizers"
)

func main() {
	os.Exit(cmd.Main(framework.Plugins{
		Backbones:  backbones.Registry(weights.DefaultPlaces()),
		Losses:     losses.Registry(),
		Optimizers: optimizers.Registry(),
	}))
}
