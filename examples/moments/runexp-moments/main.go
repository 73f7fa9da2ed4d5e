// Command runexp-moments is runexp with one more loss.
package main

import (
	"os"

	"example.com/moments"

	"runexp"
	"runexp/cmd"
	"runexp/framework"
)

func main() {
	plugins := runexp.Builtin()
	framework.Register(plugins.Losses, "channel-moments", "mean squared error of the channels' means and deviations against the style image's",
		moments.Defaults, moments.New)
	os.Exit(cmd.Main(plugins))
}
