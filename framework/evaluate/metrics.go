package evaluate

import (
	"fmt"
	"math"
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

// metricsOf returns the metrics of a registry, in its order.
func metricsOf(r *framework.Registry[framework.Metric]) ([]metric, error) {
	var list []metric
	for _, plugin := range r.All() {
		m, err := plugin.New(plugin.Options())
		if err != nil {
			return nil, fmt.Errorf("metric %s: %w", plugin.Name, err)
		}
		list = append(list, metric{m, m.Definition(), Prefix + plugin.Name})
	}
	return list, nil
}

// layersOf returns the layers that m reads. several is false for a metric with a single
// value, which reads one layer or none.
func (l Layers) layersOf(m metric) (layers []string, several bool) {
	switch m.Layers {
	case framework.ContentLayers:
		return l.Content, true
	case framework.StyleLayers:
		return l.Style, true
	case framework.StructureLayer:
		return []string{l.Structure}, false
	}
	return []string{""}, false
}

// record returns the store's description of m.
func (m metric) record() record.Metric {
	d := m.Definition
	r := record.Metric{
		Name: m.name, Label: d.Label, Doc: d.Doc, Unit: d.Unit, Better: string(d.Better),
		Low: finite(d.Low), High: finite(d.High), Against: string(d.Against),
	}
	if d.Against != "" {
		r.Equal = &d.Equal
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

// mean describes m's mean over layers, and at its value at one of them.
func (m metric) mean() record.Metric {
	r := m.record()
	r.Doc += "; mean over held-out layers"
	return r
}

func (m metric) at(layer string) record.Metric {
	r := m.record()
	r.Name += "/" + layer
	r.Label += " at " + layer
	r.Doc += ", at " + layer
	return r
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
	list, err := metricsOf(r)
	if err != nil {
		return framework.Definition{}, false
	}
	for _, m := range list {
		_, several := Layers{}.layersOf(m)
		layer, ok := strings.CutPrefix(name, m.name+"/")
		if m.name == name || ok && several && layer != "" {
			return m.Definition, true
		}
	}
	return framework.Definition{}, false
}
