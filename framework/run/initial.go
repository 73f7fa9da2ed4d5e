package run

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"runexp/framework"
	"runexp/framework/imaging"
)

// An initialValue is an Initial with its own image.
type initialValue struct {
	framework.Initial
	own *imaging.Image // nil unless it is an ImageReader
}

// buildInitial builds the initial value and reads its image.
func (p *Prepared) buildInitial(plugins framework.Plugins) error {
	plugin, err := plugins.Initials.Lookup(p.e.Init.From)
	if err != nil {
		return fmt.Errorf("init.from: %w", err)
	}
	if p.start.Initial, err = plugin.New(p.e.Init.Options); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	if slices.Contains(p.start.Roles(), framework.Style) && len(p.styles) == 0 {
		return fmt.Errorf("init.from: %s, but there is no style image; give style: [{image: FILE}]", p.e.Init.From)
	}
	if slices.Contains(p.start.Roles(), framework.Content) && p.content.Image == nil {
		return fmt.Errorf("init.from: %s, but there is no content image; give content.image, or start from noise", p.e.Init.From)
	}
	if reader, reads := p.start.Initial.(framework.ImageReader); reads {
		option, path := reader.ImageFile()
		if p.start.own, err = p.decode(path); err != nil {
			return fmt.Errorf("init.%s: %w", option, err)
		}
	}
	return nil
}

// initial returns the initial variable of a picture of h×w pixels.
func (p *Prepared) initial(h, w int) ([]float32, error) {
	random := rand.New(rand.NewPCG(uint64(p.e.Seed), initialStream))
	from := framework.Sources{Content: p.canvas.Image, Own: p.start.own}
	for _, s := range p.styles {
		from.Styles = append(from.Styles, s.Image)
	}
	image, err := p.start.Image(from, h, w, random)
	if err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	if image.H != h || image.W != w {
		return nil, fmt.Errorf("init: the initial value %s made %d×%d pixels instead of %d×%d: a bug of the plugin", p.e.Init.From, image.H, image.W, h, w)
	}
	return p.variable.Initial(image), nil
}
