package moments

import (
	"context"
	"math"
	"testing"

	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

func TestLoss(t *testing.T) { plugintest.Loss(t, Defaults, New) }

// TestByHand compares the operation with values computed by hand.
func TestByHand(t *testing.T) {
	b := graph.NewDoubleBuilder()
	moments := channelMoments(b, b.Variable(1, 2, 2))
	p, err := b.Compile(moments)
	if err != nil {
		t.Fatal(err)
	}
	// Channel 0 is 1 and 5, channel 1 is 7 and 7.
	if err := p.Run(context.Background(), graph.Double(graph.Shape{1, 2, 2}, []float64{1, 7, 5, 7})); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{3, 7, 2, math.Sqrt(epsilon)} {
		if got := p.Value(moments).Double[i]; math.Abs(got-want) > 1e-8 {
			t.Errorf("moment %d is %g, want %g", i, got, want)
		}
	}
}
