package mlflow

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/store"
	"runexp/reports/export"
)

// The tags by which a run is found again, and is known to be complete: that of everything
// that was written.
const (
	uidTag  = "runexp.uid"
	doneTag = "runexp.exported"
)

// form is part of the digest of a run: a program that writes something else has another.
const form = 1

// run writes one run into an experiment, or where it is already: what it is, its values, its pictures, and last that it is complete.
func (w *writer) run(ctx context.Context, experiment string, run export.Run) error {
	artifacts, err := w.artifacts(ctx, run)
	if err != nil {
		return err
	}
	digest, err := digestOf(run, artifacts)
	if err != nil {
		return err
	}
	there, found, err := w.find(ctx, experiment, run.UID.String())
	if err != nil {
		return err
	}
	if found && valueOf(there.Data.Tags, doneTag) == digest {
		w.report.Unchanged++
		return nil
	}
	if !found {
		id, err := w.makeExperiment(ctx, experiment)
		if err != nil {
			return err
		}
		if there, err = w.create(ctx, id, run); err != nil {
			return err
		}
	}
	env, err := w.from.Store.Env(ctx, run.Number)
	if err != nil {
		return err
	}
	if err := w.texts(ctx, there, params(run, there), tags(run, env)); err != nil {
		return err
	}
	if err := w.metrics(ctx, run, there); err != nil {
		return err
	}
	if err := w.upload(ctx, run, there.Info.Artifacts, artifacts); err != nil {
		return err
	}
	update := map[string]any{"run_id": there.Info.ID, "status": statusOf(run.Status)}
	if !run.Ended.IsZero() {
		update["end_time"] = run.Ended.UnixMilli()
	}
	if err := w.to.call(ctx, "runs/update", nil, update, nil); err != nil {
		return err
	}
	if err := w.texts(ctx, there, nil, []text{{doneTag, digest}}); err != nil {
		return err
	}
	if found {
		w.report.Completed++
	} else {
		w.report.Created++
	}
	return nil
}

// find returns the run with a uid, if the server has one: in the experiment of a name, or else
// in another.
func (w *writer) find(ctx context.Context, name, uid string) (remoteRun, bool, error) {
	id, err := w.experiment(ctx, name)
	if err != nil {
		return remoteRun{}, false, err
	}
	if id != "" {
		if there, found, err := w.search(ctx, []string{id}, uid); found || err != nil {
			return there, found, err
		}
	}
	all, err := w.all(ctx)
	if err != nil {
		return remoteRun{}, false, err
	}
	names := map[string]string{}
	var ids []string
	for _, other := range all {
		if other.ID != id {
			ids, names[other.ID] = append(ids, other.ID), other.Name
		}
	}
	for part := range slices.Chunk(ids, mostExperiments) {
		there, found, err := w.search(ctx, part, uid)
		if found {
			w.kept[names[there.Info.Experiment]]++
		}
		if found || err != nil {
			return there, found, err
		}
	}
	return remoteRun{}, false, nil
}

// search returns the run with a uid in some experiments.
func (w *writer) search(ctx context.Context, experiments []string, uid string) (remoteRun, bool, error) {
	var answer struct {
		Runs []remoteRun `json:"runs"`
	}
	err := w.to.call(ctx, "runs/search", nil, map[string]any{
		"experiment_ids": experiments, "max_results": 1, "filter": fmt.Sprintf("tags.`%s` = '%s'", uidTag, uid),
	}, &answer)
	if err != nil || len(answer.Runs) == 0 {
		return remoteRun{}, false, err
	}
	return answer.Runs[0], true, nil
}

func (w *writer) create(ctx context.Context, experiment string, run export.Run) (remoteRun, error) {
	var answer struct {
		Run remoteRun `json:"run"`
	}
	name := fmt.Sprintf("run-%d-%s", run.Number, run.UID.Short())
	err := w.to.call(ctx, "runs/create", nil, map[string]any{
		"experiment_id": experiment, "run_name": name, "start_time": run.Started.UnixMilli(),
		"tags": []text{{uidTag, run.UID.String()}, {"mlflow.runName", name}, {"mlflow.source.name", "runexp"}},
	}, &answer)
	return answer.Run, err
}

// statusOf returns MLflow's status. It has none for a run that its sweep stopped early, and
// none for one whose process died.
func statusOf(status store.Status) string {
	return map[store.Status]string{
		store.Running: "RUNNING", store.Finished: "FINISHED", store.Failed: "FAILED", store.Killed: "KILLED", store.Pruned: "FINISHED", store.Lost: "FAILED",
	}[status]
}

// params returns the settings that the server does not have: it allows no second value.
func params(run export.Run, there remoteRun) (list []text) {
	has := map[string]bool{}
	for _, p := range there.Data.Params {
		has[p.Key] = true
	}
	for _, one := range run.Settings {
		if k := key(one.Name); !has[k] {
			list = append(list, text{k, shortened(export.TextOf(one.JSON), longestParam)})
		}
	}
	return list
}

func tags(run export.Run, env []store.Fact) []text {
	list := []text{
		{"runexp.run", fmt.Sprint(run.Number)}, {"runexp.status", string(run.Status)}, {"runexp.message", run.Message},
		{"runexp.flaw", run.Flaw}, {"runexp.trial", run.TrialHash}, {"runexp.attempt", fmt.Sprint(run.Attempt)}, {"runexp.seed", fmt.Sprint(run.Seed)},
		{"runexp.star", fmt.Sprint(run.Star)}, {"runexp.tags", strings.Join(run.Tags, " ")}, {"mlflow.note.content", run.Note}, // the note is the run's description
	}
	for _, fact := range env {
		list = append(list, text{key("runexp.env." + fact.Name), fact.Value})
	}
	for i := range list {
		list[i].Value = shortened(list[i].Value, longestTag)
	}
	return list
}

// texts writes params and tags in calls that the server takes.
func (w *writer) texts(ctx context.Context, there remoteRun, params, tags []text) error {
	send := func(list []text, call func([]text) batch) error {
		for len(list) > 0 {
			n, size := 0, 0
			for n < min(len(list), mostTexts) && (n == 0 || size+sizeOf(list[n]) <= mostBytes) {
				size += sizeOf(list[n])
				n++
			}
			if err := w.to.call(ctx, "runs/log-batch", nil, call(list[:n]), nil); err != nil {
				return err
			}
			list = list[n:]
		}
		return nil
	}
	if err := send(params, func(part []text) batch { return batch{RunID: there.Info.ID, Params: part} }); err != nil {
		return err
	}
	return send(tags, func(part []text) batch { return batch{RunID: there.Info.ID, Tags: part} })
}

// sizeOf bounds the bytes of a text in a call.
func sizeOf(t text) int {
	data, err := json.Marshal(t)
	if err != nil {
		return mostBytes // never of two texts
	}
	return len(data) + 1
}

// metrics writes the values that the server does not have: those after its latest step of
// each metric.
func (w *writer) metrics(ctx context.Context, run export.Run, there remoteRun) error {
	latest := map[string]int64{}
	for _, m := range there.Data.Metrics {
		latest[m.Key] = int64(m.Step)
	}
	clock, err := w.from.ClockOf(ctx, run.RunSummary)
	if err != nil {
		return err
	}
	var pending []metric
	send := func() error {
		if len(pending) == 0 {
			return nil
		}
		err := w.to.call(ctx, "runs/log-batch", nil, batch{RunID: there.Info.ID, Metrics: pending}, nil)
		pending = pending[:0]
		return err
	}
	add := func(name string, step int, v float64) error {
		m := metric{key(name), value(v), clock.At(step).UnixMilli(), int64(step)}
		if last, has := latest[m.Key]; has && m.Step <= last {
			return nil
		}
		if pending = append(pending, m); len(pending) < mostMetrics {
			return nil
		}
		return send()
	}
	for v, err := range w.from.EachValue(ctx, run.Number) {
		if err == nil {
			err = add(v.Name, v.Step, v.Value)
		}
		if err != nil {
			return err
		}
	}
	for _, score := range run.Scores {
		if err := add(score.Name, run.Step(), score.Value); err != nil {
			return err
		}
	}
	return send()
}

// digestOf returns a digest of all that is written of a run. Values are in it by their
// counts and last ones: those of a run are only ever added to.
func digestOf(run export.Run, artifacts []artifact) (string, error) {
	var counts []string
	for _, m := range run.Metrics {
		counts = append(counts, fmt.Sprintf("%q %d %d %x", m.Name, m.Count, m.LastStep, m.Last))
	}
	for _, v := range run.Scores {
		counts = append(counts, fmt.Sprintf("%q %x", v.Name, v.Value))
	}
	var hashes []string
	for _, a := range artifacts {
		hashes = append(hashes, a.path+" "+a.hash)
	}
	data, err := json.Marshal([]any{form, run.Status, run.Message, run.Flaw, run.Marks, run.Ended, run.Settings, counts, hashes})
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

func valueOf(list []text, key string) string {
	for _, t := range list {
		if t.Key == key {
			return cmp.Or(t.Value, " ")
		}
	}
	return ""
}
