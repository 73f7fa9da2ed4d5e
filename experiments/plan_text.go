package experiments

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"runexp/framework/config"
	"runexp/framework/store/record"
)

// planJSON is the plan of a sweep as the store keeps it, whose pictures have these metrics.
func planJSON(s *config.Sweep, metrics []record.Metric) (json.RawMessage, error) {
	text := record.Plan{
		Question: s.Question, Method: s.Method, Metrics: s.Metrics, Parameters: []record.Parameter{},
		Repeats: s.Repeats, RunCap: s.RunCap, EarlyStop: (*record.EarlyStop)(s.EarlyStop),
		Definitions: metrics,
	}
	for _, name := range s.Metrics {
		if loss, is := record.LossMetric(name); is {
			text.Definitions = append(text.Definitions, loss)
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
		text.Parameters = append(text.Parameters, q)
	}
	return json.Marshal(text)
}

// numberOf returns the number that a level sets, if it sets one thing to a number.
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

// pointJSON is where a trial lies, as the store keeps it.
func (s *Sweep) pointJSON(p Point, files hashes) (json.RawMessage, error) {
	e := p.Config.Experiment
	text := record.Point{
		Settings: []record.Setting{}, Levels: append([]int{}, p.Levels...), Pair: p.Pair, Repeat: p.Repeat,
		Photograph: filepath.Base(e.Content.Image), PhotographHash: files["content.image"],
	}
	var names, sums []string
	for i, style := range e.Style {
		names, sums = append(names, filepath.Base(style.Image)), append(sums, files[fmt.Sprintf("style[%d].image", i)])
	}
	text.Painting, text.PaintingHash = strings.Join(names, " + "), strings.Join(sums, " + ")
	for _, setting := range p.Settings {
		value, err := json.Marshal(setting.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", setting.Path, err)
		}
		text.Settings = append(text.Settings, record.Setting{Path: setting.Path, Value: value, Label: setting.Text})
	}
	for i, q := range s.config.Sweep.Parameters { // what has one path is called as its level is
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
