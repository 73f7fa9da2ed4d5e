package config

import (
	"reflect"

	"github.com/go-viper/mapstructure/v2"

	"runexp/framework"
)

// The keys of the `sweep:` section. They are read into these structs and checked
// like the rest of the config; what they mean together is made of them by a
// sweepReader.

type sweepKeys struct {
	Question   string               `config:"question" doc:"what the sweep is to answer, in words; shown at the head of the report"`
	Method     string               `config:"method" doc:"a sampler, which chooses what is run; see runexp plugins"`
	Metrics    []string             `config:"metrics" doc:"what the question is about: the few eval/ metrics that claims are made of"`
	Pairs      []pairKeys           `config:"pairs" doc:"photographs and paintings that everything is run on: the replicates"`
	Repeats    int                  `config:"repeats" doc:"runs of each setting and pair, with seed, seed + 1, …; only where something is random"`
	Parameters []parameterKeys      `config:"parameters" doc:"what varies"`
	Exclude    []string             `config:"exclude" doc:"expressions over the swept paths; a trial for which one is true is left out"`
	RunCap     int                  `config:"run_cap" doc:"at most so many trials, 0 for all; where the method draws, as random does, so many settings, each run on every pair"`
	EarlyStop  framework.PrunerSpec `config:"early_stop" doc:"stop trials that are behind the others; it saves time where the best trial is looked for, and a report of what is left claims nothing; left out, none is stopped"`
	OnFailure  OnFailure            `config:"on_failure" doc:"what follows a trial that failed"`
	Options    any                  `config:",options"` // of the sampler
}

type pairKeys struct {
	Content string   `config:"content" doc:"the photograph, relative to the YAML file; left out, the experiment's"`
	Style   []string `config:"style" doc:"the painting, or a list of them; left out, the experiment's"`
}

type parameterKeys struct {
	Path         string    `config:"path" doc:"key path of the experiment, as in losses.style.weight or losses.style.layers.0.weight"`
	Values       []*node   `config:"values" doc:"the values, of any kind; null takes the key away, back to its default"`
	Min          float64   `config:"min" doc:"instead of values: a range, its ends included"`
	Max          float64   `config:"max" doc:"the other end of the range"`
	Distribution string    `config:"distribution" doc:"of a range: uniform, log_uniform (min and max are actual values, not exponents) or int"`
	Steps        int       `config:"steps" doc:"so many values of the range, evenly or log-evenly spaced, ends included; where the method draws, as random does, none are given"`
	Glob         string    `config:"glob" doc:"instead of values: each layer of the backbone that matches, as in relu*"`
	Zip          []zipKeys `config:"zip" doc:"instead of path: several paths that vary together, each with as many values"`
	Labels       []string  `config:"labels" doc:"short names of the values in reports"`
}

type zipKeys struct {
	Path   string  `config:"path" doc:"key path of the experiment"`
	Values []*node `config:"values" doc:"its values"`
}

// defaultSweep is what a section means that says nothing; lists hold one item,
// which is what an item means.
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

// keys checks the section against the structs above and fills in the defaults. A
// list has as many items as were written, also where one has a problem.
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
