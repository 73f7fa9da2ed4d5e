package framework

// A Pruner decides which trials of a sweep are stopped early.
//
// The framework reports one value of every trial to it as the trials run, and applies
// the config's warm-up and interval itself. One pruner is made per command. Its methods
// are called from several goroutines at once; the values of one trial come in the order
// of their steps, those of different trials in any order. Its options stand beside
// early_stop's other keys in a config and may not be files.
type Pruner interface {
	// Observe records a value without a decision: of a step before the warm-up, or of
	// an earlier attempt that this one resumes.
	Observe(TrialValue)
	// ShouldPrune records a value, as Observe does, and returns whether to stop the
	// trial, and the limit, lower than the value, that it misses.
	//
	// A trial is compared with others of its group only, never with its own values.
	// The same values in the same order get the same decisions.
	ShouldPrune(TrialValue) (limit Limit, stop bool)
}

// A LatePruner is a Pruner that stops no trial before some iteration, whatever the warm-up.
type LatePruner interface {
	Pruner
	// Earliest is the first iteration at which it may stop a trial.
	Earliest() int
}

// A TrialValue is a trial's value at one step.
type TrialValue struct {
	Group string // of comparable trials: same images, same repeat
	Trial string // identifies the trial; the same for all its attempts
	Step  int    // iterations so far, over all stages; of a step reported twice the later value counts
	// Value is lower for better trials: a metric of which higher is better is negated.
	Value float64
}

// A Limit is the bound that a pruned trial missed.
type Limit struct {
	Name  string // in words: "the median of the other trials"
	Value float64
}
