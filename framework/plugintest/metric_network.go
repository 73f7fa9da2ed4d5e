package plugintest

import (
	"math"

	"runexp/framework/compute"
	"runexp/framework/imaging"
	"runexp/framework/measure"
)

// metricLayer is the only layer of a fakeNetwork, and metricChannels its channels.
const (
	metricLayer    = "layer"
	metricChannels = 6
)

// A fakeNetwork provides features as a scorer's network does: in memory that the next image
// overwrites.
type fakeNetwork struct {
	kernels  compute.Kernels[float32]
	features measure.Features
}

func newFakeNetwork(k compute.Kernels[float32]) *fakeNetwork { return &fakeNetwork{kernels: k} }

// run returns m with features of half its size:
//
//	max(0, Σᵢ uᵢ sin(5·channel + 3·i))
//
// over the twelve numbers u of two by two pixels.
func (e *fakeNetwork) run(m *imaging.Image) *measure.Image {
	h, w := m.H/2, m.W/2
	if e.features.H != h || e.features.W != w {
		e.features = measure.Features{H: h, W: w, C: metricChannels, Values: make([]float32, h*w*metricChannels)}
	}
	for at := range e.features.Values {
		y, x, channel := at/metricChannels/w, at/metricChannels%w, at%metricChannels
		sum := 0.0
		for i := range 12 {
			row, column, colour := 2*y+i/6, 2*x+i/3%2, i%3
			sum += float64(m.Pix[(row*m.W+column)*imaging.Channels+colour]) * math.Sin(float64(5*channel+3*i))
		}
		e.features.Values[at] = float32(max(0, sum))
	}
	return measure.New(e.kernels, m.Pix, m.H, m.W, func(string) measure.Features { return e.features })
}
