// Command runexp-decorrelated is runexp with one more variable.
package main

import (
	"os"

	"example.com/decorrelated"

	"runexp"
	"runexp/cmd"
	"runexp/framework"
)

func main() {
	plugins := runexp.Builtin()
	framework.Register(plugins.Variables, "decorrelated", "the pixels of the picture, in decorrelated colours",
		decorrelated.Defaults, decorrelated.New)
	os.Exit(cmd.Main(plugins))
}
