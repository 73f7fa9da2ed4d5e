package record

import "strings"

// A Metric defines a number of a run, so that readers need not know what computed it.
type Metric struct {
	Name    string   `json:"name"`              // in the store: eval/content, or eval/content/relu3_3 for one layer
	Label   string   `json:"label"`             // in sentences: content distance
	Doc     string   `json:"doc,omitempty"`     // one line
	Unit    string   `json:"unit,omitempty"`    // "" for a number without a unit
	Better  string   `json:"better"`            // lower, higher or neither
	Low     *float64 `json:"low,omitempty"`     // lower bound; nil for none
	High    *float64 `json:"high,omitempty"`    // upper bound; nil for none
	Against string   `json:"against,omitempty"` // content or style, the image that the picture is compared with; "" for none
	Equal   *float64 `json:"equal,omitempty"`   // value of a picture that equals that image; nil for none
	Source  string   `json:"source"`            // the hash of the scorer that computes it, or FromLoss

	Formula    string `json:"formula,omitempty"`    // on one line
	Published  string `json:"published,omitempty"`  // where: authors, year, arXiv number
	Comparable string `json:"comparable,omitempty"` // with which published numbers, under which conditions; "" for none

	// Layers are those of the scorer's backbone that it reads; nil for none. If Fixed, they
	// are those of its publication, otherwise they are held out: no run's losses read them.
	Layers []string `json:"layers,omitempty"`
	Fixed  bool     `json:"fixed,omitempty"`
	// Optimised are those of Layers that losses of the plan's runs read, in a network of the
	// same names, or that adjoin such a layer (a ReLU the convolution before it, or the
	// pooling after it). A run that lowers such a loss lowers the metric by construction.
	Optimised []string `json:"optimised,omitempty"`
}

// FromLoss is the source of a metric that is the last value of a loss.
const FromLoss = "loss"

// LossMetric describes the last value of the loss with this name in the store, such as
// loss/style or loss/style/conv1_1; false if name is not a loss.
func LossMetric(name string) (Metric, bool) {
	loss, is := strings.CutPrefix(name, "loss/")
	if !is {
		return Metric{}, false
	}
	return Metric{
		Name: name, Label: strings.ReplaceAll(loss, "/", " ") + " loss", Doc: "the last " + name + " of the run", Better: "lower", Source: FromLoss,
	}, true
}

// RunMetric describes a number that runs record themselves, without a scorer: a loss, a time.
// The view metric_info of the store has the same texts.
func RunMetric(name string) Metric {
	if loss, is := LossMetric(name); is {
		return loss
	}
	m := Metric{Name: name, Label: name, Better: "neither"}
	switch name {
	case "time/iteration":
		m.Label, m.Doc, m.Unit, m.Better = "time of an iteration", "seconds that the iteration after the value took", "s", "lower"
	case "memory/peak":
		m.Label, m.Doc, m.Unit, m.Better = "peak memory", "largest memory of the process so far", "bytes", "lower"
	case "rate":
		m.Label, m.Doc = "learning rate", "learning rate of the iteration after the value"
	case "evaluations":
		m.Doc = "computations of loss and gradient so far"
	}
	return m
}

// Votes is the name of the metric that people's votes on pictures make.
const Votes = "votes/better"

// FromVotes is the source of that metric.
const FromVotes = "votes"

// VotesMetric describes Votes.
func VotesMetric() Metric {
	low, high := 0.0, 1.0
	return Metric{
		Name: Votes, Label: "votes", Better: "higher", Low: &low, High: &high, Source: FromVotes,
		Doc: "the share of its comparisons with the pair's other settings that a picture won before people, a tie being half",
	}
}
