package mountain

import "testing"

// Rivers leave no pits: water runs from every place downhill to the lake or to
// the land's edge.
func TestWaterFindsTheLake(t *testing.T) {
	land := newTerrain(64, 1)
	n := land.n
	to := make([]int, n*n)
	order := land.flood(to)
	if len(order) != n*n {
		t.Fatalf("the flood reached %d cells of %d", len(order), n*n)
	}
	top := 0.0
	for _, at := range order {
		top = max(top, land.h[at])
		if to[at] == at {
			if land.h[at] != 0 {
				t.Fatalf("outlet %d lies at %g km", at, land.h[at])
			}
			continue
		}
		if land.h[at] <= land.h[to[at]] {
			t.Fatalf("cell %d at %g km does not run down to %d at %g km", at, land.h[at], to[at], land.h[to[at]])
		}
	}
	if top != highest {
		t.Errorf("the summit is %g km high, want %g", top, highest)
	}
}
