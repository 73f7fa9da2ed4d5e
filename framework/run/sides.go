package run

import (
	"fmt"

	"runexp/framework"
	"runexp/framework/sizes"
)

// checkSides reports a stage in which the picture or a style image is too small for
// the layers that the losses read of it.
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
	ofStyles, styleSide := distinct(tapsOf(p.comparing(framework.Style))), 1
	if len(ofStyles) > 0 {
		if styleSide, err = limiter.MinSide(ofStyles); err != nil {
			return fmt.Errorf("backbone: %w", err)
		}
	}
	for i, stage := range p.sizes {
		if err := p.large(stage, p.minSide, p.taps); err != nil {
			return fmt.Errorf("%s: %w", p.sizeKey(i), err)
		}
		for k := range p.styles {
			h, w := p.styleSize(k, stage.H, stage.W)
			if err := p.large(sizes.Pixels{H: h, W: w}, styleSide, ofStyles); err != nil {
				return fmt.Errorf("style[%d].size: %s in stage %d at %v: %w", k, p.e.Style[k].Size, i+1, stage, err)
			}
		}
	}
	return nil
}

// large returns an error for an image that is smaller than the backbone needs for taps.
func (p *Prepared) large(image sizes.Pixels, side int, taps []string) error {
	if min(image.H, image.W) >= side {
		return nil
	}
	return fmt.Errorf("%v is too small for the layers of the backbone %s that the losses read, %s: both sides need at least %d pixels; make it larger, or read shallower layers",
		image, p.e.Backbone.Name, framework.ListNames(taps), side)
}

// sizeKey is the key that says the size of stage i.
func (p *Prepared) sizeKey(i int) string {
	if i == len(p.sizes)-1 && p.e.Size != (framework.Size{}) {
		return "size"
	}
	return fmt.Sprintf("stages[%d].size", i)
}

// smaller is a side in a picture that is tried in place of one of a stage's, whose
// side it is a fraction of: no smaller than the backbone can see.
func (p *Prepared) smaller(side int, fraction float64) int {
	return min(side, max(p.minSide, leastTried, int(float64(side)*fraction+0.5)))
}

// leastTried is the smallest side of a picture that is tried: smaller ones say little
// of large ones, and a backbone that does not know its limit has most likely none above.
const leastTried = 16
