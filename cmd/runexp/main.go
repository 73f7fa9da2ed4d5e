// Command runexp answers questions about neural style transfer by experiment.
package main

import (
	"os"

	"runexp"
	"runexp/cmd"
)

func main() { os.Exit(cmd.Main(runexp.Builtin())) }
