package framework

// Adaptive is an optional ability of a Sampler: after the points of Sample it suggests
// settings one at a time, from the results of those before. Its sweeps claim nothing, since
// what they contain depends on results.
type Adaptive interface {
	Sampler
	// Objectives returns how many metrics it searches by at most, at least 1: the first ones
	// of the sweep's.
	Objectives() int
	// Suggest returns the setting to run after those of history, which begins with those of
	// Sample and is in the order of their choice; ok is false if none is left. The setting
	// is settled, not in history, and not excluded on every block. Equal arguments return
	// equal settings; space.Cap has no influence. Neither the slices of space nor history
	// are modified.
	Suggest(space SweepSpace, history []Result, excluded func(setting []Choice, block int) bool) (setting []Choice, ok bool, err error)
}

// A Result is what became of a setting.
type Result struct {
	Setting []Choice
	// Values has a number for each objective, lower is better: the mean over the blocks that
	// it ran on. Nil while it is pending, and if a run of it failed or was pruned.
	Values  []float64
	Pending bool
}
