package run

import (
	"context"
	"strings"
	"testing"

	"runexp/framework/compute"
)

func TestPredictions(t *testing.T) {
	p, err := Prepare(experiment(t), plugins(), compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	predictions, err := p.PredictMemory()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.PredictTime(context.Background(), predictions); err != nil {
		t.Fatal(err)
	}
	if len(predictions) != 2 {
		t.Fatalf("%d predictions of 2 stages", len(predictions))
	}
	small, large := predictions[0], predictions[1]
	if small.Stage.Height != 18 || large.Stage.Height != 36 {
		t.Errorf("stages %+v and %+v", small.Stage, large.Stage)
	}
	// Twice four channels at the size of the picture, and the picture's own arrays.
	pixels := int64(36 * 48)
	if least := processBaseline + 4*pixels*(2*4+3*p.pictureArrays(1)); large.Bytes < least || small.Bytes >= large.Bytes {
		t.Errorf("%d bytes and %d bytes, want at least %d", small.Bytes, large.Bytes, least)
	}
	if len(large.Filters) != 2 || large.Baseline != processBaseline+p.held+4*3*pixels*p.pictureArrays(1) {
		t.Errorf("%d filters, %d bytes at rest", len(large.Filters), large.Baseline)
	}
	if small.Took <= 0 || small.Longest != 6*small.Took { // 5 iterations and the last row
		t.Errorf("%v each, %v in all", small.Took, small.Longest)
	}
	if large.Longest != 7*large.Took { // 6 evaluations and the last row
		t.Errorf("%v each, %v in all", large.Took, large.Longest)
	}
}

func TestLargestWithin(t *testing.T) {
	e := experiment(t)
	e.Stages[1].Size.Scale = 100 // 1800×2400
	p, err := Prepare(e, plugins(), compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := p.memoryAt(1, 1800, 2400)
	if err != nil {
		t.Fatal(err)
	}
	h, w, err := p.LargestWithin(1, whole.Bytes/2)
	if err != nil {
		t.Fatal(err)
	}
	fits, err := p.memoryAt(1, h, w)
	if err != nil {
		t.Fatal(err)
	}
	if ratio := float64(fits.Bytes) / float64(whole.Bytes/2); ratio > 1.02 || ratio < 0.95 {
		t.Errorf("%d×%d takes %.2f of the available memory", h, w, ratio)
	}
	if h, w, err = p.LargestWithin(1, 1<<20); err != nil || h != 0 || w != 0 {
		t.Errorf("%d×%d within a megabyte, %v", h, w, err)
	}
}

// An image that does not fit into memory is refused from its header, and the decoding of
// large ones counts in every stage's peak.
func TestPredictionsCountDecoding(t *testing.T) {
	e := experiment(t)
	w := NewPreparer(plugins(), compute.Plain[float32]{})
	w.FreeMemory = func() (int64, bool) { return 1000, true }
	if _, err := w.Prepare(e); err == nil || !strings.Contains(err.Error(), "content.image") || !strings.Contains(err.Error(), "to decode 30×40 pixels takes") {
		t.Errorf("with 1000 bytes of memory: %v", err)
	}
	e.Content.Image = writeImage(t, "large.png", 1000, 1500)
	p, err := Prepare(e, plugins(), compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	predictions, err := p.PredictMemory()
	if err != nil {
		t.Fatal(err)
	}
	const floats = 12 * 1000 * 1500
	for _, s := range predictions {
		if s.Bytes < processBaseline+floats*5/4 || s.Baseline < processBaseline+floats {
			t.Errorf("%d bytes, %d at rest, the content image alone takes %d", s.Bytes, s.Baseline, floats)
		}
	}
}

// TestGrowth: by the arithmetic, or by the pixels if there is none.
func TestGrowth(t *testing.T) {
	if got := growth(2, 6, 100, 500); got != 3 {
		t.Errorf("three times the arithmetic takes %g times as long", got)
	}
	if got := growth(0, 0, 100, 500); got != 5 {
		t.Errorf("five times the pixels take %g times as long", got)
	}
}
