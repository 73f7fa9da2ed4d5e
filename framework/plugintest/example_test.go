package plugintest_test

import (
	"fmt"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
	"runexp/losses/gram"
	"runexp/metrics/ssim"
	"runexp/optimizers/momentum"
)

// A loss's test is one call with the arguments of framework.Register.
func ExampleLoss() {
	testLoss := func(t *testing.T) { plugintest.Loss(t, gram.Defaults, gram.New) }
	_ = testLoss
}

// An optimiser's test passes a function that makes a new one.
func ExampleOptimizer() {
	testOptimizer := func(t *testing.T) {
		plugintest.Optimizer(t, func() framework.Optimizer {
			o, err := momentum.New(momentum.Defaults())
			if err != nil {
				t.Fatal(err)
			}
			return o
		}, 0.1)
	}
	_ = testOptimizer
}

// A metric's test is one call with the metric.
func ExampleMetric() {
	testMetric := func(t *testing.T) { plugintest.Metric(t, ssim.Metric{}) }
	_ = testMetric
}

// The gradient of the mean of |x|, away from its kink at 0.
func ExampleGradient() {
	t := new(testing.T) // a test has its own
	shape := graph.Shape{2, 3}
	plugintest.Gradient(t, shape, plugintest.Away(shape.Len(), 1), func(b *graph.Builder, x graph.Node) graph.Node {
		return b.Mean(b.Abs(x))
	})
	fmt.Println("failed:", t.Failed())
	// Output: failed: false
}
