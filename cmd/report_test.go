package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"runexp/framework/store"
)

// planSweep is `plansweep NOISE…`: it plans a sweep over losses.tv.weight whose
// trials are those of the store's runs 1, 2, … and scores their pictures with
// these noises; one further trial is never started.
func planSweep() {
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	s, err := store.Open(ctx, "runs/runexp.db")
	must(err)
	defer s.Close()
	plan := map[string]any{"question": "How much does tv cost?", "method": "grid", "repeats": 1}
	sweep := store.NewSweep{Method: "grid", Metrics: []string{"eval/noise"}, Scorer: "5c0e"}
	var labels []string
	for i := range len(os.Args) {
		trial := store.PlannedTrial{Number: i, Hash: fmt.Sprint("h", i)}
		labels = append(labels, fmt.Sprint(i))
		trial.Point, err = json.Marshal(map[string]any{
			"settings": []map[string]any{{"path": "losses.tv.weight", "value": i, "label": labels[i]}},
			"levels":   []int{i}, "pair": -1, "photograph": "photo.png", "painting": "painting.png",
		})
		must(err)
		if i+1 < len(os.Args) {
			run, err := s.FindRun(ctx, fmt.Sprint(i+1))
			must(err)
			noise, err := strconv.ParseFloat(os.Args[i+1], 64)
			must(err)
			must(s.Score(ctx, run.Number, store.Scorer{Hash: "5c0e", Description: json.RawMessage(`{}`)}, []store.Value{{Name: "eval/noise", Value: noise}}))
			sweep.Experiment, trial.Hash = run.Experiment, run.TrialHash
		}
		sweep.Trials = append(sweep.Trials, trial)
	}
	plan["parameters"] = []map[string]any{{"path": "losses.tv.weight", "labels": labels}}
	sweep.Plan, err = json.Marshal(plan)
	must(err)
	_, err = s.PlanSweep(ctx, sweep)
	must(err)
}
