package cmd

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"runexp/framework/store"
)

// sweepRow is a sweep as listed.
type sweepRow struct {
	Sweep      int64     `json:"sweep"`
	UID        store.UID `json:"uid"`
	Experiment string    `json:"experiment"`
	Method     string    `json:"method"`
	Trials     int       `json:"trials"`
	Finished   int       `json:"finished"`
	Failed     int       `json:"failed"`
	Pruned     int       `json:"pruned"`
	Running    int       `json:"running"`
	Metrics    []string  `json:"metrics"`
	Planned    moment    `json:"planned"`
	Damage     string    `json:"damage,omitempty"`
}

// listSweeps lists the sweeps that f selects by experiment.
func (a *app) listSweeps(c *cobra.Command, f store.Filter) error {
	s, err := a.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	if f.Experiment != "" {
		if err := a.checkExperiment(c, s, f.Experiment); err != nil {
			return err
		}
	}
	sweeps, err := s.Sweeps(c.Context(), f.Experiment)
	if err != nil {
		return err
	}
	if f.Limit > 0 {
		sweeps = sweeps[:min(len(sweeps), f.Limit)]
	}
	rows := make([]sweepRow, len(sweeps))
	cells := make([][]string, len(sweeps))
	all, err := s.SweepProgress(c.Context())
	if err != nil {
		return err
	}
	var damaged []error // reported after the list
	for i, w := range sweeps {
		damaged = append(damaged, w.Check())
		progress := all[w.Number]
		rows[i] = sweepRow{
			Sweep: w.Number, UID: w.UID, Experiment: w.Experiment, Method: w.Method, Trials: w.Trials, Metrics: w.Metrics, Planned: moment(w.Created), Damage: w.Damage,
			Finished: progress[store.Finished], Failed: progress[store.Failed], Pruned: progress[store.Pruned], Running: progress[store.Running],
		}
		r := rows[i]
		cells[i] = []string{
			fmt.Sprint(r.Sweep), r.UID.Short(), r.Experiment, r.Method, fmt.Sprintf("%d of %d", r.Finished, r.Trials),
			fmt.Sprint(r.Failed), fmt.Sprint(r.Pruned), fmt.Sprint(r.Running), time.Time(r.Planned).Local().Format("2006-01-02 15:04"),
		}
	}
	if a.json {
		err = printJSON(a.stdout, rows)
	} else {
		err = listing(a.stdout, []string{"SWEEP", "UID", "EXPERIMENT", "METHOD", "FINISHED", "FAILED", "PRUNED", "RUNNING", "PLANNED"}, cells, 2)
	}
	return errors.Join(append(damaged, err)...)
}
