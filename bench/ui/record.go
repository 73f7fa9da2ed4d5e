package main

import (
	"context"
	"fmt"

	"runexp/framework/store"
	"runexp/framework/store/record"
)

// inputs returns the paths of the content image and the style image.
func (j job) inputs() []string {
	e := j.trial.Config.Experiment
	return []string{e.Content.Image, e.Style[0].Image}
}

// record writes a run as package trial does.
func (f *filler) record(ctx context.Context, j job, made invented) error {
	n, err := j.newRun()
	if err != nil {
		return err
	}
	run, err := f.Begin(ctx, n)
	if err != nil {
		return err
	}
	for i, path := range j.inputs() {
		input := store.Artifact{Kind: "content", Name: "content.png", MIME: "image/png", Data: f.images[path], Width: pictureWidth, Height: pictureHeight}
		if i > 0 {
			input.Kind, input.Name = "style", "style-0.png"
		}
		if err := run.Artifact(ctx, input); err != nil {
			return err
		}
	}
	stage := record.Stage{Stage: 1, Height: pictureHeight, Width: pictureWidth}
	if err := run.Event(ctx, stage.Kind(), 0, stage); err != nil {
		return err
	}
	for step, values := range made.steps {
		if err := run.Log(ctx, step, values); err != nil {
			return err
		}
		f.values += len(values)
	}
	if err := run.Artifact(ctx, made.picture); err != nil {
		return err
	}
	f.made++
	if len(made.scores) > 0 {
		if err := f.Score(ctx, run.Number(), j.plan.Scorer.Stored(), made.scores); err != nil {
			return err
		}
	}
	if made.status == store.Lost {
		return run.Flush(ctx)
	}
	return run.Finish(ctx, made.status, made.message)
}

// newRun returns the record of a job's run.
func (j job) newRun() (store.NewRun, error) {
	t := j.trial
	e := t.Config.Experiment
	n := store.NewRun{
		Experiment: e.Name, ConfigWritten: string(t.Config.Written), ConfigResolved: t.YAML, Seed: e.Seed, TrialHash: t.Hash,
		Env: append(j.plan.Scorer.Facts(),
			store.Fact{Name: "version/runexp", Value: "made up by bench/ui"},
			store.Fact{Name: "machine/cpu", Value: "none"},
			store.Fact{Name: "kernels/variant", Value: "none"}),
	}
	for path, sum := range t.Files {
		n.Env = append(n.Env, store.Fact{Name: "sha256/" + path, Value: sum})
	}
	for _, s := range t.Settings {
		n.Overrides = append(n.Overrides, s.Path+"="+s.Text)
	}
	params, err := t.Config.Params()
	for _, p := range params {
		value, problem := p.JSON()
		if problem != nil {
			return n, fmt.Errorf("%s: %w", p.Path, problem)
		}
		n.Params = append(n.Params, store.Param{Path: p.Path, Value: value})
	}
	return n, err
}
