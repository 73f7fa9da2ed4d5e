package initials_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/plugintest"
	"runexp/variables/initials"
	"runexp/variables/initials/details"
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
		"image: needs the file of the picture to start from":      image.Defaults(),
		"sigma: 0 is not a positive number":                       noise.Config{Unit: "levels"},
		"sigma: -1 is not a positive number":                      noise.Config{Sigma: -1, Unit: "levels"},
		"sigma: NaN is not a positive number":                     noise.Config{Sigma: math.NaN(), Unit: "levels"},
		"sigma: +Inf is not a positive number":                    noise.Config{Sigma: math.Inf(1), Unit: "levels"},
		`unit: unknown value "bytes" (known: deviations, levels)`: noise.Config{Sigma: 1, Unit: "bytes"},
	} {
		if err := options.Validate(); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := noise.Defaults().Validate(); err != nil {
		t.Error(err)
	}
}

// TestDetails: the means of the style images' colours, each image counting alike, plus the
// content's details, which are 0 for one colour.
func TestDetails(t *testing.T) {
	of := func(h, w int, r, g, b float32) *imaging.Image {
		m := imaging.New(h, w)
		for i := range m.Pix {
			m.Pix[i] = [3]float32{r, g, b}[i%3]
		}
		return m
	}
	content := of(8, 8, 0.5, 0.5, 0.5)
	content.Pix[3*(8*4+4)] = 1
	from := framework.Sources{Content: content, Styles: []*imaging.Image{of(5, 7, 0.2, 0, 1), of(30, 2, 0.4, 0.6, 0.5)}}
	i, err := details.New(details.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	m, err := i.Image(from, 8, 8, nil)
	if err != nil {
		t.Fatal(err)
	}
	mean := []float64{0.3, 0.3, 0.75}
	for k, u := range content.Details().Pix {
		if want := mean[k%3] + float64(u); math.Abs(float64(m.Pix[k])-want) > 1e-6 {
			t.Fatalf("element %d is %g, want %g", k, m.Pix[k], want)
		}
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

// TestNoiseInLevels: 0 to 255 minus the mean has the deviation sigma in every channel, as
// the programs of the field draw it.
func TestNoiseInLevels(t *testing.T) {
	for _, sigma := range []float64{0.001, 0.256, 90} { // johnson's, anishathalye's, gordic's
		i, err := noise.New(noise.Config{Sigma: sigma, Unit: "levels"})
		if err != nil {
			t.Fatal(err)
		}
		m, err := i.Image(framework.Sources{}, 100, 100, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		means := framework.ImageNet().Mean
		for c := range 3 {
			mean, square := 0.0, 0.0
			for k := c; k < len(m.Pix); k += 3 {
				x := 255 * (float64(m.Pix[k]) - means[c])
				mean, square = mean+x/1e4, square+x*x/1e4
			}
			if math.Abs(mean) > 0.05*sigma || math.Abs(math.Sqrt(square)/sigma-1) > 0.05 {
				t.Errorf("sigma %g: channel %d has mean %g, deviation %g", sigma, c, mean, math.Sqrt(square))
			}
		}
	}
}
