package experiments

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"runexp/framework/run"
	"runexp/framework/store/storetest"
)

// A resumed run has its inputs once, also if its parent stored them under the
// names of an earlier version.
func TestInputsOfAResumedRun(t *testing.T) {
	for name, renamed := range map[string][]string{
		"same names":    nil,
		"earlier names": {"UPDATE artifacts SET name = 'photograph.png' WHERE kind = 'content'", "UPDATE artifacts SET name = 'painting-1.png' WHERE kind = 'style'"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			s, err := d.plan(t, "sweep:\n  parameters: [{path: losses.style.weight, values: [10, 100]}]\n")
			if err != nil {
				t.Fatal(err)
			}
			attempt := func(ctx context.Context, watch run.Observer) (inputs []string, err error) {
				trial, err := d.prepare(t.Context(), s.Trials[0].Config)
				if err != nil {
					t.Fatal(err)
				}
				a, err := trial.Begin(t.Context(), d.store, false)
				if err != nil {
					t.Fatal(err)
				}
				_, err = a.Execute(ctx, watch)
				artifacts, listErr := d.store.Artifacts(t.Context(), a.Run.Number())
				if listErr != nil {
					t.Fatal(listErr)
				}
				for _, f := range artifacts {
					if f.Kind == "content" || f.Kind == "style" {
						inputs = append(inputs, fmt.Sprint(f.Kind, " ", f.Name))
					}
				}
				return inputs, err
			}
			ctx, stop := context.WithCancel(t.Context())
			inputs, err := attempt(ctx, stopping(2, stop))
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("stopped: %v", err)
			}
			want := []string{"content content.png", "style style-0.png"}
			if !slices.Equal(inputs, want) {
				t.Errorf("inputs %q, want %q", inputs, want)
			}
			if renamed != nil {
				if err := storetest.Exec(filepath.Join(d.dir, "runexp.db"), renamed...); err != nil {
					t.Fatal(err)
				}
				want = []string{"content photograph.png", "style painting-1.png"}
			}
			if inputs, err = attempt(t.Context(), deaf()); err != nil || !slices.Equal(inputs, want) {
				t.Errorf("resumed: inputs %q, want %q; %v", inputs, want, err)
			}
		})
	}
}
