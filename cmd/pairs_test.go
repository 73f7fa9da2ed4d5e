package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/configs"
	"runexp/framework/config"
)

// TestPairs: the pairs of the built-in questions share no image, each is of a photograph
// and a painting of configs/images, none computed, and ten of them begin with the eight.
func TestPairs(t *testing.T) {
	page, err := os.ReadFile("../configs/images/README.md")
	if err != nil {
		t.Fatal(err)
	}
	section := func(name string) string {
		_, text, _ := strings.Cut(string(page), "\n## "+name+"\n")
		text, _, _ = strings.Cut(text, "\n## ")
		return text
	}
	photographs, paintings := section("Photographs"), section("Paintings")
	loader := config.Loader{Plugins: testPlugins(), Presets: configs.Presets()}
	var lists [][]string
	for _, c := range []struct {
		file  string
		pairs int
	}{{"pairs.yaml", 8}, {"pairs10.yaml", 10}} {
		resolved, err := loader.Load(question(t, c.file), nil)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		used := map[string]bool{}
		for _, p := range resolved.Sweep.Pairs {
			if p.Content == "" || len(p.Style) != 1 {
				t.Fatalf("%s: pair %+v", c.file, p)
			}
			content, style := filepath.Base(p.Content), filepath.Base(p.Style[0])
			list = append(list, content+" × "+style)
			if !strings.Contains(photographs, "| `"+content+"` |") || !strings.Contains(paintings, "| `"+style+"` |") {
				t.Errorf("%s: %s × %s are not a photograph and a painting of images/README.md", c.file, content, style)
			}
			for _, name := range []string{content, style} {
				if used[name] {
					t.Errorf("%s has %s in two pairs", c.file, name)
				}
				used[name] = true
			}
		}
		if len(list) != c.pairs {
			t.Errorf("%s has %d pairs, want %d", c.file, len(list), c.pairs)
		}
		lists = append(lists, list)
	}
	if eight, ten := strings.Join(lists[0], ", "), strings.Join(lists[1], ", "); !strings.HasPrefix(ten, eight+", ") {
		t.Errorf("ten pairs\n%s\ndo not begin with the eight\n%s", ten, eight)
	}
}

// TestTenPairs: --dry-run says that four metrics by two parameters need more than eight
// pairs, and that ten are enough.
func TestTenPairs(t *testing.T) {
	for file, want := range map[string]bool{"pairs.yaml": false, "pairs10.yaml": true} {
		var out, errs bytes.Buffer
		a := &app{stdout: &out, stderr: &errs, plugins: testPlugins()}
		root := a.root()
		root.SetArgs([]string{"-c", question(t, file), "stages.0.size.long=32", "--out", t.TempDir(), "--dry-run", "--json"})
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Fatalf("%s: %v %s", file, err, errs.String())
		}
		var plan struct {
			Trials []any
			Claims struct {
				Possible bool
				Text     string
			}
		}
		if err := json.Unmarshal(out.Bytes(), &plan); err != nil || len(plan.Trials) == 0 {
			t.Fatalf("%s: %v: %s", file, err, out.String())
		}
		if plan.Claims.Possible != want {
			t.Errorf("%s: claims are possible: %v, want %v: %s", file, plan.Claims.Possible, want, plan.Claims.Text)
		}
	}
}

// question writes a config of four metrics by two parameters that extends a file of
// configs, and returns its path.
func question(t *testing.T, extends string) string {
	t.Helper()
	folder, err := filepath.Abs("../configs")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "question.yaml")
	text := fmt.Sprintf(`experiment: question
extends: [%q]
sweep:
  metrics: [eval/content, eval/style, eval/noise, eval/palette]
  parameters:
    - {path: losses.style.weight, values: [1e2, 1e3]}
    - {path: losses.tv.weight, values: [10, 100]}
`, filepath.Join(folder, extends))
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}
