package sizes

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"runexp/framework"
	"runexp/internal/printable"
)

// exact is a size before it is rounded for the last time.
type exact struct{ h, w float64 }

// Stages returns the size of every stage for a content image.
//
// result is the size of the last stage, whatever the stages say; theirs then only
// say how they relate to the last one, each side by itself. It is zero where it
// is not given. Errors name the key.
func Stages(stages []framework.Stage, result framework.Size, content Pixels) ([]Pixels, error) {
	photo := exact{float64(content.H), float64(content.W)}
	before := photo
	asked := make([]exact, len(stages))
	for i, stage := range stages {
		before = resolve(stage.Size, photo, before)
		before = exact{math.Round(before.h), math.Round(before.w)}
		asked[i] = before
	}
	scale := exact{1, 1}
	if result != (framework.Size{}) && len(stages) > 0 {
		last, whole := asked[len(asked)-1], resolve(result, photo, photo)
		// Whole pixels at the end, so that halves of it are of what is made.
		scale = exact{math.Round(whole.h) / last.h, math.Round(whole.w) / last.w}
	}
	made := make([]Pixels, len(stages))
	for i, a := range asked {
		key := fmt.Sprintf("stages[%d].size", i)
		if scale != (exact{1, 1}) && i == len(asked)-1 {
			key = "size"
		}
		var err error
		if made[i], err = New(a.h*scale.h, a.w*scale.w); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return made, nil
}

// resolve returns what one size means; a side that is not given keeps the content's proportions.
func resolve(s framework.Size, photo, before exact) exact {
	times := func(factor float64) exact { return exact{photo.h * factor, photo.w * factor} }
	height, width := float64(s.Height), float64(s.Width)
	switch {
	case height > 0 && width > 0 && s.Fit == framework.FitStretch:
		return exact{height, width}
	case height > 0 && width > 0:
		return area(height*width, photo)
	case height > 0:
		return exact{height, photo.w * height / photo.h}
	case width > 0:
		return exact{photo.h * width / photo.w, width}
	case s.Long > 0:
		return times(float64(s.Long) / max(photo.h, photo.w))
	case s.Short > 0:
		return times(float64(s.Short) / min(photo.h, photo.w))
	default:
		return exact{before.h * s.Scale, before.w * s.Scale}
	}
}

// area returns the size of so many pixels in the proportions of p.
func area(pixels float64, p exact) exact {
	return exact{math.Sqrt(pixels * p.h / p.w), math.Sqrt(pixels * p.w / p.h)}
}

// A Rule says at which size a style image is shown to the network.
type Rule struct {
	Of     string  // result, content or own
	Factor float64 // of the side length; positive
}

// ParseRule reads a style's size: result, result*FACTOR, content, own or FACTOR.
func ParseRule(text string) (Rule, error) {
	rule := Rule{Of: text, Factor: 1}
	factor := ""
	switch {
	case text == "result" || text == "content" || text == "own":
		return rule, nil
	case strings.HasPrefix(text, "result"):
		rest := strings.TrimSpace(strings.TrimPrefix(text, "result"))
		if !strings.HasPrefix(rest, "*") {
			break
		}
		rule.Of, factor = "result", strings.TrimSpace(rest[1:])
	default:
		rule.Of, factor = "own", strings.TrimSpace(text)
	}
	var err error
	rule.Factor, err = strconv.ParseFloat(factor, 64)
	if err != nil || !(rule.Factor > 0) || math.IsInf(rule.Factor, 0) {
		return Rule{}, fmt.Errorf("must be result, result*FACTOR, content, own or a positive factor, not %s", printable.Excerpt(text))
	}
	return rule, nil
}

// Style returns the size at which a style image is shown in a stage. Errors: as
// of New.
func (r Rule) Style(own, stage Pixels) (Pixels, error) {
	switch r.Of {
	case "content":
		return stage, nil
	case "result":
		a := area(float64(stage.H)*float64(stage.W), exact{float64(own.H), float64(own.W)})
		return New(a.h*r.Factor, a.w*r.Factor)
	}
	return New(float64(own.H)*r.Factor, float64(own.W)*r.Factor)
}
