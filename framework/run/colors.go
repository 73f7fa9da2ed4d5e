package run

import (
	"errors"
	"fmt"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/imaging/recolor"
)

// originals are the content and style images as read and cropped. Those that the run
// sees may have other colours.
type originals struct {
	content *imaging.Image
	styles  []*imaging.Image
}

// of returns a role's images and their weights.
func (o originals) of(role string, styles []framework.StyleImage) (images []*imaging.Image, weights []float64) {
	if role == string(framework.Content) {
		return []*imaging.Image{o.content}, []float64{1}
	}
	for _, s := range styles {
		weights = append(weights, s.Weight)
	}
	return o.styles, weights
}

// moments returns the moments of each image's colours.
func moments(images []*imaging.Image) []recolor.Moments {
	parts := make([]recolor.Moments, len(images))
	for i, m := range images {
		parts[i] = recolor.Of(m)
	}
	return parts
}

// recolorInputs gives the images that the run sees the colours that the experiment asks
// for, before it.
func (p *Prepared) recolorInputs(framework.Plugins) error {
	p.original.content = p.content.Image
	for _, s := range p.styles {
		p.original.styles = append(p.original.styles, s.Image)
	}
	c := p.e.Color
	if p.content.Image == nil && (c.Keep != "" || c.To == string(framework.Content) || c.When == framework.ColorBefore) {
		return errors.New("color: it needs a content image; give content.image")
	}
	if c.When != framework.ColorBefore {
		return nil
	}
	space := recolor.Space(c.Space)
	if c.Keep != "" {
		p.show(&p.content, space.Grey(p.original.content))
		for i := range p.styles {
			p.show(&p.styles[i], space.GreyLike(p.original.styles[i], p.original.content))
		}
		return nil
	}
	images := []*inputImage{&p.content}
	if c.To == string(framework.Content) {
		images = nil
		for i := range p.styles {
			images = append(images, &p.styles[i])
		}
	}
	for _, image := range images {
		matched, err := p.match(image.Image)
		if err != nil {
			return err
		}
		p.show(image, matched)
	}
	return nil
}

// show lets the run see an image in other colours, which are in [0, 1] like those of files.
func (p *Prepared) show(image *inputImage, recolored *imaging.Image) {
	clampUnit(recolored)
	image.Image = recolored
	p.held += 4 * int64(len(recolored.Pix))
}

// finish returns a stage's picture as it is stored and scored: without its margin, in the colours that the
// experiment asks for, and as transparent as the content image. The optimisation goes on
// from the picture itself.
func (p *Prepared) finish(picture *imaging.Image) (*imaging.Image, error) {
	picture, err := p.recolorPicture(p.withoutMargin(picture))
	if err == nil && p.original.content != nil {
		picture.Alpha = p.original.content.ResizeAlpha(picture.H, picture.W)
	}
	return picture, err
}

// recolorPicture gives a picture the colours that the experiment asks for, after it.
func (p *Prepared) recolorPicture(picture *imaging.Image) (*imaging.Image, error) {
	c := p.e.Color
	if c.Keep == "" && (c.Match == "" || c.When == framework.ColorBefore) || !allFinite(picture) {
		return picture, nil
	}
	clampUnit(picture) // as it would be stored
	if c.Keep != "" {
		return recolor.Space(c.Space).Join(picture, p.original.content.Resize(picture.H, picture.W)), nil
	}
	return p.match(picture)
}

// match returns an image in the colours of the role that color.to names.
func (p *Prepared) match(image *imaging.Image) (*imaging.Image, error) {
	images, weights := p.original.of(p.e.Color.To, p.e.Style)
	if p.e.Color.Match == recolor.MatchHistogram {
		return recolor.HistogramOf(images, weights).Apply(image), nil
	}
	m, err := recolor.Match(p.e.Color.Match, recolor.Of(image), recolor.Mix(moments(images), weights))
	if err != nil {
		return nil, fmt.Errorf("color.match: %w", err)
	}
	return m.Apply(image), nil
}

// clampUnit clamps an image to [0, 1] in place.
func clampUnit(m *imaging.Image) {
	for i, v := range m.Pix {
		m.Pix[i] = min(max(v, 0), 1)
	}
}
