package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"runexp/experiments/pruners"
	"runexp/experiments/samplers"
	"runexp/framework"
	"runexp/framework/config"
	"runexp/metrics"
	"runexp/optimizers/schedules"
	"runexp/variables"
	"runexp/variables/initials"
)

// The plugins of these tests have the options of the real ones but do nothing.

type network struct {
	framework.Backbone
	layers []framework.Layer
}

func (n network) Layers() []framework.Layer { return n.layers }

// vgg19 is the printed network down to conv5_1: conv1_1 is layer 0, relu1_1 is 1.
func vgg19(networkOptions) (framework.Backbone, error) {
	var layers []framework.Layer
	add := func(format string, args ...any) {
		layers = append(layers, framework.Layer{Index: len(layers), Name: fmt.Sprintf(format, args...)})
	}
	for block, convolutions := range []int{2, 2, 4, 4, 1} {
		for i := range convolutions {
			add("conv%d_%d", block+1, i+1)
			add("relu%d_%d", block+1, i+1)
		}
		if block < 4 {
			add("pool%d", block+1)
		}
	}
	return network{layers: layers}, nil
}

type networkOptions struct {
	Weights       string `config:"weights,name or file"`
	Preprocessing string `config:"preprocessing"`
	Pooling       string `config:"pooling"`
	FeatureScale  string `config:"feature_scale"`
	Winograd      bool   `config:"winograd"`
}

func (o networkOptions) Validate() error {
	var problems []error
	if o.Pooling != "max" && o.Pooling != "average" {
		problems = append(problems, framework.Invalid("pooling", "must be max or average, not %q", o.Pooling))
	}
	if o.FeatureScale != "unit" && o.FeatureScale != "raw" {
		problems = append(problems, framework.Invalid("feature_scale", "must be unit or raw, not %q", o.FeatureScale))
	}
	return errors.Join(problems...)
}

type loss struct {
	framework.Loss
	roles []framework.Role
}

func (l loss) Roles() []framework.Role { return l.roles }

// Taps returns the picture, whatever the options.
func (l loss) Taps() []framework.Tap { return []framework.Tap{{Layer: framework.ImageTap, Weight: 1}} }

// regional is a loss that uses masks.
type regional struct{ loss }

func (regional) ReadsMasks() bool { return true }

type layersOptions struct {
	Layers []framework.LayerWeight `config:"layers"`
}

func (o *layersOptions) Validate() error {
	if len(o.Layers) == 0 {
		return framework.Invalid("layers", "needs at least one layer")
	}
	return nil
}

type noOptions struct{}

// sampledOptions has an option of each type.
type sampledOptions struct {
	Layers []framework.LayerWeight `config:"layers"`
	Kernel string                  `config:"kernel"`
	Scales []float64               `config:"scales"`
	Grid   grid                    `config:"grid"`
	Grids  []grid                  `config:"grids"`
	Mask   string                  `config:"mask,file"`
}

type grid struct {
	Rows   int  `config:"rows"`
	Jitter bool `config:"jitter"`
}

type optimizer struct{ framework.Optimizer }

type adamOptions struct {
	Beta1   float64 `config:"beta1"`
	Beta2   float64 `config:"beta2"`
	Epsilon float64 `config:"epsilon"`
}

type momentumOptions struct {
	Momentum float64 `config:"momentum"`
}

func (momentumOptions) DefaultRate() float64 { return 3 }

// plugins returns new registries of the plugins above.
func plugins() framework.Plugins {
	p := framework.Plugins{
		Backbones:  framework.NewRegistry[framework.Backbone]("backbone"),
		Losses:     framework.NewRegistry[framework.Loss]("loss"),
		Optimizers: framework.NewRegistry[framework.Optimizer]("optimizer"),
		Schedules:  schedules.Registry(),
		Variables:  variables.Registry(),
		Metrics:    metrics.Registry(),
		Initials:   initials.Registry(),
		Samplers:   samplers.Registry(),
		Pruners:    pruners.Registry(),
	}
	for _, name := range []string{"vgg19", "vgg19-lite"} {
		framework.Register(p.Backbones, name, "", func() networkOptions {
			return networkOptions{Pooling: "max", FeatureScale: "unit", Winograd: true}
		}, vgg19)
	}
	framework.Register(p.Losses, "content", "", func() layersOptions { return layersOptions{} },
		func(layersOptions) (framework.Loss, error) {
			return loss{roles: []framework.Role{framework.Content}}, nil
		})
	framework.Register(p.Losses, "gram", "", func() layersOptions { return layersOptions{} },
		func(layersOptions) (framework.Loss, error) {
			return loss{roles: []framework.Role{framework.Style}}, nil
		})
	framework.Register(p.Losses, "tv", "", func() aboutNoise { return aboutNoise{} },
		func(aboutNoise) (framework.Loss, error) { return loss{}, nil })
	framework.Register(p.Losses, "regional", "", func() noOptions { return noOptions{} },
		func(noOptions) (framework.Loss, error) { return regional{}, nil })
	framework.Register(p.Losses, "sampled", "", func() sampledOptions {
		return sampledOptions{
			Layers: []framework.LayerWeight{{Layer: "conv1_1", Weight: 7}, {Layer: "image", Weight: 9}},
			Kernel: "Gauss",
			Scales: []float64{1, 0.5},
			Grid:   grid{Rows: 4, Jitter: true},
			Grids:  []grid{{Rows: 4, Jitter: true}, {Rows: 2}},
		}
	}, func(sampledOptions) (framework.Loss, error) { return loss{}, nil })
	framework.Register(p.Optimizers, "adam", "", func() adamOptions { return adamOptions{0.9, 0.999, 1e-8} },
		func(adamOptions) (framework.Optimizer, error) { return optimizer{}, nil })
	framework.Register(p.Optimizers, "momentum", "", func() momentumOptions { return momentumOptions{0.9} },
		func(momentumOptions) (framework.Optimizer, error) { return optimizer{}, nil })
	return p
}

// loader returns a loader of those plugins and of the repository's preset d2l-gluon, which
// needs no others.
func loader() *config.Loader {
	data, err := os.ReadFile("../../configs/presets/d2l-gluon.yaml")
	if err != nil {
		panic(err)
	}
	return &config.Loader{Plugins: plugins(), Presets: fstest.MapFS{"d2l-gluon.yaml": {Data: data}}, WorkDir: "testdata"}
}

// write writes a config into a new folder with the images photo.png and painting.png,
// and returns its path.
func write(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string]string{"x.yaml": text, "photo.png": "", "painting.png": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "x.yaml")
}

// aboutNoise is the options of a loss that a question about noise sweeps.
type aboutNoise struct{}

func (aboutNoise) QuestionMetrics() []string { return []string{"eval/noise"} }
