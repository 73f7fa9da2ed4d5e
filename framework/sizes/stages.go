package sizes

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"runexp/framework"
	"runexp/internal/printable"
)

// exact is a size in pixels before the last rounding.
type exact struct{ h, w float64 }

// Stages returns the size of every stage for a content image.
//
// result, unless it is zero, overrides the size of the last stage; the sizes of the
// other stages are then scaled, each side separately, to keep their ratio to the last.
// Errors: as of New, with the key.
func Stages(stages []framework.Stage, result framework.Size, content Pixels) ([]Pixels, error) {
	image := exact{float64(content.H), float64(content.W)}
	previous := image
	wanted := make([]exact, len(stages))
	for i, stage := range stages {
		previous = resolve(stage.Size, image, previous)
		previous = exact{math.Round(previous.h), math.Round(previous.w)}
		wanted[i] = previous
	}
	scale := exact{1, 1}
	if result != (framework.Size{}) && len(stages) > 0 {
		last, final := wanted[len(wanted)-1], resolve(result, image, image)
		// The result is rounded first, so that stages are fractions of its real size.
		scale = exact{math.Round(final.h) / last.h, math.Round(final.w) / last.w}
	}
	sizes := make([]Pixels, len(stages))
	for i, a := range wanted {
		key := fmt.Sprintf("stages[%d].size", i)
		if scale != (exact{1, 1}) && i == len(wanted)-1 {
			key = "size"
		}
		var err error
		if sizes[i], err = New(a.h*scale.h, a.w*scale.w); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return sizes, nil
}

// resolve returns the size that s specifies; a side that is not set follows from the
// content's proportions.
func resolve(s framework.Size, content, previous exact) exact {
	times := func(factor float64) exact { return exact{content.h * factor, content.w * factor} }
	height, width := float64(s.Height), float64(s.Width)
	switch {
	case height > 0 && width > 0 && s.Fit == framework.FitStretch:
		return exact{height, width}
	case height > 0 && width > 0:
		return area(height*width, content)
	case height > 0:
		return exact{height, content.w * height / content.h}
	case width > 0:
		return exact{content.h * width / content.w, width}
	case s.Long > 0:
		return times(float64(s.Long) / max(content.h, content.w))
	case s.Short > 0:
		return times(float64(s.Short) / min(content.h, content.w))
	default:
		return exact{previous.h * s.Scale, previous.w * s.Scale}
	}
}

// area returns the size with this number of pixels and the proportions of p.
func area(pixels float64, p exact) exact {
	return exact{math.Sqrt(pixels * p.h / p.w), math.Sqrt(pixels * p.w / p.h)}
}

// A Rule determines the size at which a style image is shown to the network.
type Rule struct {
	Of     string  // one of ruleNames
	Factor float64 // of the side length; positive
}

// ruleNames are the sizes that a Rule may refer to. All but the last two may have a factor.
func ruleNames() []string {
	return []string{"result", "long", "long_enlarged", "short", "height", "width", "content", "own"}
}

// ParseRule parses a style's size: a name, NAME*FACTOR or FACTOR, which is of its own size.
func ParseRule(text string) (Rule, error) {
	if slices.Contains(ruleNames(), text) {
		return Rule{Of: text, Factor: 1}, nil
	}
	rule, factor := Rule{Of: "own"}, strings.TrimSpace(text)
	if of, after, product := strings.Cut(text, "*"); product {
		rule.Of, factor = strings.TrimSpace(of), strings.TrimSpace(after)
		if rule.Of == "content" || rule.Of == "own" || !slices.Contains(ruleNames(), rule.Of) {
			factor = ""
		}
	}
	var err error
	rule.Factor, err = strconv.ParseFloat(factor, 64)
	if err != nil || !(rule.Factor > 0) || math.IsInf(rule.Factor, 0) {
		return Rule{}, fmt.Errorf("must be %s, one of these but the last two times a factor (result*0.7), or a positive factor, not %s",
			strings.Join(ruleNames(), ", "), printable.Excerpt(text))
	}
	return rule, nil
}

// Style returns the size at which a style image of size own is shown in a stage.
// Errors: as of New.
func (r Rule) Style(own, stage Pixels) (Pixels, error) {
	h, w := float64(own.H), float64(own.W)
	// The side is rounded first, as the size of a stage is.
	to := func(side int, of float64) float64 { return math.Round(float64(side)*r.Factor) / of }
	factor := r.Factor // of its own size
	switch r.Of {
	case "content":
		return stage, nil
	case "result":
		a := area(float64(stage.H)*float64(stage.W), exact{h, w})
		return New(a.h*r.Factor, a.w*r.Factor)
	case "long":
		factor = min(to(max(stage.H, stage.W), max(h, w)), 1)
	case "long_enlarged":
		factor = to(max(stage.H, stage.W), max(h, w))
	case "short":
		factor = to(min(stage.H, stage.W), min(h, w))
	case "height":
		factor = to(stage.H, h)
	case "width":
		factor = to(stage.W, w)
	}
	return New(h*factor, w*factor)
}
