package reports

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"runexp/framework/imaging"
	"runexp/framework/store"
)

// addPicture stores a picture of a run.
func addPicture(t *testing.T, r *store.Run, kind, name string, step, h, w int) {
	t.Helper()
	m := imaging.New(h, w)
	m.Pix[0] = float32(step) / 100 // no two are the same
	var file bytes.Buffer
	if err := imaging.EncodePNG(&file, m, nil); err != nil {
		t.Fatal(err)
	}
	err := r.Artifact(t.Context(), store.Artifact{Kind: kind, Name: name, Step: step, MIME: "image/png", Width: w, Height: h, Data: file.Bytes()})
	if err != nil {
		t.Fatal(err)
	}
}

// The inputs come first, then the pictures by step, evenly chosen, each with the
// loss of its row.
func TestStrip(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	run := recorded(t, s, 1, func(r *store.Run) error {
		addPicture(t, r, "picture", "step-000001.png", 1, 4, 6)
		addPicture(t, r, "picture", "stage-1.png", 2, 4, 6)
		addPicture(t, r, "picture", "step-000003.png", 3, 8, 12)
		addPicture(t, r, "picture", "picture.png", 4, 8, 12)
		addPicture(t, r, "picture", "last.png", 9, 8, 12) // without a row
		addPicture(t, r, "style", "painting.jpg", 0, 9, 5)
		addPicture(t, r, "content", "photo.jpg", 0, 5, 9)
		addPicture(t, r, "plot", "losses.png", 4, 5, 9)
		return nil
	})
	for most, want := range map[int][]string{
		9: {
			"content, 5×9", "style, 9×5", "step 1, loss 9, 4×6", "stage 1, step 2, loss 8, 4×6",
			"step 2, loss 7, 8×12", "result, step 3, loss 6, 8×12", "last, step 8, 8×12",
		},
		3: {"content, 5×9", "style, 9×5", "step 1, loss 9, 4×6", "step 2, loss 7, 8×12", "last, step 8, 8×12"},
		1: {"content, 5×9", "style, 9×5", "last, step 8, 8×12"},
	} {
		frames, err := Strip(ctx, s, run.Number, most)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range frames {
			got = append(got, strings.Join(f.Caption, ", "))
			if f.Input != slices.Contains([]string{"content", "style"}, f.Caption[0]) {
				t.Errorf("%q is an input: %v", f.Caption, f.Input)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("at most %d:\n got %q\nwant %q", most, got, want)
		}
	}
	if kept, err := HasIntermediate(ctx, s, run.Number); !kept || err != nil {
		t.Errorf("intermediate pictures: %v, %v", kept, err)
	}
	none := recorded(t, s, 1, nil)
	if _, err := Strip(ctx, s, none.Number, 3); !errors.Is(err, ErrNoPictures) {
		t.Errorf("no pictures: %v", err)
	}
	if kept, err := HasIntermediate(ctx, s, none.Number); kept || err != nil {
		t.Errorf("intermediate pictures: %v, %v", kept, err)
	}
}

func TestEvenly(t *testing.T) {
	list := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	for n, want := range map[int]string{0: "[]", 1: "[9]", 2: "[0 9]", 4: "[0 3 6 9]", 5: "[0 2 5 7 9]", 10: fmt.Sprint(list), 99: fmt.Sprint(list)} {
		if got := fmt.Sprint(Evenly(list, n)); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestLossText(t *testing.T) {
	for v, want := range map[float64]string{0.0123456: "0.01235", 324.013: "324", 1034.4: "1034", 451234.6: "451235", 4.5e7: "4.5e+07", 1e-9: "1e-09"} {
		if got := lossText(v); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
}
