package experiments

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"runexp/framework/config"
)

// planText is the JSON of a sweep that the store keeps and reports read.
type planText struct {
	Question   string            `json:"question,omitempty"`
	Method     string            `json:"method"`
	Metrics    []string          `json:"metrics"`
	Parameters []parameterText   `json:"parameters"`
	Pairs      []string          `json:"pairs,omitempty"` // their names
	Repeats    int               `json:"repeats"`
	Exclude    []string          `json:"exclude,omitempty"`
	RunCap     int               `json:"run_cap,omitempty"`
	EarlyStop  *config.EarlyStop `json:"early_stop,omitempty"`
}

// parameterText is what varies: of a zip the paths are joined by " + ".
type parameterText struct {
	Path    string        `json:"path"`
	Labels  []string      `json:"labels,omitempty"`  // none for a range that is drawn from
	Numbers []float64     `json:"numbers,omitempty"` // of all labels, if all are numbers
	Range   *config.Range `json:"range,omitempty"`
}

func planJSON(s *config.Sweep) (json.RawMessage, error) {
	text := planText{
		Question: s.Question, Method: s.Method, Metrics: s.Metrics, Parameters: []parameterText{},
		Repeats: s.Repeats, RunCap: s.RunCap, EarlyStop: s.EarlyStop,
	}
	for _, p := range s.Pairs {
		text.Pairs = append(text.Pairs, p.Name)
	}
	for _, e := range s.Exclude {
		text.Exclude = append(text.Exclude, e.String())
	}
	for _, p := range s.Parameters {
		q := parameterText{Path: strings.Join(p.Paths, " + "), Range: p.Range}
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

// pointText is the JSON of a trial's place in its sweep.
type pointText struct {
	Settings       []settingText `json:"settings"`
	Levels         []int         `json:"levels"` // by parameter; −1 for a draw from a range
	Pair           int           `json:"pair"`   // −1 if there are none
	Repeat         int           `json:"repeat"`
	Photograph     string        `json:"photograph"` // names of files
	Painting       string        `json:"painting"`
	PhotographHash string        `json:"photograph_hash"`
	PaintingHash   string        `json:"painting_hash"`
}

type settingText struct {
	Path  string `json:"path"`
	Value any    `json:"value"`
	Label string `json:"label"`
}

func (s *Sweep) pointJSON(p Point, files hashes) (json.RawMessage, error) {
	e := p.Config.Experiment
	text := pointText{
		Settings: []settingText{}, Levels: append([]int{}, p.Levels...), Pair: p.Pair, Repeat: p.Repeat,
		Photograph: filepath.Base(e.Content.Image), PhotographHash: files["content.image"],
	}
	var names, sums []string
	for i, style := range e.Style {
		names, sums = append(names, filepath.Base(style.Image)), append(sums, files[fmt.Sprintf("style[%d].image", i)])
	}
	text.Painting, text.PaintingHash = strings.Join(names, " + "), strings.Join(sums, " + ")
	for _, setting := range p.Settings {
		text.Settings = append(text.Settings, settingText{setting.Path, setting.Value, setting.Text})
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
