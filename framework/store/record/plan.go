// Package record declares the types that a store holds as JSON: the plan of a sweep, the
// points of its trials, definitions of metrics, and the data of events. Writers and
// readers share them.
package record

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// A Plan is a sweep as requested.
type Plan struct {
	Question   string      `json:"question,omitempty"`
	Method     string      `json:"method"`            // the sampler
	Options    Options     `json:"options,omitempty"` // of the sampler
	Metrics    []string    `json:"metrics"`
	Equivalent []Margin    `json:"equivalent,omitempty"` // what counts as no difference; none in older stores
	Parameters []Parameter `json:"parameters"`
	Pairs      []string    `json:"pairs,omitempty"` // their names
	Repeats    int         `json:"repeats"`
	Exclude    []string    `json:"exclude,omitempty"`
	RunCap     int         `json:"run_cap,omitempty"`
	EarlyStop  *EarlyStop  `json:"early_stop,omitempty"` // nil for none
	Objectives []string    `json:"objectives,omitempty"` // the metrics by which results decide on settings; none if the plan does
	// Definitions are those of all metrics of the sweep's pictures and of the losses in
	// Metrics. They are for people: plans that differ only in them are equal.
	Definitions []Metric `json:"definitions,omitempty"` // none in older stores
}

// A Margin is the largest difference of a metric that counts as none: in percent, or in
// its own unit. One of both is 0.
type Margin struct {
	Metric     string  `json:"metric"`
	Percent    float64 `json:"percent,omitempty"`
	Difference float64 `json:"difference,omitempty"`
}

// A Parameter is a swept setting; the paths of a zip are joined by " + ".
type Parameter struct {
	Path    string    `json:"path"`
	Labels  []string  `json:"labels,omitempty"`  // of the levels; none if values are drawn from Range
	Numbers []float64 `json:"numbers,omitempty"` // the labels as numbers, if all are numbers
	Range   *Range    `json:"range,omitempty"`   // nil for listed values
	When    string    `json:"when,omitempty"`    // where it is false the parameter is not set; "" if it always is
}

// Paths returns the swept settings, each once, in order of the parameters; those of a zip
// one by one.
func (p Plan) Paths() []string {
	var paths []string
	for _, parameter := range p.Parameters {
		for _, path := range strings.Split(parameter.Path, " + ") {
			if path != "" && !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// NotSet is the label of a parameter that a trial does not set. Of listed values it is the
// last level of a parameter with a condition.
const NotSet = "not set"

// A Range is an interval that values are chosen from.
type Range struct {
	Min          float64 `json:"min"`
	Max          float64 `json:"max"`
	Distribution string  `json:"distribution"` // uniform, log_uniform or int
}

// EarlyStop holds the settings of a sweep's pruner.
type EarlyStop struct {
	Type    string  `json:"type"`              // the pruner
	Metric  string  `json:"metric"`            // comparable between all trials
	Lower   bool    `json:"lower"`             // whether lower is better
	Warmup  int     `json:"warmup"`            // iterations before the first comparison
	Every   int     `json:"every"`             // iterations between comparisons
	Options Options `json:"options,omitempty"` // of the pruner
}

// Options are a plugin's options by key: nil, bool, number, string, list or map.
type Options map[string]any

// A Point is the position of a trial in its sweep.
type Point struct {
	Settings    []Setting `json:"settings"`
	Levels      []int     `json:"levels"` // by parameter; −1 for a draw from a range
	Pair        int       `json:"pair"`   // −1 without pairs
	Repeat      int       `json:"repeat"`
	Content     string    `json:"content"` // names of files, several styles joined by " + "
	Style       string    `json:"style"`
	ContentHash string    `json:"content_hash"` // SHA-256 in hexadecimal digits, joined the same way
	StyleHash   string    `json:"style_hash"`
}

// UnmarshalJSON also accepts the keys of earlier versions for content and style:
// photograph, painting, photograph_hash and painting_hash.
func (p *Point) UnmarshalJSON(data []byte) error {
	type plain Point // has no UnmarshalJSON
	read := struct {
		*plain
		Photograph     string `json:"photograph"`
		Painting       string `json:"painting"`
		PhotographHash string `json:"photograph_hash"`
		PaintingHash   string `json:"painting_hash"`
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	p.Content, p.ContentHash = cmp.Or(p.Content, read.Photograph), cmp.Or(p.ContentHash, read.PhotographHash)
	p.Style, p.StyleHash = cmp.Or(p.Style, read.Painting), cmp.Or(p.StyleHash, read.PaintingHash)
	return nil
}

// A Setting is the value of a swept path in a trial.
type Setting struct {
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
	Label string          `json:"label"`
}
