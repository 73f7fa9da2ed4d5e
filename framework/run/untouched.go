package run

import (
	"context"

	"runexp/framework"
	"runexp/framework/imaging"
)

// Untouched returns the picture that the run would end with if no iteration changed it:
// its start, resampled from stage to stage, with the stages' details, in the colours of the
// result.
func (p *Prepared) Untouched(ctx context.Context) (*imaging.Image, error) {
	size := p.sizes[0]
	x, err := p.initial(size.H, size.W)
	if err != nil {
		return nil, err
	}
	for i, stage := range p.Stages() {
		if next := p.sizes[i]; i > 0 {
			if x, err = p.inherited(ctx, x, i, size); err != nil {
				return nil, err
			}
			x = p.variable.Resample(framework.Numbers, x, size.H, size.W, next.H, next.W)
			size = next
		}
		if factor := p.e.Stages[i].Details; factor != 0 {
			if x, err = p.detailed(ctx, x, stage, factor); err != nil {
				return nil, err
			}
		}
	}
	image, err := p.image(ctx, x, size.H, size.W)
	if err != nil {
		return nil, err
	}
	return p.finish(image)
}

// LossesOf returns the names of the losses with a weight that compare with images of a
// role; of role "" those of the picture alone.
func (p *Prepared) LossesOf(role framework.Role) []string {
	var names []string
	for _, l := range p.losses {
		roles := l.Roles()
		if role == "" && len(roles) == 0 && l.weight > 0 {
			names = append(names, l.name)
		}
		for _, r := range roles {
			if r == role && l.weight > 0 {
				names = append(names, l.name)
			}
		}
	}
	return names
}
