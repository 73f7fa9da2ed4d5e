package plan

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"runexp/framework/config"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// planJSON returns the store's JSON of a sweep's plan; metrics are those of its scorer.
func planJSON(s *config.Sweep, metrics []record.Metric) (json.RawMessage, error) {
	text := record.Plan{
		Question: s.Question, Method: s.Method, Options: optionsOf(s.Options), Metrics: s.Metrics, Parameters: []record.Parameter{},
		Repeats: s.Repeats, RunCap: s.RunCap, Definitions: metrics,
	}
	for _, o := range s.Objectives {
		text.Objectives = append(text.Objectives, o.Metric)
	}
	for _, name := range s.Metrics {
		if loss, is := record.LossMetric(name); is {
			text.Definitions = append(text.Definitions, loss)
		}
	}
	for _, m := range s.Equivalent {
		text.Equivalent = append(text.Equivalent, record.Margin(m))
	}
	if e := s.EarlyStop; e != nil {
		text.EarlyStop = &record.EarlyStop{
			Type: e.Type, Metric: e.Metric, Lower: e.Lower, Warmup: e.Warmup, Every: e.Every, Options: optionsOf(e.Options),
		}
	}
	for _, p := range s.Pairs {
		text.Pairs = append(text.Pairs, p.Name)
	}
	for _, e := range s.Exclude {
		text.Exclude = append(text.Exclude, e.String())
	}
	for _, p := range s.Parameters {
		q := record.Parameter{Path: strings.Join(p.Paths, " + ")}
		if p.Range != nil {
			q.Range = &record.Range{Min: p.Range.Min, Max: p.Range.Max, Distribution: p.Range.Distribution}
		}
		for _, level := range p.Levels {
			q.Labels = append(q.Labels, level.Label)
			if n, ok := numberOf(level); ok {
				q.Numbers = append(q.Numbers, n)
			}
		}
		if len(q.Numbers) < len(q.Labels) {
			q.Numbers = nil
		}
		if p.When != nil {
			q.When = p.When.String()
			if p.Range == nil { // one level more
				q.Labels, q.Numbers = append(q.Labels, record.NotSet), nil
			}
		}
		text.Parameters = append(text.Parameters, q)
	}
	return json.Marshal(text)
}

// nameOf returns the name of an image's file without its folder; "" for none.
func nameOf(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}

// optionsOf returns a plugin's options by key; nil for none.
func optionsOf(settings []config.Setting) record.Options {
	if len(settings) == 0 {
		return nil
	}
	options := record.Options{}
	for _, s := range settings {
		options[s.Path] = s.Value
	}
	return options
}

// numberOf returns the number of a level that sets one path to a number.
func numberOf(l config.Level) (float64, bool) {
	if len(l.Settings) != 1 {
		return 0, false
	}
	switch v := l.Settings[0].Value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// pointJSON returns the store's JSON of a trial's point.
func pointJSON(s *config.Sweep, p Point, files map[string]string) (json.RawMessage, error) {
	e := p.Config.Experiment
	text := record.Point{
		Settings: []record.Setting{}, Levels: append([]int{}, p.Levels...), Pair: p.Pair, Repeat: p.Repeat,
		Content: nameOf(e.Content.Image), ContentHash: files["content.image"],
	}
	var names, sums []string
	for i, style := range e.Style {
		names, sums = append(names, filepath.Base(style.Image)), append(sums, files[fmt.Sprintf("style[%d].image", i)])
	}
	text.Style, text.StyleHash = strings.Join(names, " + "), strings.Join(sums, " + ")
	for _, setting := range p.Settings {
		value, err := json.Marshal(setting.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", setting.Path, err)
		}
		text.Settings = append(text.Settings, record.Setting{Path: setting.Path, Value: value, Label: setting.Text})
	}
	for i, q := range s.Parameters { // a parameter of one path has its level's label
		if q.Range == nil && p.Levels[i] < 0 {
			text.Levels[i] = len(q.Levels) // not set
		}
		if len(q.Paths) != 1 || p.Levels[i] < 0 {
			continue
		}
		for k := range text.Settings {
			if text.Settings[k].Path == q.Paths[0] {
				text.Settings[k].Label = q.Levels[p.Levels[i]].Label
			}
		}
	}
	return json.Marshal(text)
}

// describe returns a point's settings, images and repeat as text. The setting of a
// parameter of one path is shown by its level's label.
func describe(s *config.Sweep, point Point) string {
	var parts []string
	for i, p := range s.Parameters {
		if point.Levels[i] >= 0 && len(p.Paths) == 1 {
			parts = append(parts, p.Paths[0]+"="+p.Levels[point.Levels[i]].Label)
			continue
		}
		for _, setting := range point.Settings {
			if slices.Contains(p.Paths, setting.Path) {
				parts = append(parts, setting.Path+"="+setting.Text)
			}
		}
	}
	if point.Pair >= 0 {
		e := point.Config.Experiment
		var pair []string
		if e.Content.Image != "" {
			pair = append(pair, nameOf(e.Content.Image))
		}
		for _, s := range e.Style {
			pair = append(pair, nameOf(s.Image))
		}
		parts = append(parts, strings.Join(pair, " × "))
	}
	if point.Repeat > 0 {
		parts = append(parts, fmt.Sprintf("draw %d", point.Repeat))
	}
	return strings.Join(parts, ", ")
}

// Record returns the sweep as it is recorded in the store.
func (p *Plan) Record() (store.NewSweep, error) {
	text, err := planJSON(p.Config.Sweep, p.Scorer.Metrics(p.Trials[0].Config.Experiment))
	n := store.NewSweep{
		Experiment: p.Config.Experiment.Name, Method: p.Config.Sweep.Method, Plan: text,
		Metrics: p.Config.Sweep.Metrics, Scorer: p.Scorer.Stored().Hash, Grows: p.Adaptive() != nil,
	}
	for _, t := range p.Trials {
		n.Trials = append(n.Trials, t.Planned())
	}
	return n, err
}

// Planned returns the trial as it is recorded in the store.
func (t Trial) Planned() store.PlannedTrial {
	return store.PlannedTrial{Number: t.Number, Hash: t.Hash, Config: t.YAML, Point: t.point}
}
