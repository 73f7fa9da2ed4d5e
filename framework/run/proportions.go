package run

import (
	"errors"

	"runexp/framework"
	"runexp/framework/sizes"
)

// proportions returns a size with the picture's proportions: the content image's. A
// texture has no content image: its proportions are those of the result's size, or of the
// first stage that has height and width, or of the first style image. Errors: nothing
// gives them.
func (p *Prepared) proportions() (sizes.Pixels, error) {
	if p.content.Image != nil {
		return sizeOf(p.content.Image), nil
	}
	asked := []framework.Size{p.e.Size}
	for _, stage := range p.e.Stages {
		asked = append(asked, stage.Size)
	}
	for _, s := range asked {
		if s.Height > 0 && s.Width > 0 {
			return sizes.Pixels{H: s.Height, W: s.Width}, nil
		}
	}
	if len(p.styles) > 0 {
		return sizeOf(p.styles[0].Image), nil
	}
	return sizes.Pixels{}, errors.New("size: neither a content nor a style image gives the picture its proportions; give both sides, as in size: {height: 300, width: 400}")
}
