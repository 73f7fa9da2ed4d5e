package config

import (
	"encoding/json"
	"strings"

	"runexp/framework"
)

// A Sweep is an experiment run several times with different settings: all settings of
// its parameters on all pairs of images with all seeds. Package plan expands it into
// trials.
//
// Its JSON has all defaults, absolute paths and the steps of all ranges: it is equal
// for equal plans.
type Sweep struct {
	Question   string        `json:"question,omitempty"`
	Method     string        `json:"method"`            // the sampler
	Options    []Setting     `json:"options,omitempty"` // of the sampler
	Metrics    []string      `json:"metrics"`
	Equivalent []Margin      `json:"equivalent,omitempty"`
	Pairs      []Pair        `json:"pairs,omitempty"`
	Repeats    int           `json:"repeats"` // at least 1
	Parameters []Parameter   `json:"parameters"`
	Exclude    []*Expression `json:"exclude,omitempty"`
	RunCap     int           `json:"run_cap"`              // framework.SweepSpace's Cap
	EarlyStop  *EarlyStop    `json:"early_stop,omitempty"` // nil: no trial is pruned
	OnFailure  OnFailure     `json:"on_failure"`

	// Objectives are the metrics that an adaptive sampler searches by; none for others.
	Objectives []Objective `json:"-"`

	section *node
	unset   map[string]any // values in expressions of parameters that are not set
	seed    Setting        // the experiment's
	sampler framework.Sampler
}

// A Margin is the largest difference of a metric that counts as none.
type Margin struct {
	Metric     string  `json:"metric"`               // one of the question's
	Percent    float64 `json:"percent,omitempty"`    // of ratios: 10 is from 1/1.1 to 1.1; 0 if Difference is given
	Difference float64 `json:"difference,omitempty"` // in the metric's unit
}

// A Pair is a content image and its style images: a replicate of the whole sweep.
type Pair struct {
	Name    string   `json:"name"`              // mountain × autumn: the files' names
	Content string   `json:"content,omitempty"` // path; "" for the experiment's own
	Style   []string `json:"style,omitempty"`   // paths; none for the experiment's own

	content, style string // names, as used in exclude
	settings       []Setting
}

// A Parameter is a swept key path, or several that vary together. It has levels, or a
// range that the sampler draws from.
type Parameter struct {
	Paths  []string `json:"paths"`
	Levels []Level  `json:"levels,omitempty"`
	Range  *Range   `json:"range,omitempty"` // nil if there are levels
	// When is false for settings of earlier parameters with which this one is not set; nil
	// if it always is.
	When *Expression `json:"when,omitempty"`
}

// Name returns the parameter's name in reports: its paths, joined by commas.
func (p Parameter) Name() string { return strings.Join(p.Paths, ", ") }

// A Level is one value of a parameter: a setting for each of its paths.
type Level struct {
	Label    string    `json:"label"` // short, unique within the parameter
	Settings []Setting `json:"settings"`
}

// A Range is a closed interval of actual values.
//
//	uniform:     all values are equally likely
//	log_uniform: the logarithm is uniform
//	int:         all whole numbers are equally likely
type Range struct {
	Min          float64 `json:"min"`
	Max          float64 `json:"max"`
	Distribution string  `json:"distribution"`

	path        Setting // has the path only
	first, last position
}

// A Setting is a value for one key path of an experiment. It is only valid as returned
// by Load, Range.Setting or Sweep.Replicate.
type Setting struct {
	Path  string `json:"path"`
	Text  string `json:"-"`     // the value in YAML, on one line
	Value any    `json:"value"` // nil, bool, int64, float64, string, []any or map[string]any

	node *node    // the value
	at   position // of the path
}

// An Objective is a metric to search by.
type Objective struct {
	Metric string
	Lower  bool // whether lower is better
}

// EarlyStop holds the settings of the sweep's pruner.
type EarlyStop struct {
	Type    string    `json:"type"`              // the pruner
	Metric  string    `json:"metric"`            // comparable between all trials
	Lower   bool      `json:"lower"`             // whether lower is better
	Warmup  int       `json:"warmup"`            // iterations before the first comparison
	Every   int       `json:"every"`             // iterations between comparisons
	Options []Setting `json:"options,omitempty"` // of the pruner

	pruner func() (framework.Pruner, error)
}

// Pruner returns a new pruner without reports of any trial.
func (e *EarlyStop) Pruner() (framework.Pruner, error) { return e.pruner() }

// OnFailure holds the limits for failed trials.
type OnFailure struct {
	Retries     int `json:"retries" config:"retries" doc:"maximum number of retries of a failed trial"`
	MaxFailures int `json:"max_failures" config:"max_failures" doc:"stop the sweep after this many failed trials; 0 never stops it"`
}

// Sampler returns the plugin that chooses the settings and blocks to run.
func (s *Sweep) Sampler() framework.Sampler { return s.sampler }

// Adaptive returns the sampler if results decide on its settings, else nil.
func (s *Sweep) Adaptive() framework.Adaptive {
	adaptive, _ := s.sampler.(framework.Adaptive)
	return adaptive
}

// JSON returns the sweep in canonical form.
func (s *Sweep) JSON() ([]byte, error) { return json.Marshal(s) }

// Problem returns a Problems for a key of the sweep, such as "run_cap" or "exclude[1]".
func (s *Sweep) Problem(key, format string, args ...any) error {
	rep := &report{}
	n, _ := s.section.find(key)
	rep.add(n.position, join("sweep", key), format, args...)
	return rep.err()
}

// Replicate returns the settings for a pair (−1 for none) and a repeat: the pair's
// images, and the seed plus repeat.
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

// newSetting returns the setting of a value of the tree; at is the position of path.
func newSetting(path string, n *node, at position) Setting {
	return Setting{Path: path, Text: n.flow(), Value: n.jsonValue(), node: n, at: at}
}
