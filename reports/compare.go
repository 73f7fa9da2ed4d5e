package reports

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"runexp/framework/store"
	"runexp/reports/sheet"
)

// A Comparison is the differences between runs, and their numbers side by side.
type Comparison struct {
	Runs        []store.RunSummary
	Settings    []Difference
	Environment []Difference
	Metrics     []Numbers // what each ended with
	// Scorer is the hash of the one that all pictures were scored by; "" if there
	// is none, and then Metrics has no eval/*: numbers of different scorers are not
	// to be compared.
	Scorer string
	Scored bool // some picture was scored
	// Common are the hashes of all scorers that have scored all pictures.
	Common []string
}

// A Difference is a setting or fact that differs between runs.
type Difference struct {
	Name   string    `json:"name"`
	Values []*string `json:"values"` // by run; nil where it is not set
}

// Numbers are the values of one metric.
type Numbers struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values"` // by run; nil where there is none
}

// Compare reads the differences between runs. Their scores are by the scorer with this hash;
// for "" by one that has scored all pictures, first those of the runs' sweeps.
func Compare(ctx context.Context, s *store.Store, runs []store.RunSummary, scorer string) (Comparison, error) {
	c := Comparison{Runs: runs}
	settings, err := readSettings(ctx, s, runs)
	if err != nil {
		return c, err
	}
	facts := make([]map[string]string, len(runs))
	numbers := make([]map[string]float64, len(runs))
	for i, run := range runs {
		env, err := s.Env(ctx, run.Number)
		if err != nil {
			return c, err
		}
		facts[i] = map[string]string{}
		for _, f := range env {
			facts[i][f.Name] = f.Value
		}
		if numbers[i], err = readNumbers(ctx, s, run); err != nil {
			return c, err
		}
	}
	if err := c.addScores(ctx, s, facts, numbers, scorer); err != nil {
		return c, err
	}
	c.Settings, c.Environment = differences(settings), differences(facts)
	c.Metrics = sideBySide(numbers)
	return c, nil
}

// readNumbers returns a run's last losses, time and memory.
func readNumbers(ctx context.Context, s *store.Store, run store.RunSummary) (map[string]float64, error) {
	summary, err := s.Summary(ctx, run.Number)
	if err != nil {
		return nil, err
	}
	numbers := map[string]float64{"iterations": float64(run.Iterations), "seconds": run.Elapsed.Seconds()}
	for _, m := range summary {
		if _, isLoss := lossName(m.Name); isLoss || m.Name == "memory/peak" {
			numbers[m.Name] = m.Last
		}
	}
	return numbers, nil
}

// addScores adds the scores of a scorer that has scored all pictures, if there is one; of
// the one that is wanted, unless that is "".
func (c *Comparison) addScores(ctx context.Context, s *store.Store, facts []map[string]string, numbers []map[string]float64, wanted string) error {
	var candidates []string
	for i, run := range c.Runs {
		hashes, err := scorersOf(ctx, s, run, facts[i]["scorer/hash"])
		if err != nil {
			return err
		}
		candidates = append(candidates, hashes...)
	}
	others, err := s.Scorers(ctx)
	if err != nil {
		return err
	}
	for _, by := range others {
		candidates = append(candidates, by.Hash)
	}
	seen := map[string]bool{}
	for _, hash := range candidates {
		if seen[hash] {
			continue
		}
		seen[hash] = true
		scores := make([][]store.Value, len(c.Runs))
		all := true
		for i, run := range c.Runs {
			var err error
			if scores[i], err = s.Scores(ctx, run.Number, hash); err != nil {
				return err
			}
			all = all && len(scores[i]) > 0
			c.Scored = c.Scored || len(scores[i]) > 0
		}
		if !all {
			continue
		}
		c.Common = append(c.Common, hash)
		if c.Scorer != "" || wanted != "" && hash != wanted {
			continue
		}
		c.Scorer = hash
		for i, values := range scores {
			for _, v := range values {
				numbers[i][v.Name] = v.Value
			}
		}
	}
	return nil
}

// scorersOf returns the scorers that may have scored a run's picture: its own, and
// those of the sweeps that it belongs to.
func scorersOf(ctx context.Context, s *store.Store, run store.RunSummary, own string) ([]string, error) {
	member, err := s.SweepsOf(ctx, run.Number)
	if err != nil {
		return nil, err
	}
	sweeps, err := s.Sweeps(ctx, run.Experiment)
	if err != nil {
		return nil, err
	}
	var hashes []string
	for _, w := range sweeps {
		if slices.ContainsFunc(member, func(m store.Membership) bool { return m.Sweep == w.Number }) && w.Scorer != "" {
			hashes = append(hashes, w.Scorer)
		}
	}
	if own != "" {
		hashes = append(hashes, own)
	}
	return hashes, nil
}

// differences returns the values that are not the same in all, by name.
func differences(all []map[string]string) []Difference {
	list := []Difference{}
	for _, name := range differing(all) {
		d := Difference{Name: name}
		for _, one := range all {
			var value *string
			if v, set := one[name]; set {
				value = &v
			}
			d.Values = append(d.Values, value)
		}
		list = append(list, d)
	}
	return list
}

// sideBySide returns all numbers: the total, the losses, the metrics, the rest.
func sideBySide(all []map[string]float64) []Numbers {
	names := map[string]bool{}
	for _, one := range all {
		for name := range one {
			names[name] = true
		}
	}
	rank := func(name string) int {
		switch {
		case name == "loss/total":
			return 0
		case strings.HasPrefix(name, "loss/"):
			return 1
		case strings.HasPrefix(name, "eval/"):
			return 2
		}
		return 3
	}
	sorted := slices.Sorted(maps.Keys(names))
	slices.SortStableFunc(sorted, func(a, b string) int { return rank(a) - rank(b) })
	list := []Numbers{}
	for _, name := range sorted {
		n := Numbers{Name: name}
		for _, one := range all {
			var value *float64
			if v, known := one[name]; known {
				value = &v
			}
			n.Values = append(n.Values, value)
		}
		list = append(list, n)
	}
	return list
}

// ComparisonStrip returns the last picture of each run, with the settings that differ
// below; before them the content and style images, if they are the same for all. A
// run without a picture is left out. Errors: ErrNoPictures.
func ComparisonStrip(ctx context.Context, s *store.Store, runs []store.RunSummary) (sheet.Strip, error) {
	settings, err := readSettings(ctx, s, runs)
	if err != nil {
		return nil, err
	}
	labels := distinctions(settings)
	var frames sheet.Strip
	var given [][]store.StoredArtifact
	var from int64 // the first run with a picture
	for i, run := range runs {
		artifacts, err := s.Artifacts(ctx, run.Number)
		if err != nil {
			return nil, err
		}
		made := PicturesOf(artifacts)
		if len(made) == 0 {
			continue
		}
		from = cmp.Or(from, run.Number)
		given = append(given, slices.DeleteFunc(artifacts, func(a store.StoredArtifact) bool { return a.Kind != "content" && a.Kind != "style" }))
		caption := append([]string{fmt.Sprintf("run %d", run.Number)}, labels[i]...)
		f, err := frame(ctx, s, run.Number, made[len(made)-1], false, caption...)
		if err != nil {
			return nil, err
		}
		frames = append(frames, f)
	}
	if len(frames) == 0 {
		return nil, ErrNoPictures
	}
	same := func(a, b store.StoredArtifact) bool { return a.Kind == b.Kind && a.Hash == b.Hash }
	for _, artifacts := range given {
		if !slices.EqualFunc(artifacts, given[0], same) {
			return frames, nil
		}
	}
	before, err := inputs(ctx, s, from, given[0])
	return append(before, frames...), err
}
