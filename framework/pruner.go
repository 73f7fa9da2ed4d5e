package framework

// A Pruner says which trials of a sweep are stopped before their end.
//
// The framework tells it one number of every trial as the trials go on, and keeps from
// it what the config says of when: how often it is asked, and from which step. One is
// made for each command. Its methods are called from several goroutines at once; the
// values of one trial come in the order of their steps, those of different trials in
// any order. An option of its own stands beside early_stop's other keys in a config and
// names no file.
type Pruner interface {
	// Observe tells it a value without asking: of a step before the warm-up, or of an
	// earlier attempt at the trial, that this one goes on from.
	Observe(TrialValue)
	// ShouldPrune tells it a value, as Observe does, and returns whether the trial is to be
	// stopped, and the limit that it is behind: below the value.
	//
	// A trial is judged by others of its group only, never by its own values. The
	// same values in the same order have the same verdicts.
	ShouldPrune(TrialValue) (limit Limit, stop bool)
}

// A TrialValue is what a trial has come to.
type TrialValue struct {
	Group string // of trials that may be compared: of the same images, in the same repeat
	Trial string // tells trials apart; a trial that is tried again keeps it
	Step  int    // iterations made, all stages together; a step that is told twice has the later value
	// Value is a number of which lower is better: of a metric of which higher is better,
	// its negative.
	Value float64
}

// A Limit is what a trial was behind.
type Limit struct {
	Name  string // what it is, in words: "the median of the other trials"
	Value float64
}
