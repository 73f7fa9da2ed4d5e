package config

import (
	"slices"
	"strings"

	"runexp/framework"
)

// content checks the content image. A texture has none: nothing reads it.
func (v *validator) content() {
	e := v.experiment
	if e.Content.Image != "" {
		v.image("content.image", e.Content.Image, "")
		return
	}
	if len(e.Content.Masks) > 0 {
		v.reading = append(v.reading, "content.masks")
	}
	if e.Content.Crop < 1 {
		v.reading = append(v.reading, "content.crop")
	}
	if len(v.reading) == 0 {
		return
	}
	v.image("content.image", "", "the content image, for "+strings.Join(v.reading, ", ")+v.texture())
}

// texture says how to do without the content image, if losses and the start alone read it.
func (v *validator) texture() string {
	var without []string
	for _, key := range v.reading {
		switch {
		case key == "init.from":
			without = append(without, "init.from=noise (or style)")
		case strings.HasPrefix(key, "losses."):
			without = append(without, key+"=null")
		default:
			return ""
		}
	}
	return "; a texture does without: " + strings.Join(without, " ")
}

// autoMasks checks masks.auto. masked says whether a loss uses masks.
func (v *validator) autoMasks(masked bool) {
	n := v.experiment.Masks.Auto
	switch {
	case n == 0:
	case n < 2 || n > framework.MaxAutoMasks:
		v.add("masks.auto", "must be a number of regions from 2 to %d, or 0 for none, not %d", framework.MaxAutoMasks, n)
	case !masked:
		v.add("masks", "no loss here uses masks, so they have no effect; remove them, or add a loss with regions")
	default:
		v.reading = append(v.reading, "masks")
	}
}

// region checks the region of a whole style image; regions are the content image's.
func (v *validator) region(path string, style framework.StyleImage, regions []string) {
	at := join(path, "region")
	switch {
	case style.Region == "":
	case len(style.Masks) > 0:
		v.add(at, "is of a whole style image, and this one has masks; give region or masks")
	case len(regions) == 0:
		v.add(at, "the content image has no regions; add a mask called %s to content.masks", quote(style.Region))
	case !slices.Contains(regions, style.Region):
		v.add(at, "%v; it must be the name of a mask in content.masks", framework.UnknownName("region", style.Region, regions))
	}
}
