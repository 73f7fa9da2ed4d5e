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

// moments returns the moments of the colours of a role's images.
func (o originals) moments(role string, styles []framework.StyleImage) recolor.Moments {
	if role == string(framework.Content) {
		return recolor.Of(o.content)
	}
	parts, weights := make([]recolor.Moments, len(styles)), make([]float64, len(styles))
	for i, s := range styles {
		parts[i], weights[i] = recolor.Of(o.styles[i]), s.Weight
	}
	return recolor.Mix(parts, weights)
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
	to := p.original.moments(c.To, p.e.Style)
	images := []*inputImage{&p.content}
	if c.To == string(framework.Content) {
		images = nil
		for i := range p.styles {
			images = append(images, &p.styles[i])
		}
	}
	for _, image := range images {
		m, err := recolor.Match(c.Match, recolor.Of(image.Image), to)
		if err != nil {
			return fmt.Errorf("color.match: %w", err)
		}
		p.show(image, m.Apply(image.Image))
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
	m, err := recolor.Match(c.Match, recolor.Of(picture), p.original.moments(c.To, p.e.Style))
	if err != nil {
		return nil, fmt.Errorf("color.match: %w", err)
	}
	return m.Apply(picture), nil
}

// clampUnit clamps an image to [0, 1] in place.
func clampUnit(m *imaging.Image) {
	for i, v := range m.Pix {
		m.Pix[i] = min(max(v, 0), 1)
	}
}
