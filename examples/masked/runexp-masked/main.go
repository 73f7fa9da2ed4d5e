// Command runexp-masked is runexp with one more loss.
package main

import (
	"os"

	"example.com/masked"

	"runexp"
	"runexp/cmd"
	"runexp/framework"
)

func main() {
	plugins := runexp.Builtin()
	framework.Register(plugins.Losses, "masked", "mean squared error of the Gram matrices of each region against the style image's",
		masked.Defaults, masked.New)
	os.Exit(cmd.Main(plugins))
}
