// Command runexp-adain is runexp with one more loss.
package main

import (
	"os"

	"example.com/adain"

	"runexp"
	"runexp/cmd"
	"runexp/framework"
)

func main() {
	plugins := runexp.Builtin()
	framework.Register(plugins.Losses, "adain", "mean squared error of features against the content's, rescaled to the style's means and deviations",
		adain.Defaults, adain.New)
	os.Exit(cmd.Main(plugins))
}
