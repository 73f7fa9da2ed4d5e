package trial

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"runexp/experiments/plan"
	"runexp/experiments/testbed"
	"runexp/framework/run"
	"runexp/framework/store/storetest"
)

// A resumed run has each input once, even if its parent stored them under the names of an
// earlier version.
func TestInputsOfAResumedRun(t *testing.T) {
	for name, c := range map[string]struct{ renames, want []string }{
		"same names": {nil, []string{"content content.png", "style style-0.png"}},
		"earlier names": {
			[]string{"UPDATE artifacts SET name = 'photograph.png' WHERE kind = 'content'", "UPDATE artifacts SET name = 'painting-1.png' WHERE kind = 'style'"},
			[]string{"content photograph.png", "style painting-1.png"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := testbed.New(t)
			p, err := plan.NewPlanner(b.Plugins, b.Engine).New(t.Context(), b.Load(t, ""), plan.Options{})
			if err != nil {
				t.Fatal(err)
			}
			attempt := func(ctx context.Context, watch run.Observer) (inputs []string, err error) {
				began := func(plan.Trial, Start) run.Observer { return watch }
				runner, err := NewRunner(p, b.Store, Options{Out: filepath.Join(b.Dir, "runs"), NewObserver: began})
				if err != nil {
					t.Fatal(err)
				}
				o := runner.Run(ctx, p.Trials[0])
				artifacts, err := b.Store.Artifacts(t.Context(), o.Run.Number)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range artifacts {
					if f.Kind == "content" || f.Kind == "style" {
						inputs = append(inputs, f.Kind+" "+f.Name)
					}
				}
				return inputs, o.Err
			}
			ctx, stop := context.WithCancel(t.Context())
			inputs, err := attempt(ctx, stopAt(2, stop))
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("stopped: %v", err)
			}
			if want := []string{"content content.png", "style style-0.png"}; !slices.Equal(inputs, want) {
				t.Errorf("inputs %q, want %q", inputs, want)
			}
			if err := storetest.Exec(filepath.Join(b.Dir, "runexp.db"), c.renames...); err != nil {
				t.Fatal(err)
			}
			ignore := run.ObserverFunc(func(run.Event) error { return nil })
			if inputs, err := attempt(t.Context(), ignore); err != nil || !slices.Equal(inputs, c.want) {
				t.Errorf("resumed: inputs %q, want %q; %v", inputs, c.want, err)
			}
		})
	}
}
