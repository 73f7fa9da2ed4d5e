package record

import "strings"

// A Metric says what a number of a run is, so that whoever reads it need not know
// who computed it.
type Metric struct {
	Name    string   `json:"name"`              // as the store's numbers have it: eval/content, or eval/content/relu3_3 for one layer of it
	Label   string   `json:"label"`             // what a sentence calls it: content distance
	Doc     string   `json:"doc,omitempty"`     // one line
	Unit    string   `json:"unit,omitempty"`    // none for a number without one
	Better  string   `json:"better"`            // lower, higher or neither, all else being equal
	Low     *float64 `json:"low,omitempty"`     // no value is below; nil for no bound
	High    *float64 `json:"high,omitempty"`    // nor above
	Against string   `json:"against,omitempty"` // content or style, the image that the picture is compared with; none for the picture alone
	Source  string   `json:"source"`            // who computes it: the hash of a scorer, or FromLoss
}

// FromLoss is the source of a metric that is the last value of a run's loss.
const FromLoss = "loss"

// LossMetric describes the last value of a loss by its name in the store, loss/style or
// loss/style/conv1_1; false for what is none.
func LossMetric(name string) (Metric, bool) {
	loss, is := strings.CutPrefix(name, "loss/")
	if !is {
		return Metric{}, false
	}
	return Metric{
		Name: name, Label: strings.ReplaceAll(loss, "/", " ") + " loss", Doc: "the last " + name + " of the run", Better: "lower", Source: FromLoss,
	}, true
}
