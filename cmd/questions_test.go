package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/configs"
	"runexp/experiments"
	"runexp/framework/config"
)

// TestQuestions plans the sweeps that come with the program: each opens with its
// question, asks it of the report too, and has the replicates that a claim needs.
func TestQuestions(t *testing.T) {
	const fewest = 6 // replicates, for a p below 5%
	for _, name := range []string{"layers", "weights", "images", "size", "optimizers"} {
		file := filepath.Join("..", "configs", name+".yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(string(text), "\n"); !strings.HasPrefix(first, "# Which ") || !strings.Contains(first, "?") {
			t.Errorf("%s opens with %q, no question", name, first)
		}
		loader := config.Loader{Plugins: testPlugins(), Presets: configs.Presets()}
		resolved, err := loader.Load(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		points, err := experiments.Expand(resolved)
		if err != nil {
			t.Fatal(err)
		}
		s := resolved.Sweep
		if s == nil || s.Question == "" || max(1, len(s.Pairs))*s.Repeats < fewest {
			t.Fatalf("%s: %+v", name, s)
		}
		settings := 1
		for _, p := range s.Parameters {
			settings *= len(p.Levels)
		}
		if len(points) != settings*max(1, len(s.Pairs))*s.Repeats {
			t.Errorf("%s has %d trials of %d settings", name, len(points), settings)
		}
	}
}
