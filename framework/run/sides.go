package run

import (
	"fmt"
	"slices"

	"runexp/framework"
	"runexp/framework/sizes"
)

// checkSides returns an error if the picture or a style image is too small in a stage
// for the layers that the losses read of it.
func (p *Prepared) checkSides(framework.Plugins) error {
	p.minSide = 1
	limiter, knows := p.backbone.(framework.SideLimiter)
	if !knows || len(p.taps) == 0 {
		return nil
	}
	var err error
	if p.minSide, err = limiter.MinSide(p.taps); err != nil {
		return fmt.Errorf("backbone: %w", err)
	}
	ofStyles, styleSide := distinct(tapsOf(lossesFor(p.losses, framework.Style))), 1
	if len(ofStyles) > 0 {
		if styleSide, err = limiter.MinSide(ofStyles); err != nil {
			return fmt.Errorf("backbone: %w", err)
		}
	}
	for i, stage := range p.sizes {
		if min(stage.H, stage.W) < p.minSide {
			return fmt.Errorf("%s: %w", p.sizeKey(i), p.tooSmall(stage, p.minSide, p.taps, p.largeEnough(p.minSide)))
		}
		for k := range p.styles {
			h, w := p.styleSize(k, stage.H, stage.W)
			if min(h, w) < styleSide {
				return fmt.Errorf("style[%d].size: %s in stage %d at %v: %w", k, p.e.Style[k].Size, i+1, p.pictures[i],
					p.tooSmall(sizes.Pixels{H: h, W: w}, styleSide, ofStyles, "make it larger"))
			}
		}
	}
	return nil
}

// tooSmall is the error for an image that is too small for taps, with the way out.
func (p *Prepared) tooSmall(image sizes.Pixels, side int, taps []string, wayOut string) error {
	return fmt.Errorf("%v is too small for the layers of the backbone %s that the losses read, %s: both sides need at least %d pixels; %s, or read shallower layers",
		image, p.e.Backbone.Name, framework.ListNames(taps), side, wayOut)
}

// largeEnough says with which result the sides of all stages have at least side pixels.
func (p *Prepared) largeEnough(side int) string {
	like, err := p.proportions()
	last := p.pictures[len(p.pictures)-1]
	for long := max(last.H, last.W) + 1; err == nil && long <= sizes.MaxSide; long++ {
		var stages []sizes.Pixels
		stages, err = sizes.Stages(p.e.Stages, framework.Size{Long: long}, like)
		if err == nil && !slices.ContainsFunc(stages, func(s sizes.Pixels) bool { s = p.margin.around(s); return min(s.H, s.W) < side }) {
			return fmt.Sprintf("give size=%d or more (the longer side of the result; other stages keep their ratio to it)", long)
		}
	}
	return "make it larger"
}

// sizeKey is the config key that sets the size of stage i.
func (p *Prepared) sizeKey(i int) string {
	if i == len(p.sizes)-1 && p.e.Size != (framework.Size{}) {
		return "size"
	}
	return fmt.Sprintf("stages[%d].size", i)
}

// probeSide returns a fraction of a stage's side, for a smaller picture to measure, but
// no less than the backbone needs.
func (p *Prepared) probeSide(side int, fraction float64) int {
	return min(side, max(p.minSide, minProbeSide, int(float64(side)*fraction+0.5)))
}

// minProbeSide is the smallest side of a picture to measure: smaller ones say little
// about large ones, and a backbone without a known limit most likely accepts it.
const minProbeSide = 16
