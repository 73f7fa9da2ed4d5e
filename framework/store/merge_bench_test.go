package store

import (
	"fmt"
	"path/filepath"
	"testing"
)

// workerStore makes the store of one worker: runs of 500 metric rows and a picture of 200 kB.
func workerStore(b *testing.B, path string, first, runs int) {
	s, err := Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i := first; i < first+runs; i++ {
		n := NewRun{Experiment: "e", TrialHash: fmt.Sprint("h", i), ConfigResolved: string(make([]byte, 4000))}
		for p := range 60 {
			n.Params = append(n.Params, Param{fmt.Sprint("losses.a.p", p), []byte("1.5")})
		}
		run, err := s.Begin(b.Context(), n)
		if err != nil {
			b.Fatal(err)
		}
		for step := range 100 {
			_ = run.Log(b.Context(), step, []Value{{"loss/total", float64(step)}, {"loss/a", 1.5}, {"loss/b", 2.5}, {"loss/c", 2}, {"time/iteration", 0.1}})
		}
		_ = run.Artifact(b.Context(), Artifact{Kind: "picture", Name: "picture.png", Data: append(make([]byte, 200_000), fmt.Sprint(i)...)})
		if err := run.Finish(b.Context(), Finished, ""); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMerge merges the stores of 100 workers, of 100 runs each, into one that has the sweep
// of their 10,000 trials. The stores take two minutes to make, and 4 GB.
func BenchmarkMerge(b *testing.B) {
	const workers, each = 100, 100
	folder := b.TempDir()
	sweep := NewSweep{Experiment: "e", Method: "grid", Plan: []byte(`{}`)}
	for i := range workers * each {
		sweep.Trials = append(sweep.Trials, PlannedTrial{Number: i, Hash: fmt.Sprint("h", i), Config: "seed: 1", Point: []byte(`{"settings":[{"path":"a","value":1}]}`)})
	}
	for w := range workers {
		workerStore(b, filepath.Join(folder, fmt.Sprint(w, ".db")), w*each, each)
	}
	for b.Loop() {
		s, err := Open(b.Context(), filepath.Join(b.TempDir(), "all.db"))
		if err == nil {
			_, err = s.PlanSweep(b.Context(), sweep)
		}
		for w := range workers {
			if err == nil {
				_, err = s.Merge(b.Context(), filepath.Join(folder, fmt.Sprint(w, ".db")))
			}
		}
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(workers*each), "runs")
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
