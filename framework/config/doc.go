// Package config turns a YAML file and command-line overrides into a
// framework.Experiment. It is the only user of viper and of YAML.
//
// The way through, one file each:
//
//	parse.go      bytes → tree of nodes that know their file, line and column
//	shorthand.go  `content: x.png` and its like → the long form
//	extends.go    presets and other files underneath, merged
//	override.go   path=value on that tree
//	schema.go     tree → settings: known keys and types, by reflection
//	decode.go     settings → viper → framework.Experiment, defaults filled in
//	layers.go     globs and indices → the backbone's layer names
//	validate.go   what no type can say
//	resolved.go   the result, printed again
//
// and of a sweep:
//
//	sweep.go            what a sweep is
//	sweep_override.go   path=1,2 and its like
//	sweep_keys.go       the keys of the section
//	sweep_read.go       section → Sweep, with sweep_parameter.go, sweep_range.go, sweep_check.go
//	exclude.go          expressions that leave trials out
//	trial.go            tree and settings → one trial
//	sweep_probe.go      trials that Load tries
//
// Every step reports into one list, so that a user sees all problems at once.
package config
