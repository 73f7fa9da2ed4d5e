// Package framework defines the contracts between the parts of runexp: the plugin
// interfaces (Backbone, Loss, Optimizer, …), their registries, and Experiment. It
// contains no plugin and does no input or output.
package framework
