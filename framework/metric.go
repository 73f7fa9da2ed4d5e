package framework

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/measure"
)

// A Metric scores a finished picture independently of the losses that it was optimised
// for. All registered metrics that the scorer's network allows are computed for every run,
// apart from those on request.
//
// It has no state: Prepare may be called from several goroutines. It has no options that
// change its values; at most a file of published weights (RegisterMetricFile). Values of one name are compared across runs as long as the scorer's
// network and layers are the same, so a metric whose values change must get a new name.
type Metric interface {
	// Definition describes the metric; it never changes.
	Definition() Definition
	// Prepare returns a function that scores pictures against image, which is resized
	// to their size; nil if Definition names no role. It is called for each layer of
	// the set that Definition names, or once with layer "".
	//
	// Whatever depends on the image alone is computed here, once. It must be small,
	// apart from a copy of the features at ContentLayers or fixed layers: the memory
	// prediction assumes so. Errors: no picture can be compared with the image.
	Prepare(image *measure.Image, layer string) (Score, error)
}

// A NetworkChecker is a Metric that is defined for some networks only. Without it, a metric
// is computed by every network that has its fixed layers.
type NetworkChecker interface {
	// CheckNetwork returns why a scorer with these layers cannot compute the metric, and
	// what can; nil if it can.
	CheckNetwork(layers []Layer) error
}

// A Score returns the metric of a picture. It is bitwise deterministic, whatever the
// number of threads and the pictures scored before. A value that is not finite is
// reported as an error.
type Score func(picture *measure.Image) float64

// A Definition describes a metric's values.
type Definition struct {
	Label     string  // name in running text: content distance
	Doc       string  // one line
	Unit      string  // "" if dimensionless
	Low, High float64 // range of values; may be infinite
	Better    Direction
	Against   Role     // of the image compared with; "" for a metric of the picture alone
	Equal     float64  // value of a picture that equals that image
	Layers    LayersOf // of the scorer, whose features it reads
	Fixed     []string // their names, for FixedLayers and LayersTogether; nil otherwise

	Formula    string // on one line, as in ‖F − P‖² / ‖P‖²; the package comment defines the symbols
	Source     string // publication: authors, year, arXiv number
	Comparable string // with which published numbers values may be compared, and under which conditions; "" for none

	// OnRequest metrics are costly: they are computed only if a config names them, in
	// sweep.metrics, sweep.early_stop.metric or evaluate.metrics.
	OnRequest bool
}

// A Direction says which values of a metric are better, all else being equal.
type Direction string

// The directions. Neither is for metrics whose best value depends on the style image.
const (
	Lower   Direction = "lower"
	Higher  Direction = "higher"
	Neither Direction = "neither"
)

// LayersOf says which of a scorer's layers a metric reads. Those of the first three sets are
// held out: no run's losses read them. Fixed ones are those of a publication, which runs
// may well optimise.
type LayersOf string

// The sets of layers. A metric at several content, style or fixed layers has a value for
// each layer, and their mean.
const (
	NoLayers       LayersOf = ""
	ContentLayers  LayersOf = "content"   // strides fine enough to localise and coarser than single pixels
	StyleLayers    LayersOf = "style"     // one of each block
	StructureLayer LayersOf = "structure" // a single layer, for costly metrics
	FixedLayers    LayersOf = "fixed"     // those that Definition.Fixed names
	LayersTogether LayersOf = "together"  // the same, read together: Prepare is called once, with layer ""
)

// AreFixed reports whether the layers are those of Definition.Fixed.
func (l LayersOf) AreFixed() bool { return l == FixedLayers || l == LayersTogether }

// RegisterMetric adds a metric under a name of lower-case letters, digits, _ and -;
// "content" is logged as eval/content. It panics on a duplicate or invalid name and on
// an incomplete definition, which are programming errors.
func RegisterMetric(r *Registry[Metric], name string, m Metric) {
	type none struct{}
	checkMetric(name, m)
	Register(r, name, m.Definition().String(), func() none { return none{} }, func(none) (Metric, error) { return m, nil })
}

// RegisterMetricFile is RegisterMetric for a metric with published weights of its own, which
// are not those of the scorer's network. read returns it with the weights in a file, whose
// content it checks, so that values of one name compare. It returns one without weights for
// "", whose CheckNetwork says how to give some.
func RegisterMetricFile(r *Registry[Metric], name string, read func(path string) (Metric, error)) {
	m, err := read("")
	if err != nil {
		panic(fmt.Sprintf("the metric %q without its file: %v", name, err))
	}
	checkMetric(name, m)
	Register(r, name, m.Definition().String(), func() MetricFile { return MetricFile{} }, func(f MetricFile) (Metric, error) { return read(f.Weights) })
}

// MetricFile holds the only option that a metric may have.
type MetricFile struct {
	Weights string `config:"weights,file" doc:"the file of its weights, which a config names as evaluate.NAME"`
}

// checkMetric panics on a name or a definition that cannot be registered.
func checkMetric(name string, m Metric) {
	err := m.Definition().Check()
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" || name == "" {
		err = errors.Join(err, errors.New("the name may have lower-case letters, digits, _ and -"))
	}
	if err != nil {
		panic(fmt.Sprintf("the metric %q: %v", name, err))
	}
}

// Check returns all that is missing or contradictory in the definition, joined.
func (d Definition) Check() error {
	var problems []error
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	add(d.Label == "", "Label is empty: give the metric's name in running text")
	add(d.Doc == "" || strings.Contains(d.Doc, "\n"), "Doc is %q: write one line", d.Doc)
	add(!(d.Low < d.High), "no value is between Low %g and High %g", d.Low, d.High)
	add(!slices.Contains([]Direction{Lower, Higher, Neither}, d.Better), "Better is %q: say lower, higher or neither", d.Better)
	add(!slices.Contains([]Role{"", Content, Style}, d.Against), "Against is %q: name a role, or none", d.Against)
	add(!slices.Contains([]LayersOf{NoLayers, ContentLayers, StyleLayers, StructureLayer, FixedLayers, LayersTogether}, d.Layers), "Layers is %q: name one of the sets of layers, or none", d.Layers)
	add(d.Layers.AreFixed() != (len(d.Fixed) > 0), "Fixed is %q and Layers %q: name layers for FixedLayers and LayersTogether, and for these only", d.Fixed, d.Layers)
	for _, text := range []struct{ field, text string }{{"Formula", d.Formula}, {"Source", d.Source}, {"Comparable", d.Comparable}} {
		add(strings.Contains(text.text, "\n"), "%s is %q: write one line", text.field, text.text)
	}
	add(d.Against != "" && !(d.Low <= d.Equal && d.Equal <= d.High), "Equal is %g, which is not between Low and High", d.Equal)
	return errors.Join(problems...)
}

// String returns the definition's doc, unit and direction.
func (d Definition) String() string {
	text := d.Doc
	if d.Unit != "" {
		text += ", in " + d.Unit
	}
	if d.Better != Neither {
		text += "; " + string(d.Better) + " is better"
	}
	return text
}
