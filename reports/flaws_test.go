package reports

import (
	"strings"
	"testing"

	"runexp/framework/store"
	"runexp/framework/store/record"
)

// What is wrong with pictures is read from events: the last of each run, escaped, and
// nothing of what is no flaw. A strip names it below the result.
func TestFlaws(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	event := func(r *store.Run, kind string, data any) {
		t.Helper()
		if err := r.Event(ctx, kind, 4, data); err != nil {
			t.Fatal(err)
		}
	}
	flawed := recorded(t, s, 1, func(r *store.Run) error {
		addPicture(t, r, "picture", "stage-1.png", 2, 4, 6)
		addPicture(t, r, "picture", "picture.png", 4, 8, 12)
		event(r, "flaw", record.Flaw{Flaw: "black"})
		event(r, "flaw", record.Flaw{Flaw: "grey", What: "hardly\n\x1b[31m varies", Cause: "tv", Change: "losses.tv.weight=1"})
		return nil
	})
	other := recorded(t, s, 1, func(r *store.Run) error {
		event(r, "flaw", []int{1})
		event(r, "stage", record.Stage{Stage: 1})
		return nil
	})
	flaws, err := Flaws(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	if f, has := flaws[other.Number]; has || len(flaws) != 1 {
		t.Errorf("%+v, %+v", f, flaws)
	}
	if got, want := flaws[flawed.Number].String(), "the picture is grey: it hardly\\n\\x1b[31m varies\n  likely cause: tv; try losses.tv.weight=1"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	frames, err := Strip(ctx, s, flawed.Number, 9)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range frames {
		if got := strings.Contains(strings.Join(f.Caption, ", "), "grey"); got != (i == len(frames)-1) {
			t.Errorf("frame %d: %q", i, f.Caption)
		}
	}
}
