package sweep

import (
	"fmt"
	"math"
	"time"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/reports/document"
)

// The longest tables that a report prints.
const (
	mostTrials  = 500
	mostMissing = 50
)

// trialTable lists the trials, and of their settings those that differ.
func (y *Study) trialTable() ([]document.Block, error) {
	varies := y.differing()
	t := document.Table{Header: []string{"trial"}}
	for _, i := range varies {
		t.Header = append(t.Header, y.plan.Parameters[i].Path)
	}
	contents, styles := y.several(func(p point) string { return p.Content }), y.several(func(p point) string { return p.Style })
	if contents {
		t.Header = append(t.Header, "content")
	}
	if styles {
		t.Header = append(t.Header, "style")
	}
	if y.plan.Repeats > 1 {
		t.Header = append(t.Header, "repeat")
	}
	t.Header = append(t.Header, "run", "status")
	for _, m := range y.claimed() {
		t.Header = append(t.Header, m.Label)
	}
	t.Header = append(t.Header, "seconds")
	for _, trial := range y.trials[:min(len(y.trials), mostTrials)] {
		row := []string{fmt.Sprint(trial.Number)}
		for _, i := range varies {
			row = append(row, y.plan.label(trial, i))
		}
		if contents {
			row = append(row, trial.point.Content)
		}
		if styles {
			row = append(row, trial.point.Style)
		}
		if y.plan.Repeats > 1 {
			row = append(row, fmt.Sprint(trial.point.Repeat+1))
		}
		run, seconds := document.Nothing, document.Nothing
		if trial.Run != nil {
			run, seconds = fmt.Sprint(trial.Run.Number), fmt.Sprintf("%.1f", trial.Run.Elapsed.Seconds())
		}
		row = append(row, run, trial.outcome())
		for _, m := range y.claimed() {
			row = append(row, value(trial.scores, m.Name))
		}
		t.Rows = append(t.Rows, append(row, seconds))
	}
	blocks := []document.Block{{Table: &t}}
	if more := len(y.trials) - mostTrials; more > 0 {
		blocks = append(blocks, document.Block{Note: fmt.Sprintf("The first %d of %d trials; the store has all.", mostTrials, len(y.trials))})
	}
	return blocks, nil
}

// differing returns the parameters that are not the same in all trials.
func (y *Study) differing() []int {
	var list []int
	for i := range y.plan.Parameters {
		for _, t := range y.trials {
			if y.plan.label(t, i) != y.plan.label(y.trials[0], i) {
				list = append(list, i)
				break
			}
		}
	}
	return list
}

// several reports whether a property differs between trials.
func (y *Study) several(of func(point) string) bool {
	for _, t := range y.trials {
		if of(t.point) != of(y.trials[0].point) {
			return true
		}
	}
	return false
}

// value writes a metric in four digits.
func value(scores map[string]float64, metric string) string {
	v, known := scores[metric]
	if !known {
		return document.Nothing
	}
	return digits(v)
}

// digits writes a number in four digits; nothing where there is none.
func digits(v float64) string {
	if math.IsNaN(v) {
		return document.Nothing
	}
	return fmt.Sprintf("%.4g", v)
}

// missingTrials lists the trials that are not in the answers, with the reason.
func (y *Study) missingTrials() ([]document.Block, error) {
	t := document.Table{Header: []string{"trial", "setting", "run", "status", "why"}}
	unscored := 0
	for _, trial := range y.trials {
		why, missing := trial.missing()
		if !missing {
			continue
		}
		run := document.Nothing
		if trial.Run != nil {
			run = fmt.Sprint(trial.Run.Number)
		}
		if trial.status() == string(store.Finished) {
			unscored++
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(trial.Number), y.describe(trial), run, trial.status(), why})
	}
	if len(t.Rows) == 0 {
		return []document.Block{{Paragraph: "Nothing: every trial has finished, and every picture was scored."}}, nil
	}
	text := y.finished() + ". Nothing below is in the answers."
	if unscored > 0 {
		text += fmt.Sprintf(" %s finished without a score.", sizes.Count(unscored, "trial"))
	}
	if n := y.count(string(store.Pruned)); n > 0 {
		text += " Pruned trials were stopped early because their loss or metric was worse than the others', so only the rest is compared; with sweep.early_stop=null they are run to their end."
	}
	total := len(t.Rows)
	t.Rows = t.Rows[:min(total, mostMissing)]
	blocks := []document.Block{{Paragraph: text}, {Table: &t}}
	if total > mostMissing {
		blocks = append(blocks, document.Block{Note: fmt.Sprintf("The first %d of %d.", mostMissing, total)})
	}
	if total > y.count(string(store.Pruned)) {
		blocks = append(blocks, document.Block{Paragraph: "The same command runs what has not finished, and scores what was not scored."})
	}
	return blocks, nil
}

// missing reports whether a trial is not in the answers, and why: what its run says, or the last
// attempt that failed before it had one; "" for one that was never begun.
func (t trial) missing() (why string, missing bool) {
	switch {
	case t.Run == nil && t.Deleted != 0:
		return fmt.Sprintf("run %d was deleted; runexp restore %d brings it back", t.Deleted, t.Deleted), true
	case t.Run == nil:
		return t.Problem, true
	case t.Run.Status != store.Finished:
		return t.Run.Message, true
	case t.scores == nil:
		return "its picture has not been scored by the sweep's scorer", true
	}
	return "", false
}

// describe names a trial by its settings and images.
func (y *Study) describe(t trial) string {
	text := ""
	for _, i := range y.differing() {
		text += fmt.Sprintf("%s %s, ", y.plan.Parameters[i].Path, y.plan.label(t, i))
	}
	return text + pairOf(t.point.Content, t.point.Style)
}

// span writes a duration.
func span(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
