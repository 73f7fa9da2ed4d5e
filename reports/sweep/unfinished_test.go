package sweep

import (
	"fmt"
	"strings"
	"testing"

	"runexp/framework/store"
)

// Of a metric that nothing changes the report says so once all trials have finished, and
// never before: not of a tenth, of a half, of all but one, of one level or of one pair.
func TestNoEffectOfAnUnfinishedSweep(t *testing.T) {
	all := func(int) bool { return true }
	for name, c := range map[string]struct {
		finished func(trial int) bool
		status   store.Status // of the others
	}{
		"all": {all, ""}, "none": {func(int) bool { return false }, neverBegun},
		"a tenth": {func(i int) bool { return i < 5 }, neverBegun}, "half": {func(i int) bool { return i%2 == 0 }, neverBegun},
		"all but one": {func(i int) bool { return i != 20 }, store.Failed}, "all but one killed": {func(i int) bool { return i != 47 }, store.Killed},
		"one level": {func(i int) bool { return i < 24 }, neverBegun}, "one pair": {func(i int) bool { return i%8 == 3 }, neverBegun},
		"all but one pruned": {func(i int) bool { return i != 9 }, store.Pruned},
	} {
		t.Run(name, func(t *testing.T) {
			f := fixture{ends: ending{}}
			for i := range 48 {
				if !c.finished(i) {
					f.ends[i] = c.status
				}
			}
			s := openTest(t)
			w := f.make(t, s)
			w.Metrics = []string{"eval/mine"} // which is the same everywhere
			y, err := Read(t.Context(), s, w, nil)
			if err != nil {
				t.Fatal(err)
			}
			blocks, err := y.answers()
			if err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprintf("%+v", blocks)
			if got, want := strings.Contains(text, "did not change"), name == "all"; got != want {
				t.Errorf("said to have no effect: %t; %s", got, text)
			}
		})
	}
}
