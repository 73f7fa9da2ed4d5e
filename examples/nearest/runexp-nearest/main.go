// Command runexp-nearest is runexp with one more loss.
package main

import (
	"os"

	"example.com/nearest"

	"runexp"
	"runexp/cmd"
	"runexp/framework"
)

func main() {
	plugins := runexp.Builtin()
	framework.Register(plugins.Losses, "nearest", "mean cosine distance of features to the nearest of the style image's",
		nearest.Defaults, nearest.New)
	os.Exit(cmd.Main(plugins))
}
