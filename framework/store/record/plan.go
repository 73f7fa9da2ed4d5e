// Package record declares what a store holds as JSON: the plan of a sweep, where each
// trial lies in it, what metrics are, and the data of events. Who writes it and who
// reads it use these types.
package record

import (
	"cmp"
	"encoding/json"
)

// A Plan is a sweep as it was asked for.
type Plan struct {
	Question   string      `json:"question,omitempty"`
	Method     string      `json:"method"`            // the sampler
	Options    Options     `json:"options,omitempty"` // of the sampler
	Metrics    []string    `json:"metrics"`
	Parameters []Parameter `json:"parameters"`
	Pairs      []string    `json:"pairs,omitempty"` // their names
	Repeats    int         `json:"repeats"`
	Exclude    []string    `json:"exclude,omitempty"`
	RunCap     int         `json:"run_cap,omitempty"`
	EarlyStop  *EarlyStop  `json:"early_stop,omitempty"` // nil for none
	// Definitions are of all metrics of the sweep's pictures, and of losses among
	// Metrics. They are for people: two plans that differ in them alone are the same.
	Definitions []Metric `json:"definitions,omitempty"` // none in older stores
}

// A Parameter is what varies: of a zip the paths are joined by " + ".
type Parameter struct {
	Path    string    `json:"path"`
	Labels  []string  `json:"labels,omitempty"`  // none for a range that is drawn from
	Numbers []float64 `json:"numbers,omitempty"` // of all labels, if all are numbers
	Range   *Range    `json:"range,omitempty"`   // that values are taken from; nil for none
}

// A Range is what values are taken from.
type Range struct {
	Min          float64 `json:"min"`
	Max          float64 `json:"max"`
	Distribution string  `json:"distribution"` // uniform, log_uniform or int
}

// EarlyStop is what stops trials.
type EarlyStop struct {
	Type    string  `json:"type"`              // the pruner
	Metric  string  `json:"metric"`            // one that can be compared between all trials
	Lower   bool    `json:"lower"`             // whether lower is better
	Warmup  int     `json:"warmup"`            // iterations before the first look
	Every   int     `json:"every"`             // iterations between two
	Options Options `json:"options,omitempty"` // of the pruner
}

// Options are a plugin's, by their keys: nil, bool, number, string, list or map.
type Options map[string]any

// A Point is where a trial lies in its sweep.
type Point struct {
	Settings    []Setting `json:"settings"`
	Levels      []int     `json:"levels"` // by parameter; −1 for a draw from a range
	Pair        int       `json:"pair"`   // −1 if there are none
	Repeat      int       `json:"repeat"`
	Content     string    `json:"content"` // names of files, several styles joined by " + "
	Style       string    `json:"style"`
	ContentHash string    `json:"content_hash"` // SHA-256 in hexadecimal digits, joined alike
	StyleHash   string    `json:"style_hash"`
}

// UnmarshalJSON also reads the keys that content and style had in earlier versions:
// photograph, painting, and these with _hash.
func (p *Point) UnmarshalJSON(data []byte) error {
	type plain Point // without this method
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

// A Setting is what a trial sets.
type Setting struct {
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
	Label string          `json:"label"`
}
