package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"runexp/framework/imaging"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// recorder is the run.Observer that records a run: values and pictures in the store,
// pictures and checkpoints in the run's folder.
type recorder struct {
	*attempt
	ctx   context.Context   // for recording: not cancelled by the signal that stops the run
	text  map[string]string // every PNG's metadata
	begin int               // the first step that is not inherited
	final string            // path of the final picture
	last  run.Picture       // the final picture
	prune func(error)       // stops the run

	unscored error // why the final picture has no scores
	flaw     *record.Flaw
	step     int // of the last row

	evals evaluations

	checkpointed time.Time // when a checkpoint was last tried
	resumesAt    string    // position of the last checkpoint; "" for none
}

// newRecorder returns a recorder of the run; prune stops the run.
func (a *attempt) newRecorder(ctx context.Context, prune func(error)) *recorder {
	r := &recorder{attempt: a, ctx: ctx, prune: prune, checkpointed: time.Now(), text: map[string]string{
		"Software":          "runexp " + a.options.Version,
		"runexp.run":        a.run.UID().String(),
		"runexp.experiment": a.trial.Config.Experiment.Name,
	}}
	if a.start.From != nil {
		r.evals = a.evals
		r.begin, r.resumesAt = a.start.From.checkpoint.state.Step, position(a.start.From.checkpoint.state)
	}
	return r
}

var _ run.Observer = (*recorder)(nil)

// event records an event of the run.
func (a *attempt) event(ctx context.Context, step int, e record.Event) error {
	return a.run.Event(ctx, e.Kind(), step, e)
}

// Observe records an event.
func (r *recorder) Observe(e run.Event) error {
	switch e := e.(type) {
	case run.Stage:
		return r.stage(e)
	case run.Row:
		return r.row(e)
	case run.Picture:
		return r.picture(e)
	case run.Rollback:
		return r.rollback(e)
	case run.Regions:
		return r.regions(e)
	case run.SafePoint:
		return r.checkpoint(e.State, e.Last)
	}
	return nil
}

// stage records the start of a stage, unless it is inherited.
func (r *recorder) stage(s run.Stage) error {
	if s.Step < r.begin {
		return nil
	}
	return r.event(r.ctx, s.Step, record.Stage{Stage: s.Index + 1, Height: s.Height, Width: s.Width})
}

// row records loss/total, loss/<name>, loss/<name>/<term>, the evaluations so far over
// all stages and, unless it is a stage's last row, the iteration's time and rate.
func (r *recorder) row(row run.Row) error {
	r.step = row.Step
	values := []store.Value{{Name: "loss/total", Value: row.Total}}
	sums := map[string]int{} // position in values
	for _, t := range row.Terms {
		name := "loss/" + t.Loss
		at, seen := sums[name]
		if !seen {
			at = len(values)
			sums[name] = at
			values = append(values, store.Value{Name: name})
		}
		values[at].Value += t.Weight * t.Value
		values = append(values, store.Value{Name: name + "/" + t.Name, Value: t.Value})
	}
	values = append(values, store.Value{Name: "evaluations", Value: float64(r.evals.countTo(row))})
	if !row.Last {
		values = append(values,
			store.Value{Name: "time/iteration", Value: row.Took.Seconds()},
			store.Value{Name: "rate", Value: row.Rate})
	}
	if !row.Last {
		r.pruneBy(row.Stage, row.Step, row.Iteration, values)
	}
	if row.Stalled {
		event := record.Standstill{Stage: row.Stage + 1, Iteration: row.Iteration, Evaluations: row.Evals, Why: run.NoDescent}
		if err := r.event(r.ctx, row.Step, event); err != nil {
			return err
		}
	}
	return r.run.Log(r.ctx, row.Step, values)
}

// FinalPicture is the name of a run's final picture in its folder.
const FinalPicture = "picture.png"

// RegionsPicture is the name of the picture of the regions that a run has found.
const RegionsPicture = "regions.png"

// picture stores a picture, or scores one that was made for that.
func (r *recorder) picture(p run.Picture) error {
	if p.Kind == "sample" {
		return r.sample(p)
	}
	made := p.Step - p.Stage // earlier stages have one row more than iterations
	name := map[string]string{
		"intermediate": fmt.Sprintf("step-%06d.png", made),
		"stage":        fmt.Sprintf("stage-%d.png", p.Stage+1),
		"final":        FinalPicture,
		"last":         "last.png",
	}[p.Kind]
	text := map[string]string{"runexp.step": fmt.Sprint(made)}
	for k, v := range r.text {
		text[k] = v
	}
	var png bytes.Buffer
	if err := imaging.EncodePNG(&png, p.Image, text); err != nil {
		return err
	}
	err := r.run.Artifact(r.ctx, store.Artifact{
		Kind: "picture", Name: name, Stage: p.Stage + 1, Step: p.Step, MIME: "image/png",
		Data: png.Bytes(), Width: p.Image.W, Height: p.Image.H,
	})
	if err != nil {
		return err
	}
	if err := r.write(r.ctx, name, png.Bytes()); err != nil {
		return err
	}
	if p.Kind == "final" {
		r.final, r.last = filepath.Join(r.folder, name), p
	}
	return nil
}

// regions stores the picture of the regions that the run has found. A resumed run finds the
// same, so that it replaces an inherited one.
func (r *recorder) regions(found run.Regions) error {
	const name = RegionsPicture
	var png bytes.Buffer
	if err := imaging.EncodePNG(&png, found.Image, nil); err != nil {
		return err
	}
	err := r.run.Artifact(r.ctx, store.Artifact{
		Kind: "regions", Name: name, MIME: "image/png", Data: png.Bytes(), Width: found.Image.W, Height: found.Image.H,
	})
	if err != nil {
		return err
	}
	return r.write(r.ctx, name, png.Bytes())
}

func (r *recorder) rollback(b run.Rollback) error {
	event := record.Rollback{Stage: b.Stage + 1, Iteration: b.Iteration, Loss: b.Loss, Factor: b.Factor, Why: b.Why}
	if math.IsNaN(b.Loss) || math.IsInf(b.Loss, 0) {
		event.Loss = fmt.Sprint(b.Loss)
	}
	return r.event(r.ctx, b.Step, event)
}

// flushTimeout is how long a checkpoint waits for the store: long enough for its
// retries on a full disk, short if another program has it locked.
const flushTimeout = 3 * time.Second

// checkpoint writes a checkpoint if one is due or it is the last opportunity. All rows
// before it are flushed to the store first. If the store is locked, or already failed
// as the run stops, the older checkpoint stays.
func (r *recorder) checkpoint(s run.State, leaving bool) error {
	if r.every == 0 || !leaving && time.Since(r.checkpointed) < r.every {
		return nil
	}
	defer func() { r.checkpointed = time.Now() }()
	ctx, cancel := context.WithTimeout(r.ctx, flushTimeout)
	defer cancel()
	if err := r.run.Flush(ctx); err != nil {
		if leaving || errors.Is(err, store.ErrBusy) {
			return nil
		}
		return err
	}
	kernels, _ := r.plan.Kernels()
	c := checkpoint{trial: r.trial.Hash, kernels: kernels, version: r.options.Version, state: s}
	if err := retryWrite(r.ctx, func() error { return c.write(checkpointFile(r.folder)) }); err != nil {
		return fmt.Errorf("%w; checkpoint.every=0s disables checkpoints", err)
	}
	r.resumesAt = position(s)
	return nil
}

// position names the stage and iteration of a state.
func position(s run.State) string {
	return fmt.Sprintf("iteration %d of stage %d", s.Iteration, s.Stage+1)
}

// resumeHint says where the same command will resume the stopped run.
func (r *recorder) resumeHint() string {
	if r.resumesAt == "" {
		return "there is no checkpoint, so the same command starts over"
	}
	return "the same command resumes at " + r.resumesAt
}

// all returns an observer that passes events to each of several in turn.
func all(observers ...run.Observer) run.Observer {
	return run.ObserverFunc(func(e run.Event) error {
		for _, o := range observers {
			if err := o.Observe(e); err != nil {
				return err
			}
		}
		return nil
	})
}
