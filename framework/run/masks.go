package run

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// An inputImage is a content or style image as read and cropped, with its masks, which
// have its aspect ratio.
type inputImage struct {
	*imaging.Image
	masks map[string]*imaging.Image // by region; the first channel is used
}

// maxAspectError is the largest difference of log aspect ratios of a mask and its image.
const maxAspectError = 0.02

// readImage reads an image and its masks and crops them alike.
func (p *Prepared) readImage(at, path string, fraction float64, masks []framework.Mask, stream uint64) (inputImage, error) {
	image, err := p.decode(path)
	if err != nil {
		return inputImage{}, fmt.Errorf("%s.image: %w", at, err)
	}
	o := inputImage{Image: crop(image, fraction, p.e.Seed, stream)}
	for i, m := range masks {
		mask, err := p.decode(m.Image)
		if err != nil {
			return inputImage{}, fmt.Errorf("%s.masks[%d].image: %w", at, i, err)
		}
		if apart := float64(mask.W*image.H) / float64(mask.H*image.W); math.Abs(math.Log(apart)) > maxAspectError {
			return inputImage{}, fmt.Errorf("%s.masks[%d].image: %d×%d has another aspect ratio than its image, which has %d×%d; draw the mask over the image",
				at, i, mask.H, mask.W, image.H, image.W)
		}
		if o.masks == nil {
			o.masks = map[string]*imaging.Image{}
		}
		region := crop(grey(mask).Resize(image.H, image.W), fraction, p.e.Seed, stream)
		if !slices.ContainsFunc(region.Pix, func(v float32) bool { return v > 0 }) {
			return inputImage{}, fmt.Errorf("%s.masks[%d].image: black everywhere, so nothing is in the region %s; paint it white there, or leave the region out", at, i, m.Name)
		}
		o.masks[m.Name] = region
	}
	return o, nil
}

// ReadImages reads and crops the content image, nil without one, and the style images of
// an experiment, and nothing else: as a Prepared run has them.
func (pr *Preparer) ReadImages(e framework.Experiment) (content *imaging.Image, styles []*imaging.Image, err error) {
	p := &Prepared{e: e, preparer: pr}
	if e.Content.Image != "" {
		read, err := p.readImage("content", e.Content.Image, e.Content.Crop, nil, contentStream)
		if err != nil {
			return nil, nil, err
		}
		content = read.Image
	}
	for i, s := range e.Style {
		read, err := p.readImage(fmt.Sprintf("style[%d]", i), s.Image, s.Crop, nil, styleStream+uint64(i))
		if err != nil {
			return nil, nil, err
		}
		styles = append(styles, read.Image)
	}
	return content, styles, nil
}

// readStyle reads a style image with its masks. One for a region has a mask of ones.
func (p *Prepared) readStyle(i int, s framework.StyleImage) (inputImage, error) {
	image, err := p.readImage(fmt.Sprintf("style[%d]", i), s.Image, s.Crop, s.Masks, styleStream+uint64(i))
	if err != nil || s.Region == "" {
		return image, err
	}
	whole := imaging.New(image.H, image.W)
	for k := range whole.Pix {
		whole.Pix[k] = 1
	}
	image.masks = map[string]*imaging.Image{s.Region: whole}
	p.held += 4 * int64(len(whole.Pix))
	return image, nil
}

// grey returns the mean of an image's channels, in each of them.
func grey(m *imaging.Image) *imaging.Image {
	out := imaging.New(m.H, m.W)
	for i := 0; i < len(m.Pix); i += 3 {
		mean := (m.Pix[i] + m.Pix[i+1] + m.Pix[i+2]) / 3
		out.Pix[i], out.Pix[i+1], out.Pix[i+2] = mean, mean, mean
	}
	return out
}

// addMasks adds an image's masks to its view, resized to each tap.
func addMasks(b *graph.Builder, v *framework.View, masks map[string]*imaging.Image) {
	if len(masks) == 0 {
		return
	}
	v.Masks = map[string]map[string]graph.Node{}
	for _, region := range slices.Sorted(maps.Keys(masks)) {
		v.Masks[region] = map[string]graph.Node{}
		for _, tap := range slices.Sorted(maps.Keys(v.Taps)) {
			shape := v.Taps[tap].Shape()
			value := graph.Single(graph.Shape{shape[0], shape[1], 1}, plane(masks[region], shape[0], shape[1]))
			v.Masks[region][tap] = b.Constant(fmt.Sprintf("mask %s of %s", region, tap), value)
		}
	}
}

// plane returns a mask resized to [h·w], in [0, 1].
func plane(mask *imaging.Image, h, w int) []float32 {
	resized := mask.Resize(h, w)
	out := make([]float32, h*w)
	for i := range out {
		out[i] = min(max(resized.Pix[3*i], 0), 1)
	}
	return out
}
