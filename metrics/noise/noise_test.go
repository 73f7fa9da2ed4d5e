package noise

import (
	"math"
	"testing"
)

func TestFloor(t *testing.T) {
	if math.Abs(floor-1/math.Sqrt(12)) > 1e-16 {
		t.Errorf("the floor is %v", floor)
	}
}
