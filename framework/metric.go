package framework

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/measure"
)

// A Metric is a number of a finished picture that means the same whatever the
// picture was optimised for. All registered metrics are computed for every run.
//
// It has no options and no state: Prepare may be called from several goroutines.
// Numbers of one name are ranked together as long as the scorer's network and
// layers are the same, so a metric whose numbers change takes another name.
type Metric interface {
	// Definition says what the number is, always the same.
	Definition() Definition
	// Prepare returns what scores pictures against an image, resized to their size.
	// It is called for each of the layers that Definition names, or once with layer
	// "". image is that of the role that Definition names, and nil without one.
	//
	// What is computed of the image alone is computed here, once; apart from a copy of
	// the features at ContentLayers it is to be small, since memory is predicted
	// so. It is an error if nothing can be compared with the image.
	Prepare(image *measure.Image, layer string) (Score, error)
}

// A Score returns the metric of a picture: the same bits at any number of threads and
// whatever was scored before. A number that is not finite is reported as an error.
type Score func(picture *measure.Image) float64

// A Definition tells a reader of numbers what they are.
type Definition struct {
	Label     string  // what a sentence calls it: content distance
	Doc       string  // one line
	Unit      string  // "" for a number without one
	Low, High float64 // what values are possible; may be infinite
	Better    Direction
	Against   Role     // of the image that it is compared with; "" for a metric of the picture alone
	Equal     float64  // what the image that it is compared with scores itself
	Layers    LayersOf // of the scorer, whose features it reads
}

// A Direction says which values of a metric are better, all else being equal.
type Direction string

// The directions. Neither is for what depends on the style image.
const (
	Lower   Direction = "lower"
	Higher  Direction = "higher"
	Neither Direction = "neither"
)

// LayersOf says which of a scorer's layers a metric reads. They are held out: no run
// has optimised them.
type LayersOf string

// The layers. A metric at content or style layers is a number for each of them,
// and the mean over them.
const (
	NoLayers       LayersOf = ""
	ContentLayers  LayersOf = "content"   // strides that know places and look past single pixels
	StyleLayers    LayersOf = "style"     // one of each block
	StructureLayer LayersOf = "structure" // a single one, for what is costly
)

// RegisterMetric adds a metric under a name, content for eval/content, of lower-case
// letters, digits, _ and -. A second metric of that name, another kind of name and a
// definition that is incomplete are programmer's mistakes and panic.
func RegisterMetric(r *Registry[Metric], name string, m Metric) {
	type none struct{}
	d := m.Definition()
	err := d.Check()
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" || name == "" {
		err = errors.Join(err, errors.New("the name may have lower-case letters, digits, _ and -"))
	}
	if err != nil {
		panic(fmt.Sprintf("the metric %q: %v", name, err))
	}
	Register(r, name, d.String(), func() none { return none{} }, func(none) (Metric, error) { return m, nil })
}

// Check returns what is missing or contradictory in the definition, all at once.
func (d Definition) Check() error {
	var problems []error
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	add(d.Label == "", "Label is empty: name what a sentence calls it")
	add(d.Doc == "" || strings.Contains(d.Doc, "\n"), "Doc is %q: write one line", d.Doc)
	add(!(d.Low < d.High), "no value is between Low %g and High %g", d.Low, d.High)
	add(!slices.Contains([]Direction{Lower, Higher, Neither}, d.Better), "Better is %q: say lower, higher or neither", d.Better)
	add(!slices.Contains([]Role{"", Content, Style}, d.Against), "Against is %q: name a role, or none", d.Against)
	add(!slices.Contains([]LayersOf{NoLayers, ContentLayers, StyleLayers, StructureLayer}, d.Layers), "Layers is %q: name one of the sets of layers, or none", d.Layers)
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
