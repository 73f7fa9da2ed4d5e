package run

import (
	"math"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/sizes"
)

// A margin surrounds the picture while it is painted: fractions of its height above and below
// it, and of its width on both sides. The same fractions surround whatever lies on the picture,
// the content image and its masks.
type margin struct{ height, width float64 }

// marginOf returns the experiment's margin around a picture of proportions like, as wide on
// all sides.
func (p *Prepared) marginOf(like sizes.Pixels) margin {
	wide := p.e.Margin * float64(max(like.H, like.W))
	return margin{wide / float64(like.H), wide / float64(like.W)}
}

// around returns the size with its margin.
func (m margin) around(s sizes.Pixels) sizes.Pixels {
	top, left := m.pixels(s)
	return sizes.Pixels{H: s.H + 2*top, W: s.W + 2*left}
}

// pixels returns the margin of one side in pixels.
func (m margin) pixels(s sizes.Pixels) (top, left int) {
	return int(math.Round(m.height * float64(s.H))), int(math.Round(m.width * float64(s.W)))
}

// extend mirrors an image, which lies on the picture, into the margin.
func (m margin) extend(image *imaging.Image) *imaging.Image {
	top, left := m.pixels(sizeOf(image))
	if top == 0 && left == 0 {
		return image
	}
	return image.Mirrored(top, left)
}

// addMargin makes the sizes of stages those with the margin, and surrounds with it what lies
// on the picture.
func (p *Prepared) addMargin(framework.Plugins) error {
	p.canvas.Image, p.pictures = p.content.Image, p.sizes
	p.extendMasks()
	if p.e.Margin == 0 {
		return nil
	}
	p.sizes = make([]sizes.Pixels, len(p.pictures))
	for i, s := range p.pictures {
		with := p.margin.around(s)
		var err error
		if p.sizes[i], err = sizes.New(float64(with.H), float64(with.W)); err != nil {
			return err
		}
	}
	for _, image := range []**imaging.Image{&p.canvas.Image, &p.start.own} {
		if *image != nil {
			*image = p.margin.extend(*image)
			p.held += 4 * int64(len((*image).Pix))
		}
	}
	return nil
}

// extendMasks surrounds the content image's masks with the margin.
func (p *Prepared) extendMasks() {
	p.canvas.masks = map[string]*imaging.Image{}
	for region, mask := range p.content.masks {
		p.canvas.masks[region] = p.margin.extend(mask)
	}
}

// shown returns the size without its margin of a stage's size, and any other size as it is.
func (p *Prepared) shown(h, w int) sizes.Pixels {
	for i, s := range p.sizes {
		if s.H == h && s.W == w {
			return p.pictures[i]
		}
	}
	return sizes.Pixels{H: h, W: w}
}

// withoutMargin returns a stage's picture without its margin.
func (p *Prepared) withoutMargin(picture *imaging.Image) *imaging.Image {
	shown := p.shown(picture.H, picture.W)
	if shown == sizeOf(picture) {
		return picture
	}
	return picture.Cut((picture.H-shown.H)/2, (picture.W-shown.W)/2, shown.H, shown.W)
}
