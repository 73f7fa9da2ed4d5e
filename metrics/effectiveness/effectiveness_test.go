package effectiveness

import (
	"math"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/measure"
)

const channels, side = 12, 16

// image returns features that are factor times pseudo-random numbers; channel 3 is constant.
func image(factor float32) *measure.Image {
	f := measure.Features{H: side, W: side, C: channels, Values: make([]float32, side*side*channels)}
	for i := range f.Values {
		if i%channels != 3 {
			f.Values[i] = factor * float32(i*i*31%1009) / 1009
		}
	}
	return measure.New(compute.Plain[float32]{}, nil, 0, 0, func(string) measure.Features { return f })
}

// TestScaled: features s times as large have Σ = s²Σ' and μ = sμ', for which the divergence
// is ½(s²k + (s − 1)² Σ mᵢ²/λᵢ − k − k log s²) with the variances λ of the components and
// their means m.
func TestScaled(t *testing.T) {
	m := image(1).Moments("")
	p, err := newProjection(m, channels/2)
	if err != nil {
		t.Fatal(err)
	}
	k, means := float64(channels/2), 0.0
	for i, variance := range p.variances {
		along := 0.0
		for c, mean := range m.Mean {
			along += mean * p.basis.At(c, i)
		}
		means += along * along / variance
	}
	score, err := Metric{}.Prepare(image(1), "relu5_1")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []float64{0.5, 2, 3} {
		want := -math.Log((s*s*k + (s-1)*(s-1)*means - k - k*math.Log(s*s)) / 2)
		if got := score(image(float32(s))); math.Abs(got-want) > 1e-4 {
			t.Errorf("%g times the features: E is %g, want %g", s, got, want)
		}
	}
	if got := score(image(0)); math.IsInf(got, 0) || math.IsNaN(got) || got > 0 {
		t.Errorf("without features E is %g", got)
	}
	if _, err := (Metric{}).Prepare(image(0), "relu5_1"); err == nil {
		t.Error("a style image without variance is accepted")
	}
}

// TestComponents: k is the authors' for VGG-19 at 512×512 pixels, and less for narrower
// layers and smaller pictures.
func TestComponents(t *testing.T) {
	want := []int{32, 48, 128, 256, 256}
	widths := []int{64, 128, 256, 512, 512}
	for i, layer := range (Metric{}).Definition().Fixed {
		places := 512 >> i
		if got := count(layer, measure.Features{H: places, W: places, C: widths[i]}); got != want[i] {
			t.Errorf("%d components at %s, want %d", got, layer, want[i])
		}
	}
	if got := count("relu5_1", measure.Features{H: 8, W: 10, C: 512}); got != 20 {
		t.Errorf("%d components of 80 positions, want 20", got)
	}
	if got := count("relu1_1", measure.Features{H: 80, W: 80, C: 16}); got != 8 {
		t.Errorf("%d components of 16 channels, want 8", got)
	}
	if got := count("relu5_1", measure.Features{H: 1, W: 1, C: 512}); got != 1 {
		t.Errorf("%d components of one position, want 1", got)
	}
}
