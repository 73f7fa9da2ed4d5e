package initials_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"runexp/framework"
	"runexp/framework/plugintest"
	"runexp/variables/initials"
	"runexp/variables/initials/image"
	"runexp/variables/initials/noise"
)

// TestContract runs the suite on every initial value, with options where the defaults are
// not valid.
func TestContract(t *testing.T) {
	needs := map[string]any{"image": &image.Config{Image: "start.png"}}
	registry := initials.Registry()
	for _, name := range registry.Names() {
		plugin, err := registry.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		options := needs[name]
		if options == nil {
			options = plugin.Options()
		}
		i, err := plugin.New(options)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { plugintest.Initial(t, i) })
	}
}

// TestOptions: the error for a bad option names it.
func TestOptions(t *testing.T) {
	for want, options := range map[string]framework.Validator{
		"image: needs the file of the picture to start from": image.Defaults(),
		"sigma: 0 is not a positive number":                  noise.Config{},
		"sigma: -1 is not a positive number":                 noise.Config{Sigma: -1},
		"sigma: NaN is not a positive number":                noise.Config{Sigma: math.NaN()},
		"sigma: +Inf is not a positive number":               noise.Config{Sigma: math.Inf(1)},
	} {
		if err := options.Validate(); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := noise.Defaults().Validate(); err != nil {
		t.Error(err)
	}
}

// TestNoise: mean and deviation are 0 and sigma in ImageNet's normalisation.
func TestNoise(t *testing.T) {
	i, err := noise.New(noise.Config{Sigma: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	m, err := i.Image(framework.Sources{}, 100, 100, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	space := framework.ImageNet()
	for c := range 3 {
		sum, squares := 0.0, 0.0
		for k := c; k < len(m.Pix); k += 3 {
			z := (float64(m.Pix[k]) - space.Mean[c]) / space.Std[c]
			sum, squares = sum+z, squares+z*z
		}
		n := float64(len(m.Pix) / 3)
		if mean, deviation := sum/n, math.Sqrt(squares/n); math.Abs(mean) > 0.02 || math.Abs(deviation-0.5) > 0.02 {
			t.Errorf("channel %d: mean %g and deviation %g, want 0 and 0.5", c, mean, deviation)
		}
	}
}
