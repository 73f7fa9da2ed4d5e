package evaluate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/store/record"
)

// Prefix is the prefix of metrics' names in the store: eval/content.
const Prefix = "eval/"

// A Metric is one metric's value for a picture.
type Metric struct {
	Name  string
	Value float64
}

// A metric is a plugin with its name in the store and its definition.
type metric struct {
	framework.Metric
	framework.Definition
	name string
}

// metricsOf returns the metrics of a registry, in its order, with the files of weights that
// some of them have, by metric.
func metricsOf(r *framework.Registry[framework.Metric], files map[string]string) ([]metric, error) {
	var list []metric
	for _, plugin := range r.All() {
		options := plugin.Options()
		framework.SetFile(options, files[plugin.Name])
		m, err := plugin.New(options)
		if err != nil {
			return nil, fmt.Errorf("metric %s: %w", plugin.Name, err)
		}
		list = append(list, metric{m, m.Definition(), Prefix + plugin.Name})
	}
	return list, nil
}

// available returns those of all that c's network can compute, without those on request
// that c does not request. Errors: a requested metric that does not exist, or that the
// network cannot compute.
func available(all []metric, c Config) ([]metric, error) {
	var list []metric
	var problems []error
	for _, m := range all {
		requested := slices.ContainsFunc(c.Requested, func(name string) bool { return m.named(name) })
		if m.OnRequest && !requested {
			continue
		}
		if err := m.computable(c.Backbone); err == nil {
			list = append(list, m)
		} else if requested {
			problems = append(problems, fmt.Errorf("%s cannot be computed: %w", m.name, err))
		}
	}
	for _, name := range c.Requested {
		if !slices.ContainsFunc(all, func(m metric) bool { return m.named(name) }) {
			problems = append(problems, fmt.Errorf("there is no metric %q", name))
		}
	}
	return list, errors.Join(problems...)
}

// computable returns why a backbone cannot compute m; nil if it can.
func (m metric) computable(b framework.Backbone) error {
	if c, is := m.Metric.(framework.NetworkChecker); is {
		if err := c.CheckNetwork(b.Layers()); err != nil {
			return err
		}
	}
	if len(m.Fixed) == 0 {
		return nil
	}
	names := framework.LayerNames(b.Layers())
	for _, layer := range m.Fixed {
		if !slices.Contains(names, layer) {
			return fmt.Errorf("it is defined at %s, and the network that scores has no %s; score with another one (evaluate.backbone), such as vgg19",
				strings.Join(m.Fixed, ", "), layer)
		}
	}
	_, err := b.Weights(m.Fixed)
	return err
}

// named reports whether name is that of m or of m at one layer: any layer that may be held
// out, or one of the fixed ones.
func (m metric) named(name string) bool {
	_, several := Layers{}.layersOf(m)
	layer, ok := strings.CutPrefix(name, m.name+"/")
	return m.name == name || ok && several && layer != "" && (!m.Layers.AreFixed() || slices.Contains(m.Fixed, layer))
}

// layersOf returns the layers that m is prepared for. several is false for a metric with a
// single value.
func (l Layers) layersOf(m metric) (layers []string, several bool) {
	switch m.Layers {
	case framework.ContentLayers:
		return l.Content, true
	case framework.StyleLayers:
		return l.Style, true
	case framework.StructureLayer:
		return []string{l.Structure}, false
	case framework.FixedLayers:
		return m.Fixed, len(m.Fixed) > 1
	}
	return []string{""}, false
}

// record returns the store's description of m, which reads layers.
func (s *Scorer) record(m metric, layers []string) record.Metric {
	d := m.Definition
	r := record.Metric{
		Name: m.name, Label: d.Label, Doc: d.Doc, Unit: d.Unit, Better: string(d.Better),
		Low: finite(d.Low), High: finite(d.High), Against: string(d.Against), Source: s.hash,
		Formula: d.Formula, Published: d.Source, Comparable: d.Comparable, Layers: layers, Fixed: d.Layers.AreFixed(),
	}
	if d.Against != "" {
		r.Equal = &d.Equal
	}
	network := s.config.Backbone.Layers()
	for i, l := range network {
		if slices.Contains(layers, l.Name) && optimised(network, i, s.config.Used) {
			r.Optimised = append(r.Optimised, l.Name)
		}
	}
	return r
}

// finite returns a bound, or nil if it is infinite.
func finite(bound float64) *float64 {
	if math.IsInf(bound, 0) {
		return nil
	}
	return &bound
}

// records describes m's values: its own, and those at single layers if there are several.
func (s *Scorer) records(m metric) []record.Metric {
	layers, several := s.config.Layers.layersOf(m)
	switch {
	case m.Layers == framework.LayersTogether:
		return []record.Metric{s.record(m, m.Fixed)}
	case m.Layers == framework.NoLayers:
		return []record.Metric{s.record(m, nil)}
	case !several:
		return []record.Metric{s.record(m, layers)}
	}
	mean := s.record(m, layers)
	mean.Doc += "; mean over held-out layers"
	if mean.Fixed {
		mean.Doc = m.Doc + "; mean over " + strings.Join(layers, ", ")
	}
	all := []record.Metric{mean}
	for _, layer := range layers {
		at := s.record(m, []string{layer})
		at.Name += "/" + layer
		at.Label += " at " + layer
		at.Doc += ", at " + layer
		all = append(all, at)
	}
	return all
}

// Names lists the metrics of a registry by their names in the store (eval/content),
// without those of single layers.
func Names(r *framework.Registry[framework.Metric]) []string {
	var names []string
	for _, plugin := range r.All() {
		names = append(names, Prefix+plugin.Name)
	}
	return names
}

// Describe returns the definition of a metric by its name in the store, eval/content or
// eval/content/relu3_3, for any Scorer.
func Describe(r *framework.Registry[framework.Metric], name string) (framework.Definition, bool) {
	list, err := metricsOf(r, nil)
	if err != nil {
		return framework.Definition{}, false
	}
	for _, m := range list {
		if m.named(name) {
			return m.Definition, true
		}
	}
	return framework.Definition{}, false
}
