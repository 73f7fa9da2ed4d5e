package run

import (
	"fmt"

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
		if err := p.checkSide(stage, p.minSide, p.taps); err != nil {
			return fmt.Errorf("%s: %w", p.sizeKey(i), err)
		}
		for k := range p.styles {
			h, w := p.styleSize(k, stage.H, stage.W)
			if err := p.checkSide(sizes.Pixels{H: h, W: w}, styleSide, ofStyles); err != nil {
				return fmt.Errorf("style[%d].size: %s in stage %d at %v: %w", k, p.e.Style[k].Size, i+1, stage, err)
			}
		}
	}
	return nil
}

// checkSide returns an error for an image that is too small for taps.
func (p *Prepared) checkSide(image sizes.Pixels, side int, taps []string) error {
	if min(image.H, image.W) >= side {
		return nil
	}
	return fmt.Errorf("%v is too small for the layers of the backbone %s that the losses read, %s: both sides need at least %d pixels; make it larger, or read shallower layers",
		image, p.e.Backbone.Name, framework.ListNames(taps), side)
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
