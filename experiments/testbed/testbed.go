// Package testbed has what tests of experiments need: two small images, a config that
// uses them, plugins and a store, in a folder of the test's own.
package testbed

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp"
	"runexp/backbones"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/imaging"
	"runexp/framework/store"
	"runexp/framework/weights"
)

// A Bed is a folder with a store and two images, content.png and style.png.
type Bed struct {
	Plugins framework.Plugins
	Engine  *compute.Engine
	Store   *store.Store
	Dir     string
}

// Plugins returns the built-in plugins, with backbones that find only embedded weights.
func Plugins() framework.Plugins {
	p := runexp.Builtin()
	p.Backbones = backbones.Registry(weights.Places{})
	return p
}

// New returns a Bed with an engine of one thread. It is closed when the test ends.
func New(t *testing.T) Bed {
	t.Helper()
	b := Bed{Plugins: Plugins(), Dir: t.TempDir()}
	for name, texture := range map[string]float32{"content.png": 7, "style.png": 11} {
		m := imaging.New(24, 32)
		for i := range m.Pix {
			m.Pix[i] = 0.5 + texture*float32((i*i)%13-6)/200
		}
		if err := imaging.WriteFile(filepath.Join(b.Dir, name), m, nil); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if b.Engine, err = compute.NewEngine(compute.Options{Threads: 1, ISA: os.Getenv("RUNEXP_ISA")}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Engine.Close)
	if b.Store, err = store.Open(t.Context(), filepath.Join(b.Dir, "runexp.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Store.Close() })
	return b
}

// Load loads an experiment of the two images with section appended; edits are
// pairs of old and new text.
func (b Bed) Load(t *testing.T, section string, edits ...string) *config.Resolved {
	t.Helper()
	path := filepath.Join(b.Dir, "x.yaml")
	text := `experiment: x
content: content.png
style: style.png
backbone: {name: vgg19-lite}
losses:
  - {type: content, layers: [relu2_1]}
  - {name: style, type: gram, layers: [relu1_1], weight: 100}
stages: [{size: {height: 24}, iterations: 4, optimizer: {name: adam, lr: 0.05}}]
` + section
	if err := os.WriteFile(path, []byte(strings.NewReplacer(edits...).Replace(text)), 0o600); err != nil {
		t.Fatal(err)
	}
	l := config.Loader{Plugins: b.Plugins, WorkDir: b.Dir}
	r, err := l.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
