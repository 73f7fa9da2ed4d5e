package framework_test

import (
	"context"
	"fmt"

	"runexp/framework"
)

// Options are the keys that a config can set.
type Options struct {
	Longest float64 `config:"longest" doc:"longest step of an element, in units of the variable"`
}

func Defaults() Options { return Options{Longest: 0.5} }

func (o Options) Validate() error { return framework.Positive("longest", o.Longest) }

// Descent is gradient descent with bounded steps.
type Descent struct {
	longest float32
	grad    []float32
}

func New(o Options) (framework.Optimizer, error) { return &Descent{longest: float32(o.Longest)}, nil }

func (d *Descent) Step(ctx context.Context, f framework.Objective, x []float32, rate float64) (framework.Outcome, error) {
	if len(d.grad) != len(x) {
		d.grad = make([]float32, len(x))
	}
	loss, err := f(ctx, x, d.grad)
	if err != nil {
		return framework.Outcome{}, err
	}
	for i, g := range d.grad {
		x[i] -= min(max(float32(rate)*g, -d.longest), d.longest)
	}
	return framework.Outcome{Loss: loss, Evals: 1, Accepted: true}, nil
}

// Descent has no state.
func (d *Descent) State() []framework.Slot              { return nil }
func (d *Descent) Restore(state []framework.Slot) error { return nil }

// A plugin is options, their defaults and a constructor, under a name.
func Example() {
	registry := framework.NewRegistry[framework.Optimizer]("optimizer")
	framework.Register(registry, "descent", "gradient descent with bounded steps", Defaults, New)

	plugin, _ := registry.Lookup("descent")
	options := plugin.Options() // a config is decoded into these
	for _, o := range framework.Describe(options) {
		fmt.Printf("%s (%s, default %s): %s\n", o.Name, o.Type, o.Default, o.Doc)
	}
	optimizer, _ := plugin.New(options)
	square := func(_ context.Context, x, grad []float32) (float64, error) {
		grad[0] = 2 * x[0]
		return float64(x[0] * x[0]), nil
	}
	x := []float32{2}
	for range 3 {
		outcome, _ := optimizer.Step(context.Background(), square, x, 0.25)
		fmt.Println("loss", outcome.Loss, "then x is", x[0])
	}

	_, err := registry.Lookup("decent")
	fmt.Println(err)
	// Output:
	// longest (number, default 0.5): longest step of an element, in units of the variable
	// loss 4 then x is 1.5
	// loss 2.25 then x is 1
	// loss 1 then x is 0.5
	// unknown optimizer "decent"; did you mean "descent"? (known: descent)
}
