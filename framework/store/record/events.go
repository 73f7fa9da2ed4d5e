package record

import "fmt"

// An Event is the data of an event of a run.
type Event interface {
	// Kind is the event's name in the store.
	Kind() string
}

// A Stage is the start of a stage.
type Stage struct {
	Stage  int `json:"stage"` // from 1
	Height int `json:"height"`
	Width  int `json:"width"`
}

// A Standstill is the end of a stage before its budget was used up.
type Standstill struct {
	Stage       int    `json:"stage"` // from 1
	Iteration   int    `json:"iteration"`
	Evaluations int    `json:"evaluations"` // of the stage
	Why         string `json:"why"`
}

// A Rollback is an iteration that is repeated with another learning rate.
type Rollback struct {
	Stage     int     `json:"stage"` // from 1
	Iteration int     `json:"iteration"`
	Loss      any     `json:"loss"`   // text if not finite, which JSON numbers cannot be
	Factor    float64 `json:"factor"` // multiplies the learning rate from then on
	Why       string  `json:"why"`
}

// Resumed is the resumption of an earlier run. Kernels and Version are the earlier
// run's if they differ from this run's: the picture may then differ in its last digits
// from that of an uninterrupted run.
type Resumed struct {
	Run       int64  `json:"run"`
	Status    string `json:"status"` // of that run
	Stage     int    `json:"stage"`
	Iteration int    `json:"iteration"`
	Kernels   string `json:"kernels_before,omitempty"`
	Version   string `json:"version_before,omitempty"`
}

// Refused is a checkpoint that could not be resumed.
type Refused struct {
	Why string `json:"why"`
}

// Unscored is a picture for which the metrics could not be computed.
type Unscored struct {
	Why string `json:"why"`
}

// A Flaw is what is wrong with the picture of a run, by package imaging/flaw.
type Flaw struct {
	Flaw   string `json:"flaw"`   // not finite, unchanged, black, saturated or grey
	What   string `json:"what"`   // was measured: the picture …
	Cause  string `json:"cause"`  // a likely one
	Change string `json:"change"` // a setting to change, as on the command line
}

// String describes the flaw in two lines.
func (f Flaw) String() string {
	return fmt.Sprintf("the picture is %s: it %s\n  likely cause: %s; try %s", f.Flaw, f.What, f.Cause, f.Change)
}

// Kind is "flaw".
func (Flaw) Kind() string { return "flaw" }

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
