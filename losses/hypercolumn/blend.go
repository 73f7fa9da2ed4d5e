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
//	α·c + (1−α)·(c − coarse c + coarse p)
//
// of the content image c and the start p, where coarse is what remains of an image that is
// halved and enlarged again: so the second part is p with the finest details of c. In the
// first stage, whose picture is no style yet, it is c.
func (l *Loss) DeriveImages(stage int, from map[framework.Role][]framework.StageImage) (map[framework.Role][]framework.StageImage, error) {
	if len(from[framework.Content]) != 1 || len(from[framework.Start]) != 1 {
		return nil, fmt.Errorf("%d content images and %d starts", len(from[framework.Content]), len(from[framework.Start]))
	}
	start := from[framework.Start][0]
	blend := start // with its masks
	blend.Image = from[framework.Content][0].Image
	if stage > 0 && l.alpha < 1 {
		blend.Image = l.blend(blend.Image, start.Image)
	}
	styles := from[framework.Style]
	if l.turns {
		styles = matching.WithTurns(styles)
	}
	return map[framework.Role][]framework.StageImage{framework.Style: styles, framework.Start: {blend}}, nil
}

// blend returns the blend of content and start, which have the same size.
func (l *Loss) blend(content, start *imaging.Image) *imaging.Image {
	difference := imaging.New(content.H, content.W) // c − p, of which coarse is linear
	for i, c := range content.Pix {
		difference.Pix[i] = c - start.Pix[i]
	}
	out := imaging.New(content.H, content.W)
	for i, d := range coarse(difference) {
		out.Pix[i] = content.Pix[i] - float32((1-l.alpha)*float64(d))
	}
	return out
}

// coarse returns m halved, sides rounded down, and enlarged again, both bilinearly without
// antialiasing: the levels after the first of NNST's pyramid.
func coarse(m *imaging.Image) []float32 {
	h, w := max(m.H/2, 1), max(m.W/2, 1)
	half := imaging.ResampleBilinear(m.Pix, m.H, m.W, imaging.Channels, h, w)
	return imaging.ResampleBilinear(half, h, w, imaging.Channels, m.H, m.W)
}
