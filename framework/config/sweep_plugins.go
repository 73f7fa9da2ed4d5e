package config

import (
	"reflect"
	"strings"

	"runexp/framework"
)

// sampler builds the sampler that the section names, or reports why it cannot.
func (r *sweepReader) sampler(keys sweepKeys) {
	s, ok := build(r.validator(), r.loader.Plugins.Samplers, keys.Method, keys.Options, "sweep")
	if ok {
		r.sweep.sampler, r.sweep.Options = s, r.options(keys.Options)
	}
}

// pruner checks that the pruner of early_stop can be built, and sets its constructor.
func (r *sweepReader) pruner(keys framework.PrunerSpec) {
	if _, ok := build(r.validator(), r.loader.Plugins.Pruners, keys.Type, keys.Options, "sweep.early_stop"); !ok {
		return
	}
	r.sweep.EarlyStop.Options = r.options(keys.Options)
	r.sweep.EarlyStop.pruner = func() (framework.Pruner, error) {
		plugin, err := r.loader.Plugins.Pruners.Lookup(keys.Type)
		if err != nil {
			return nil, err
		}
		return plugin.New(keys.Options)
	}
}

// validator returns a validator of a config with only the section.
func (r *sweepReader) validator() *validator {
	root := &node{position: r.section.position, kind: mapping}
	root.entries = []entry{{r.section.position, "sweep", r.section}}
	return &validator{loader: r.loader, root: root, report: r.report, earlier: r.report.problems}
}

// options returns the options of a plugin with all defaults.
func (r *sweepReader) options(options any) []Setting {
	var list []Setting
	for _, m := range members(reflect.ValueOf(options).Elem()) {
		text, err := marshal(toYAML(m.value))
		if err == nil {
			var n *node
			if n, err = yamlValue(r.section.source, string(text)); err == nil {
				list = append(list, newSetting(m.key, n, r.section.position))
			}
		}
		if err != nil { // a bug in this package
			r.add("", "%s: %v", m.key, err)
		}
	}
	return list
}

// draws and steps report which kind of sampler is used; both are false if it is
// unknown, which is already reported.
func (r *sweepReader) draws() bool { return r.sweep.sampler != nil && r.sweep.sampler.Draws() }
func (r *sweepReader) steps() bool { return r.sweep.sampler != nil && !r.sweep.sampler.Draws() }

// samplerHint returns a suggestion for messages: the samplers that draw, and what they
// do; "" if there are none.
func (r *sweepReader) samplerHint(does string) string {
	var names []string
	for _, p := range r.loader.Plugins.Samplers.All() {
		if s, err := p.New(p.Options()); err == nil && s.Draws() {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	last := len(names) - 1
	if last > 0 {
		names = []string{strings.Join(names[:last], ", ") + " or " + names[last]}
	}
	return "; method: " + names[0] + " " + does
}
