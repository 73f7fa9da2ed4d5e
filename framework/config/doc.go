// Package config turns a YAML file and command-line overrides into a
// framework.Experiment. It is the only user of viper and of YAML.
//
// The steps, one file each:
//
//	parse.go      bytes → tree of nodes with their file, line and column
//	shorthand.go  short forms such as `content: x.png` → long forms
//	extends.go    merge with the extended presets and files
//	override.go   apply path=value to the tree
//	schema.go     tree → settings: check keys and types, by reflection
//	decode.go     settings → viper → framework.Experiment with defaults
//	layers.go     globs and indices → the backbone's layer names
//	validate.go   checks beyond types
//	resolved.go   the result as YAML and parameters
//
// and for a sweep:
//
//	sweep.go            type Sweep
//	sweep_override.go   overrides with several values: path=1,2
//	sweep_keys.go       the keys of the section
//	sweep_read.go       section → Sweep, with sweep_parameter.go, sweep_range.go, sweep_check.go
//	exclude.go          expressions that exclude trials
//	trial.go            tree and settings → one trial
//	sweep_probe.go      trials that Load checks
//
// All steps add to one list of problems, so that a user sees them all at once.
package config
