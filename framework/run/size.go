package run

import (
	"fmt"
	"math"

	"runexp/framework"
)

// minSide is the smallest side of a picture worth optimising: VGG's fifth
// block still sees one pixel of it.
const minSide = 16

// stageSizes returns height and width of every stage for a photograph of the
// given size.
func stageSizes(stages []framework.Stage, height, width int) ([][2]int, error) {
	sizes := make([][2]int, len(stages))
	before := [2]int{height, width}
	for i, stage := range stages {
		h, w := stageSize(stage.Size, height, width, before)
		if min(h, w) < minSide {
			return nil, fmt.Errorf("stages[%d].size: %d×%d is too small; both sides need at least %d pixels", i, h, w, minSide)
		}
		sizes[i] = [2]int{h, w}
		before = sizes[i]
	}
	return sizes, nil
}

// stageSize resolves one size; a side that is not given keeps the photograph's proportions.
func stageSize(s framework.Size, height, width int, before [2]int) (h, w int) {
	scaled := func(factor float64) (int, int) {
		return round(float64(height) * factor), round(float64(width) * factor)
	}
	switch {
	case s.Height > 0 && s.Width > 0:
		return s.Height, s.Width
	case s.Height > 0:
		return s.Height, round(float64(width) * float64(s.Height) / float64(height))
	case s.Width > 0:
		return round(float64(height) * float64(s.Width) / float64(width)), s.Width
	case s.Long > 0:
		return scaled(float64(s.Long) / float64(max(height, width)))
	case s.Short > 0:
		return scaled(float64(s.Short) / float64(min(height, width)))
	default:
		return round(float64(before[0]) * s.Scale), round(float64(before[1]) * s.Scale)
	}
}

func round(x float64) int { return int(math.Round(x)) }
