package record

import (
	"encoding/json"
	"math"
)

// A Metric says what a number of a run is, so that whoever reads it needs not know
// who computed it.
type Metric struct {
	Name    string `json:"name"`    // as the store's numbers have it: eval/content, or eval/content/relu3_3 for one layer of it
	Label   string `json:"label"`   // what a sentence calls it: content distance
	Doc     string `json:"doc"`     // one line
	Unit    string `json:"unit"`    // "" for a number without one
	Better  string `json:"better"`  // lower, higher or neither, all else being equal
	Low     Bound  `json:"low"`     // no value is below
	High    Bound  `json:"high"`    // nor above
	Against string `json:"against"` // content or style, the image that the picture is compared with; "" for the picture alone
	Source  string `json:"source"`  // who computes it: the hash of a scorer, or "loss"
}

// FromLoss is the source of a metric that is the last value of a run's loss.
const FromLoss = "loss"

// A Bound of a number may be infinite, which is null: JSON has no such numbers.
type Bound float64

// MarshalJSON writes the bound.
func (b Bound) MarshalJSON() ([]byte, error) {
	if math.IsInf(float64(b), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(b))
}
