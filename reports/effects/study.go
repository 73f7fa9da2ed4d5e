package effects

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Study is the settings of a sweep and what was measured.
type Study struct {
	Factors []Factor // the swept parameters; a zip is one factor
	Units   []Unit   // the replicates
	Runs    []Run    // the finished ones; not every cell needs one
	Metrics []Metric
	// Censored counts runs that are missing because of their values, as pruned ones are. The
	// runs left of a bad level are then its best: nothing is tested.
	Censored int
	// Adaptive says that results decided on the settings: which runs there are depends on
	// their values, so nothing is tested.
	Adaptive bool
	// Missing counts planned runs without a result, for whatever reason. No factor is then
	// reported as without effect: these runs may have differed.
	Missing int
	// Textures says that no unit has a content image, rather than that it is varied.
	Textures bool
}

// untested reports whether no test would be valid, since values decided on what there is.
func (s Study) untested() bool { return s.Adaptive || s.Censored > 0 }

// A Factor is one swept parameter.
type Factor struct {
	Path   string  `json:"path"` // "losses.tv.weight"; a zip joins its paths with " + "
	Levels []Level `json:"levels"`
	// Conditional says that it is set in some runs only, which other factors decide: what
	// the others do would look like its effect, so nothing is tested of it.
	Conditional bool `json:"conditional,omitempty"`
	// DecidedBy are the places, among the study's factors, of those that decide it. A level of
	// one of them is compared by its mean over what it decides.
	DecidedBy []int `json:"-"`
}

// ordered reports whether the levels have an order: all of them are numbers.
func (f Factor) ordered() bool {
	return !slices.ContainsFunc(f.Levels, func(l Level) bool { return !l.Numeric })
}

// A Level is one value of a factor.
type Level struct {
	Label   string  `json:"label"`
	Number  float64 `json:"number"` // meant only where Numeric
	Numeric bool    `json:"numeric"`
}

// A Unit is one replicate: a content and a style image, with a crop or a draw of
// noise. Equal strings mean the same picture, and "" that it is varied: the unit has
// one for each level of a factor. Label is for people.
// Several style images that are mixed are joined by Mixed.
type Unit struct {
	Label   string `json:"label"`
	Content string `json:"content"`
	Style   string `json:"style"`
}

// Mixed stands between the style images of one unit.
const Mixed = " + "

// pictures lists a unit's images, whatever they are used for.
func (u Unit) pictures() []string {
	return slices.DeleteFunc(append(strings.Split(u.Style, Mixed), u.Content), func(name string) bool { return name == "" })
}

// content identifies a unit's content image; one that is varied is the unit's own.
func (s Study) content(unit int) string { return own(s.Units[unit].Content, unit) }

// style is the same of the style image.
func (s Study) style(unit int) string { return own(s.Units[unit].Style, unit) }

func own(picture string, unit int) string {
	if picture == "" {
		return fmt.Sprint(unit)
	}
	return picture
}

// A Run is a finished trial. Levels has for each factor the index of its level;
// Unit is an index too. A metric that is missing from Values, or is no finite
// number, is a missing cell. Runs of one cell are no replicates: their mean counts once.
type Run struct {
	Number int64
	Levels []int
	Unit   int
	Values map[string]float64
}

// A Metric is something measured of every run.
type Metric struct {
	Name    string `json:"name"`
	Label   string `json:"label"`          // in sentences; Name where empty
	Unit    string `json:"unit,omitempty"` // of its values, "" for none
	Better  string `json:"better"`         // "lower", "higher" or "neither"
	Claimed bool   `json:"claimed"`        // the sweep's question names it
	// Margin is the largest difference that counts as none, 0 for none declared: of
	// ratios if Relative (0.1 is 10%), else in the metric's own unit.
	Margin   float64 `json:"margin,omitempty"`
	Relative bool    `json:"relative,omitempty"`
	// Kind is what a picture is compared with, "content" or "style"; metrics of one
	// kind can disagree. "" is of the picture alone.
	Kind string `json:"kind,omitempty"`
	// Additive says that differences are compared, also where all values are positive: of
	// shares, say, among which a zero is a matter of chance.
	Additive bool `json:"additive,omitempty"`
	// Span is the width of the metric's range: no two values differ by more. 0 is no limit.
	Span float64 `json:"span,omitempty"`
}

// validate returns every contradiction in a study.
func (s Study) validate() error {
	var problems []error
	bad := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	paths := map[string]bool{}
	for _, f := range s.Factors {
		if paths[f.Path] {
			bad("factor %q is there twice; give each parameter once", f.Path)
		}
		paths[f.Path] = true
		for _, l := range f.Levels {
			if l.Numeric && (math.IsNaN(l.Number) || math.IsInf(l.Number, 0)) {
				bad("factor %q: level %q is no finite number", f.Path, l.Label)
			}
		}
	}
	names := map[string]bool{}
	for _, m := range s.Metrics {
		if names[m.Name] {
			bad("metric %q is there twice; give each once", m.Name)
		}
		names[m.Name] = true
		if !slices.Contains([]string{"lower", "higher", "neither"}, m.Better) {
			bad("metric %q: better is %q; it must be lower, higher or neither", m.Name, m.Better)
		}
	}
	for _, r := range s.Runs {
		if r.Unit < 0 || r.Unit >= len(s.Units) {
			bad("run %d is of unit %d; there are %d", r.Number, r.Unit, len(s.Units))
		}
		if len(r.Levels) != len(s.Factors) {
			bad("run %d has levels of %d factors; there are %d", r.Number, len(r.Levels), len(s.Factors))
			continue
		}
		for i, l := range r.Levels {
			if l < 0 || l >= len(s.Factors[i].Levels) {
				bad("run %d has level %d of %q, which has %d", r.Number, l, s.Factors[i].Path, len(s.Factors[i].Levels))
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("effects: %w", errors.Join(problems...))
}
