package hypercolumn

import (
	"fmt"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/internal/matching"
)

// DeriveImages returns the style images with their turns, and instead of the start the blend
// for which matches are found:
//
//	α·c + (1−α)·(p + details(c) − details(p))
//
// of the content image c and the start p, with imaging's Details: so the second part is p with
// the finest details of c. In the first stage, whose picture is no style yet, the blend is c.
// Without a content image, for a texture, it is always p.
func (l *Loss) DeriveImages(stage int, from map[framework.Role][]framework.StageImage) (map[framework.Role][]framework.StageImage, error) {
	if len(from[framework.Start]) != 1 {
		return nil, fmt.Errorf("%d starts", len(from[framework.Start]))
	}
	blended := from[framework.Start][0] // with its masks
	for _, content := range from[framework.Content] {
		if stage > 0 && l.alpha < 1 {
			blended.Image = blend(content.Image, blended.Image, l.alpha)
		} else {
			blended.Image = content.Image
		}
	}
	styles := matching.Styles(from[framework.Style], l.turns)
	return map[framework.Role][]framework.StageImage{framework.Style: styles, framework.Start: {blended}}, nil
}

// blend returns the blend of content and start, which have the same size.
func blend(content, start *imaging.Image, alpha float64) *imaging.Image {
	out, fine, own := imaging.New(content.H, content.W), content.Details(), start.Details()
	for i, c := range content.Pix {
		p := start.Pix[i] + fine.Pix[i] - own.Pix[i]
		out.Pix[i] = float32(alpha*float64(c)) + float32((1-alpha)*float64(p))
	}
	return out
}
