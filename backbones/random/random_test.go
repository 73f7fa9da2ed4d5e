package random

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

func open(t *testing.T, seed int, widths ...int) framework.Backbone {
	t.Helper()
	v, err := New(Config{Seed: seed, Widths: widths})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSuite(t *testing.T) { plugintest.Backbone(t, open(t, 1, 8, 12, 16)) }

// features returns the taps of a picture of normally distributed noise.
func features(t *testing.T, v framework.Backbone, taps ...string) map[string][]float64 {
	t.Helper()
	b := graph.NewBuilder(compute.Plain[float32]{})
	image := b.Variable(32, 32, 3)
	nodes, err := v.Build(b, image, taps)
	if err != nil {
		t.Fatal(err)
	}
	var list []graph.Node
	for _, tap := range taps {
		list = append(list, nodes[tap])
	}
	p, err := b.Compile(list...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Double(image.Shape(), plugintest.Away(image.Shape().Len(), 1))); err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for _, tap := range taps {
		out[tap] = p.Value(nodes[tap]).Clone().Float64s()
	}
	return out
}

// TestSeeds: a seed is a network; layers do not depend on those behind them.
func TestSeeds(t *testing.T) {
	a, b := features(t, open(t, 3, 8, 8), "relu2")["relu2"], features(t, open(t, 3, 8, 8, 4), "relu2")["relu2"]
	if !slices.Equal(a, b) {
		t.Error("a third block changes the second")
	}
	if slices.Equal(a, features(t, open(t, 4, 8, 8), "relu2")["relu2"]) {
		t.Error("two seeds make one network")
	}
	one, err := open(t, 3, 8, 8).Weights([]string{"conv1"})
	other, errOther := open(t, 4, 8, 8).Weights([]string{"conv1"})
	if err != nil || errOther != nil || one.SHA256 == other.SHA256 || one.Name != "random-3" {
		t.Errorf("%+v, %+v, %v, %v", one, other, err, errOther)
	}
}

// TestHe: the mean square after a convolution and a ReLU is about that before.
func TestHe(t *testing.T) {
	taps := []string{"relu1", "pool1", "relu2", "pool2", "relu3"}
	square := map[string]float64{}
	for tap, x := range features(t, open(t, 0, 128, 128, 128), taps...) {
		for _, v := range x {
			square[tap] += v * v / float64(len(x))
		}
	}
	for _, pair := range [][2]string{{"pool1", "relu2"}, {"pool2", "relu3"}} {
		if ratio := square[pair[1]] / square[pair[0]]; math.Abs(ratio-1) > 0.25 {
			t.Errorf("from %s to %s the mean square is multiplied by %g", pair[0], pair[1], ratio)
		}
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	for want, c := range map[string]Config{
		"seed": {Seed: -1, Widths: []int{4}}, "0 blocks": {}, "9 blocks": {Widths: make([]int, 9)},
		"0, of block 2,": {Widths: []int{4, 0}}, "2000, of block 1,": {Widths: []int{2000}},
	} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one about %s", c, err, want)
		}
	}
	if err := Defaults().Validate(); err != nil {
		t.Error(err)
	}
}
