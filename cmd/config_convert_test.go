package cmd

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"runexp/framework/compute"
)

// convertible returns a config file of real images with the network in the program.
func convertible(t *testing.T, long int, contentLayer, styleLayer string, weights ...float64) string {
	t.Helper()
	images, err := filepath.Abs(filepath.Join("..", "configs", "images"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.yaml")
	text := fmt.Sprintf(`content: %s/castle.jpg
style: %s/autumn.png
backbone: {name: vgg19-lite}
losses:
  - {name: content, type: content, layers: [%s], weight: %g}
  - {name: style, type: gram, layers: [%s], weight: %g}
  - {name: tv, type: tv, weight: %g}
stages: [{size: {long: %d}, iterations: 1}]
`, images, images, contentLayer, weights[0], styleLayer, weights[1], weights[2], long)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// conversions returns what convert-weights prints.
func conversions(t *testing.T, from, to string) []conversion {
	t.Helper()
	engine, err := compute.NewEngine(compute.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	a := &app{plugins: testPlugins(), stdout: io.Discard, stderr: io.Discard}
	one, other, err := a.measured(context.Background(), engine, []string{from, to})
	if err != nil {
		t.Fatal(err)
	}
	list, err := convert(one, other)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestConvertWeights: with the new weights the gradients are as large as in the first config,
// so that converting again changes nothing, and a config converted to itself is unchanged.
func TestConvertWeights(t *testing.T) {
	from := convertible(t, 64, "conv4_4", "conv1_1", 1, 1000, 10)
	to := []any{48, "relu3_1", "relu2_1"}
	once := conversions(t, from, convertible(t, to[0].(int), to[1].(string), to[2].(string), 3, 5, 7))
	if once[0].At != "probe" || once[1].At != "start" || once[2].At != "start" {
		t.Errorf("measured at %q, %q, %q", once[0].At, once[1].At, once[2].At)
	}
	twice := conversions(t, from, convertible(t, to[0].(int), to[1].(string), to[2].(string), once[0].Weight, once[1].Weight, once[2].Weight))
	for i, c := range twice {
		if factor := once[i].Weight / once[i].Was; math.Abs(factor-1) < 0.01 {
			t.Errorf("%s: the weight is hardly changed, by %g: nothing is tested", c.Loss, factor)
		}
		if math.Abs(c.Before-c.Norm) > 1e-3*c.Norm || c.Norm <= 0 {
			t.Errorf("%s: with the new weight the norm is %g, want %g", c.Loss, c.Before, c.Norm)
		}
		if math.Abs(c.Weight-once[i].Weight) > 1e-6*c.Weight {
			t.Errorf("%s: once %g, twice %g", c.Loss, once[i].Weight, c.Weight)
		}
	}
	for _, c := range conversions(t, from, from) {
		if c.Weight != c.Was {
			t.Errorf("%s: to itself from %g to %g", c.Loss, c.Was, c.Weight)
		}
	}
}
