package losses_test

import (
	"context"
	"fmt"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/losses"
)

// A loss is looked up by name and built into a graph, here for a picture of two pixels,
// black and white: total variation is ½·mean|1 − 0|.
func ExampleRegistry() {
	plugin, _ := losses.Registry().Lookup("tv")
	fmt.Println(plugin.Doc)
	loss, _ := plugin.New(plugin.Options())
	b := graph.NewDoubleBuilder()
	view := framework.View{Taps: map[string]graph.Node{framework.ImageTap: b.Variable(1, 2, 3)}}
	got, _ := loss.Represent(b, view)
	terms, _ := loss.Score(b, got, nil)
	program, err := b.Compile(terms[0].Node)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = program.Run(context.Background(), graph.Double(graph.Shape{1, 2, 3}, []float64{0, 0, 0, 1, 1, 1}))
	fmt.Println(program.Scalar(terms[0].Node), err)
	// Output:
	// total variation: mean absolute difference of neighbouring pixels
	// 0.5 <nil>
}
