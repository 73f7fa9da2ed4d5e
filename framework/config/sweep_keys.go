package config

import (
	"reflect"

	"github.com/go-viper/mapstructure/v2"

	"runexp/framework"
)

// The keys of the `sweep:` section. They are decoded into these structs and checked
// like the rest of the config; a sweepReader turns them into a Sweep.

type sweepKeys struct {
	Question   string               `config:"question" doc:"the question that the sweep answers, in words; shown at the top of the report"`
	Method     string               `config:"method" doc:"the sampler, which chooses the trials; see runexp plugins"`
	Metrics    []string             `config:"metrics" doc:"the few eval/ metrics that the question is about and that the report makes claims on; default: content and style, and what a swept loss is about, such as noise for tv"`
	Equivalent []marginKeys         `config:"equivalent" doc:"differences that count as none, declared before the sweep: the report then says which levels are shown to be equivalent to the first"`
	Pairs      []pairKeys           `config:"pairs" doc:"pairs of content and style images; everything is run on each pair: the replicates"`
	Repeats    int                  `config:"repeats" doc:"runs of each setting and pair, with seed, seed + 1, …; only useful if something is random"`
	Parameters []parameterKeys      `config:"parameters" doc:"the settings that vary"`
	Exclude    []string             `config:"exclude" doc:"expressions over the swept paths; trials for which one is true are excluded"`
	RunCap     int                  `config:"run_cap" doc:"maximum number of trials, 0 for all; for a method that draws, such as random, the number of settings, each run on every pair"`
	EarlyStop  framework.PrunerSpec `config:"early_stop" doc:"stops trials that are behind the others; it saves time when searching for the best trial, but the report makes no claims; default: none is stopped"`
	OnFailure  OnFailure            `config:"on_failure" doc:"what to do when trials fail"`
	Options    any                  `config:",options"` // of the sampler
}

type marginKeys struct {
	Metric     string  `config:"metric" doc:"a metric of the question; default: each of them"`
	Percent    float64 `config:"percent" doc:"the margin in percent, of a metric whose values are all above 0: 10 is from 1/1.1 to 1.1 times"`
	Difference float64 `config:"difference" doc:"instead of percent: the margin in the metric's own unit, of a metric with values of 0 or below"`
}

type pairKeys struct {
	Content string   `config:"content" doc:"the content image, relative to the YAML file; default: the experiment's"`
	Style   []string `config:"style" doc:"the style image, or a list of them; default: the experiment's"`
}

type parameterKeys struct {
	Path         string    `config:"path" doc:"key path of the experiment, as in losses.style.weight or losses.style.layers.0.weight; extends sweeps over presets, which the other keys of the file then override"`
	Values       []*node   `config:"values" doc:"the values, of any kind; null restores the key's default"`
	Min          float64   `config:"min" doc:"instead of values: the lower end of a range, inclusive"`
	Max          float64   `config:"max" doc:"the upper end of the range, inclusive"`
	Distribution string    `config:"distribution" doc:"of the range: uniform, log_uniform (min and max are actual values, not exponents) or int"`
	Steps        int       `config:"steps" doc:"number of values in the range, evenly or log-evenly spaced, ends included; leave it out if the method draws, as random does"`
	Glob         string    `config:"glob" doc:"instead of values: the matching layers of the backbone, one at a time, as in relu*"`
	Zip          []zipKeys `config:"zip" doc:"instead of path: several paths that vary together, with equally many values each"`
	Labels       []string  `config:"labels" doc:"short names of the values in reports"`
	When         string    `config:"when" doc:"an expression over parameters listed before this one, as in exclude: where it is false, this one is not set and the experiment's own value stays, so settings that differ only in it are one; default: it is always set"`
}

type zipKeys struct {
	Path   string  `config:"path" doc:"key path of the experiment"`
	Values []*node `config:"values" doc:"its values"`
}

// defaultSweep returns the default section. A list holds one item, the default for its
// items.
func defaultSweep() sweepKeys {
	return sweepKeys{
		Method:     "grid",
		Metrics:    []string{"eval/content", "eval/style"},
		Repeats:    1,
		Parameters: []parameterKeys{{Distribution: "uniform"}},
		EarlyStop:  framework.PrunerSpec{Type: "median", Warmup: 50, Every: 25},
		OnFailure:  OnFailure{Retries: 1},
	}
}

// keys checks the section against the structs above and fills in the defaults. A list
// has as many items as in the file, even if one has a problem.
func (r *sweepReader) keys() (sweepKeys, error) {
	c := checker{r.loader, r.report}
	settings := c.check(r.section, reflect.TypeFor[sweepKeys](), "sweep")
	keys := defaultSweep()
	parameter := keys.Parameters[0]
	keys.Parameters = nil
	if settings == nil {
		return keys, nil
	}
	decode := &mapstructure.DecoderConfig{Result: &keys}
	strict(decode)
	decode.DecodeHook = func(from, to reflect.Value) (any, error) {
		if p, ok := to.Addr().Interface().(*parameterKeys); ok {
			*p = parameter
		}
		return from.Interface(), nil
	}
	decoder, err := mapstructure.NewDecoder(decode)
	if err != nil {
		return keys, err
	}
	if err := decoder.Decode(settings); err != nil {
		return keys, err
	}
	return keys, r.loader.decodePlugins(reflect.ValueOf(&keys).Elem())
}
