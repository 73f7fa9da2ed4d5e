package experiments

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"runexp/experiments/trial"
	"runexp/framework/store"
)

// A run that is refused is stopped, with all that it has recorded, and one that is not has finished.
func TestCommit(t *testing.T) {
	b := newBed(t)
	p, err := b.plan(t, "")
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("another task has it")
	var asked []store.RunRef
	commit := func(ctx context.Context, ref store.RunRef, status store.Status, message string) error {
		asked = append(asked, ref)
		if status != store.Finished || message != "" {
			t.Errorf("%s, %q", status, message)
		}
		values, err := b.Store.Series(ctx, ref.Number, "loss/total") // nothing is left to be written
		made, findErr := b.Store.FindRun(ctx, ref.UID.String())
		if err = errors.Join(err, findErr); err != nil || len(values) != 5 || made.Status != store.Running {
			t.Errorf("%d rows, %s, %v", len(values), made.Status, err)
		}
		if len(asked) == 1 {
			return refused
		}
		return nil
	}
	runner, err := trial.NewRunner(p, b.Store, trial.Options{Out: filepath.Join(b.Dir, "runs"), Commit: commit})
	if err != nil {
		t.Fatal(err)
	}
	first := runner.Run(t.Context(), p.Trials[0])
	if first.Status != store.Killed || !errors.Is(first.Err, refused) || first.Fatal {
		t.Errorf("%+v", first)
	}
	second := runner.Run(t.Context(), p.Trials[0])
	if second.Status != store.Finished || second.Err != nil {
		t.Errorf("%+v", second)
	}
	if !slices.Equal(asked, []store.RunRef{first.Run, second.Run}) {
		t.Errorf("asked about %v", asked)
	}
	made, err := b.Store.FindRun(t.Context(), first.Run.UID.String())
	if err != nil || made.Status != store.Killed || made.Message != refused.Error() {
		t.Errorf("%+v, %v", made, err)
	}
}
