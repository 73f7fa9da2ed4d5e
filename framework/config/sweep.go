package config

import (
	"encoding/json"
	"strings"

	"runexp/framework"
)

// A Sweep is one experiment made several times with different settings: every
// setting of its parameters, on every pair of pictures, with every seed. Package
// experiments makes trials of it.
//
// As JSON it is what a sweep means, with every default filled in, every path
// absolute and every range's steps written out: equal for equal plans.
type Sweep struct {
	Question   string       `json:"question,omitempty"`
	Method     string       `json:"method"`            // the sampler
	Options    []Setting    `json:"options,omitempty"` // of the sampler
	Metrics    []string     `json:"metrics"`
	Pairs      []Pair       `json:"pairs,omitempty"`
	Repeats    int          `json:"repeats"` // at least 1
	Parameters []Parameter  `json:"parameters"`
	Exclude    []*Exclusion `json:"exclude,omitempty"`
	RunCap     int          `json:"run_cap"`              // framework.SweepSpace's Cap
	EarlyStop  *EarlyStop   `json:"early_stop,omitempty"` // nil: every trial runs to its end
	OnFailure  OnFailure    `json:"on_failure"`

	section *node
	seed    Setting // of the experiment without the sweep
	sampler framework.Sampler
}

// A Pair is a photograph and its paintings: a replicate of the whole sweep.
type Pair struct {
	Name    string   `json:"name"`              // mountain × autumn: the files' names
	Content string   `json:"content,omitempty"` // path; "" for the experiment's own
	Style   []string `json:"style,omitempty"`   // paths; none for the experiment's own

	content, style string // names, as exclude has them
	settings       []Setting
}

// A Parameter is what varies: one key path, or several that vary together. It has
// levels, or a range that the sampler draws from.
type Parameter struct {
	Paths  []string `json:"paths"`
	Levels []Level  `json:"levels,omitempty"`
	Range  *Range   `json:"range,omitempty"` // nil where there are levels
}

// Name is the parameter in reports: its paths, joined by a comma.
func (p Parameter) Name() string { return strings.Join(p.Paths, ", ") }

// A Level is one value of a parameter: a setting for each of its paths.
type Level struct {
	Label    string    `json:"label"` // short, unique within the parameter
	Settings []Setting `json:"settings"`
}

// A Range is an interval of actual values, its ends included.
//
//	uniform:     every value as likely
//	log_uniform: the logarithm is uniform
//	int:         every whole number as likely
type Range struct {
	Min          float64 `json:"min"`
	Max          float64 `json:"max"`
	Distribution string  `json:"distribution"`

	path        Setting // its path
	first, last position
}

// A Setting gives one key path of an experiment a value. It is made by Load, by
// Range.Setting and by Sweep.Replicate; by hand it sets nothing.
type Setting struct {
	Path  string `json:"path"`
	Text  string `json:"-"`     // the value in YAML, on one line
	Value any    `json:"value"` // nil, bool, int64, float64, string, []any or map[string]any

	node *node    // the value where it was written
	at   position // where the path was
}

// EarlyStop stops trials that are behind others.
type EarlyStop struct {
	Type    string    `json:"type"`              // the pruner
	Metric  string    `json:"metric"`            // one that can be compared between all trials
	Lower   bool      `json:"lower"`             // whether lower is better
	Warmup  int       `json:"warmup"`            // iterations before the first look
	Every   int       `json:"every"`             // iterations between two
	Options []Setting `json:"options,omitempty"` // of the pruner

	pruner func() (framework.Pruner, error)
}

// Pruner returns a new pruner, which no trial has told anything.
func (e *EarlyStop) Pruner() (framework.Pruner, error) { return e.pruner() }

// OnFailure says what follows a trial that failed.
type OnFailure struct {
	Retries     int `json:"retries" config:"retries" doc:"how often a trial that failed is tried again"`
	MaxFailures int `json:"max_failures" config:"max_failures" doc:"stop the sweep after so many failed trials; 0 never stops it"`
}

// Sampler returns what chooses the settings and blocks that are run.
func (s *Sweep) Sampler() framework.Sampler { return s.sampler }

// JSON returns the sweep in canonical form.
func (s *Sweep) JSON() ([]byte, error) { return json.Marshal(s) }

// Problem returns an error at a key of the sweep, as in "run_cap" or "exclude[1]".
func (s *Sweep) Problem(key, format string, args ...any) error {
	rep := &report{}
	n, _ := s.section.find(key)
	rep.add(n.position, join("sweep", key), format, args...)
	return rep.err()
}

// Replicate returns the settings that make trials of a pair and a repeat: the
// pair's pictures (of none for −1), and the seed raised by repeat.
func (s *Sweep) Replicate(pair, repeat int) []Setting {
	var settings []Setting
	if pair >= 0 {
		settings = append(settings, s.Pairs[pair].settings...)
	}
	if repeat > 0 {
		base, _ := s.seed.Value.(int64)
		settings = append(settings, newSetting("seed", &node{position: s.seed.at, value: base + int64(repeat)}, s.seed.at))
	}
	return settings
}

// Setting returns the setting of a value in the range.
func (r *Range) Setting(value float64) Setting {
	n := &node{position: r.first, value: value}
	if value == r.Max {
		n.position = r.last
	}
	if r.Distribution == "int" {
		n.value = int64(value)
	}
	return newSetting(r.path.Path, n, r.path.at)
}

// newSetting makes a setting of a value of the tree; at is where path is written.
func newSetting(path string, n *node, at position) Setting {
	return Setting{Path: path, Text: n.flow(), Value: n.plain(), node: n, at: at}
}
