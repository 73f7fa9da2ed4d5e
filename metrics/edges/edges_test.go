package edges

import (
	"testing"

	"runexp/framework/measure"
)

// TestNoEdges: where the correlation is undefined.
func TestNoEdges(t *testing.T) {
	flat, corner := measure.NewPlane(12, 12), measure.NewPlane(12, 12)
	corner.Row(3)[4] = 1
	none, some := sobel(flat), sobel(corner)
	if got := correlation(none, none); got != 1 {
		t.Errorf("no edges in both: %g, want 1", got)
	}
	if got := correlation(none, some); got != 0 {
		t.Errorf("no edges in one: %g, want 0", got)
	}
}
