package frechet

import (
	"math"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/measure"
)

// TestDeadChannels: a layer with constant channels, and more channels than positions.
func TestDeadChannels(t *testing.T) {
	const channels, places = 12, 5
	f := measure.Features{H: 1, W: places, C: channels, Values: make([]float32, channels*places)}
	for i := range f.Values {
		if c := i % channels; c != 3 && c != 7 {
			f.Values[i] = float32(i*i*31%17) / 17
		}
	}
	see := func() *measure.Image {
		return measure.New(compute.Plain[float32]{}, nil, 0, 0, func(string) measure.Features { return f })
	}
	score, err := Metric{}.Prepare(see(), "layer")
	if err != nil {
		t.Fatal(err)
	}
	if got := score(see()); got > 1e-12 {
		t.Errorf("the distance to itself is %g", got)
	}
	// With twice the features the mean and the root of the covariance double: the distance
	// is that of the features to 0.
	for i := range f.Values {
		f.Values[i] *= 2
	}
	if got := score(see()); math.Abs(got-1) > 1e-5 {
		t.Errorf("the distance to twice the features is %g, want 1", got)
	}
}
