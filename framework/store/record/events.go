package record

// An Event is the data of an event of a run.
type Event interface {
	// Kind is what the event is called.
	Kind() string
}

// A Stage begins.
type Stage struct {
	Stage  int `json:"stage"` // from 1
	Height int `json:"height"`
	Width  int `json:"width"`
}

// A Standstill is a stage that ended before its budget was used up.
type Standstill struct {
	Stage       int    `json:"stage"` // from 1
	Iteration   int    `json:"iteration"`
	Evaluations int    `json:"evaluations"` // of the stage
	Why         string `json:"why"`
}

// A Rollback is an iteration that is done again.
type Rollback struct {
	Stage     int     `json:"stage"` // from 1
	Iteration int     `json:"iteration"`
	Loss      any     `json:"loss"`   // text where it is not finite: JSON has no such numbers
	Factor    float64 `json:"factor"` // of the learning rate, from then on
	Why       string  `json:"why"`
}

// Resumed says that the run goes on from an earlier one. Kernels and Version are
// what they were before, where they are others now: then the picture may differ
// in its last digits from an undisturbed run's.
type Resumed struct {
	Run       int64  `json:"run"`
	Status    string `json:"status"` // of that run
	Stage     int    `json:"stage"`
	Iteration int    `json:"iteration"`
	Kernels   string `json:"kernels_before,omitempty"`
	Version   string `json:"version_before,omitempty"`
}

// Refused is a checkpoint that was not gone on from.
type Refused struct {
	Why string `json:"why"`
}

// Unscored is a picture that the metrics cannot be computed of.
type Unscored struct {
	Why string `json:"why"`
}

// Kind is "stage".
func (Stage) Kind() string { return "stage" }

// Kind is "standstill".
func (Standstill) Kind() string { return "standstill" }

// Kind is "rollback".
func (Rollback) Kind() string { return "rollback" }

// Kind is "resumed".
func (Resumed) Kind() string { return "resumed" }

// Kind is "refused".
func (Refused) Kind() string { return "refused" }

// Kind is "unscored".
func (Unscored) Kind() string { return "unscored" }
