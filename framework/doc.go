// Package framework holds the contracts that the parts of runexp meet at: what
// a backbone, a loss and an optimiser are, how plugins are registered, and what
// an experiment says. It contains no plugin and does no input or output.
package framework
