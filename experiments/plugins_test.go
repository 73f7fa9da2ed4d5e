package experiments

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"runexp/framework"
	"runexp/framework/plugintest"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// A third party's sampler and pruner, registered beside the built-in ones.

// oneAtATime varies one parameter at a time, with the others at level From.
type oneAtATime struct {
	From int `config:"from" doc:"the level of what is not varied, from 0"`
}

func (o oneAtATime) Validate() error {
	if o.From < 0 {
		return framework.Invalid("from", "must be at least 0, not %d", o.From)
	}
	return nil
}

func (oneAtATime) Draws() bool { return false }

func (o oneAtATime) Sample(s framework.SweepSpace, excluded func([]framework.Choice, int) bool) ([]framework.SweepPoint, error) {
	base := make([]framework.Choice, len(s.Parameters))
	for i, p := range s.Parameters {
		base[i].Level = min(o.From, p.Levels-1)
	}
	settings := [][]framework.Choice{base}
	for i, p := range s.Parameters {
		for level := range p.Levels {
			if setting := slices.Clone(base); level != base[i].Level {
				setting[i].Level = level
				settings = append(settings, setting)
			}
		}
	}
	settings = settle(s, settings)
	var points []framework.SweepPoint
	for block := range s.Blocks {
		for _, setting := range settings {
			if (s.Cap == 0 || len(points) < s.Cap) && !excluded(setting, block) {
				points = append(points, framework.SweepPoint{Setting: setting, Block: block})
			}
		}
	}
	return points, nil
}

// settle settles the settings and keeps the first of equal ones.
func settle(s framework.SweepSpace, settings [][]framework.Choice) (distinct [][]framework.Choice) {
	for _, setting := range settings {
		s.Settle(setting)
		if !slices.ContainsFunc(distinct, func(other []framework.Choice) bool { return slices.Equal(other, setting) }) {
			distinct = append(distinct, setting)
		}
	}
	return distinct
}

// best stops a trial that is worse than the best of the others by more than Slack.
type best struct {
	slack
	mu     *sync.Mutex
	values map[string]map[string]float64 // by step and group, and trial
}

type slack struct {
	Slack float64 `config:"slack" doc:"how far behind the best a trial may be"`
}

func newBest(s slack) (framework.Pruner, error) {
	return best{s, &sync.Mutex{}, map[string]map[string]float64{}}, nil
}

func (b best) Observe(v framework.TrialValue) { b.ShouldPrune(v) }

func (b best) ShouldPrune(v framework.TrialValue) (limit framework.Limit, stop bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := v.Group + " " + string(rune(v.Step))
	if b.values[at] == nil {
		b.values[at] = map[string]float64{}
	}
	b.values[at][v.Trial] = v.Value
	for trial, value := range b.values[at] {
		if l := value + b.Slack; trial != v.Trial && (limit.Name == "" || l < limit.Value) {
			limit = framework.Limit{Name: "what the best leaves room for", Value: l}
		}
	}
	return limit, limit.Name != "" && v.Value > limit.Value
}

// newThirdPartyBed is a bed with both of them.
func newThirdPartyBed(t *testing.T) bed {
	b := newBed(t)
	framework.Register(b.Plugins.Samplers, "one_at_a_time", "varies one parameter, the others at a level",
		func() oneAtATime { return oneAtATime{} }, func(o oneAtATime) (framework.Sampler, error) { return o, nil })
	framework.Register(b.Plugins.Pruners, "best", "stops what is too far behind the best", func() slack { return slack{0.1} }, newBest)
	return b
}

func TestThirdPartyPluginsPassTheSuites(t *testing.T) {
	plugintest.Sampler(t, oneAtATime{})
	plugintest.Pruner(t, func() framework.Pruner {
		p, _ := newBest(slack{0.1})
		return p
	})
}

const theirSweep = `sweep:
  method: one_at_a_time
  from: 1
  metrics: [loss/content]
  early_stop: {type: best, slack: 0, metric: loss/content, warmup: 2, every: 2}
  parameters:
    - {path: stages.0.optimizer.lr, values: [0.1, 0.0002]}
    - {path: losses.content.weight, values: [1, 1.5, 2]}
`

// They get their options from the config, the store records what they choose and stop, and
// the stored plan has their options.
func TestThirdPartyPluginsRun(t *testing.T) {
	b := newThirdPartyBed(t)
	p, err := b.plan(t, theirSweep)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, trial := range p.Trials {
		got = append(got, trial.String())
	}
	want := []string{
		"stages.0.optimizer.lr=0.0002, losses.content.weight=1.5",
		"stages.0.optimizer.lr=0.1, losses.content.weight=1.5",
		"stages.0.optimizer.lr=0.0002, losses.content.weight=1",
		"stages.0.optimizer.lr=0.0002, losses.content.weight=2",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("trials\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	tally, err := b.run(t, p, &recordingListener{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if tally.Pruned == 0 || tally.Finished == 0 || tally.Pruned+tally.Finished != len(want) {
		t.Errorf("%+v", tally)
	}
	runs, err := b.Store.Runs(t.Context(), store.Filter{Status: store.Pruned})
	if err != nil || len(runs) != tally.Pruned {
		t.Fatalf("%d pruned runs, %v", len(runs), err)
	}
	for _, run := range runs {
		if !strings.Contains(run.Message, ", and what the best leaves room for ") {
			t.Errorf("the message of a pruned run is %q", run.Message)
		}
	}
	sweep, err := p.Record()
	if err != nil {
		t.Fatal(err)
	}
	var plan record.Plan
	if err := json.Unmarshal(sweep.Plan, &plan); err != nil {
		t.Fatal(err)
	}
	if plan.Method != "one_at_a_time" || plan.Options["from"] != 1.0 || plan.EarlyStop.Type != "best" || plan.EarlyStop.Options["slack"] != 0.0 {
		t.Errorf("stored plan %+v, %+v", plan, plan.EarlyStop)
	}
}

// brokenSampler breaks the contract; the error names it, and nothing crashes.
type brokenSampler struct {
	oneAtATime
	points []framework.SweepPoint
}

func (b brokenSampler) Sample(framework.SweepSpace, func([]framework.Choice, int) bool) ([]framework.SweepPoint, error) {
	return b.points, nil
}

func TestBrokenSamplers(t *testing.T) {
	for want, points := range map[string][]framework.SweepPoint{
		"sweep.method: theirs violates the contract of samplers: block 1 does not exist: there are 1":                         {{Setting: make([]framework.Choice, 1), Block: 1}},
		"sweep.method: theirs violates the contract of samplers: a setting has 0 choices for 1 parameters":                    {{}},
		"sweep.method: theirs violates the contract of samplers: {Level:2 Value:0 Unset:false} is not a level of parameter 0": {{Setting: []framework.Choice{{Level: 2}}}},
		"sweep.method: theirs chooses no trial":       nil,
		"sweep: makes 10,001 trials, more than 10000": make([]framework.SweepPoint, 10_001),
	} {
		b := newBed(t)
		framework.Register(b.Plugins.Samplers, "theirs", "", func() struct{} { return struct{}{} },
			func(struct{}) (framework.Sampler, error) { return brokenSampler{points: points}, nil })
		_, err := b.plan(t, "sweep: {method: theirs, parameters: [{path: losses.content.weight, values: [1, 2]}]}\n")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
