package evaluate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"runexp/framework/imaging"
)

// smallest is the side of SSIM's window: no picture may be smaller.
const smallest = ssimWindow

// A Reference is a photograph and a painting at one size, with all that can be
// computed once. It holds the network's memory for that size and is used by one
// goroutine.
type Reference struct {
	scorer  *Scorer
	h, w    int
	network *network

	content   [][]float32 // the photograph's features, by content layer
	structure structure
	luma      ssimTarget
	edges     plane
	noise     float64
	variation float64

	style   []styleTarget // by style layer
	palette palette
}

// A subject is a picture with its own measures. The network holds its features
// until the next one.
type subject struct {
	pix       []float32 // [H, W, 3], in [0, 1]
	luma      plane
	noise     float64
	variation float64
	similar   []float32 // of the features at the structure layer
	style     []moments // of the features, by style layer
}

func (r *Reference) setPhotograph(ctx context.Context, m *imaging.Image) error {
	s, err := r.subject(ctx, m.Resize(r.h, r.w))
	if err != nil {
		return err
	}
	layers := r.scorer.config.Layers
	for _, layer := range layers.Content {
		f := slices.Clone(r.network.features(layer))
		if energy(f) == 0 {
			return fmt.Errorf("layer %s: %w", layer, errBlank)
		}
		r.content = append(r.content, f)
	}
	if r.structure, err = newStructure(s.similar); err != nil {
		return fmt.Errorf("layer %s: %w", layers.Structure, err)
	}
	r.luma, r.edges = newSSIMTarget(s.luma), s.luma.sobel()
	r.noise, r.variation = s.noise, s.variation
	return nil
}

func (r *Reference) setPainting(ctx context.Context, m *imaging.Image) error {
	s, err := r.subject(ctx, m.Resize(r.h, r.w))
	if err != nil {
		return err
	}
	for i, m := range s.style {
		t, err := newStyleTarget(m)
		if err != nil {
			return fmt.Errorf("layer %s: %w", r.scorer.config.Layers.Style[i], err)
		}
		r.style = append(r.style, t)
	}
	r.palette = newPalette(s.pix)
	return nil
}

// subject clamps m to [0, 1], runs the network on it and takes its measures.
func (r *Reference) subject(ctx context.Context, m *imaging.Image) (subject, error) {
	s := subject{pix: make([]float32, len(m.Pix))}
	for i, v := range m.Pix {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return s, fmt.Errorf("a pixel in row %d, column %d is not finite", i/imaging.Channels/m.W, i/imaging.Channels%m.W)
		}
		s.pix[i] = min(max(v, 0), 1)
	}
	s.luma = lumaOf(s.pix, r.h, r.w)
	s.noise = immerkaer(s.pix, r.h, r.w)
	s.variation = totalVariation(r.scorer.k, s.pix, r.h, r.w)
	if err := r.network.run(ctx, s.pix); err != nil {
		return s, err
	}
	layers := r.scorer.config.Layers
	s.similar = r.network.similarities(layers.Structure)
	for _, layer := range layers.Style {
		s.style = append(s.style, r.network.moments(layer))
	}
	return s, nil
}

// Score returns the picture's metrics in the order of Scorer.Metrics. Pixels are
// clamped to [0, 1], as when the picture is written, but not rounded to 8 bits.
// Errors: a picture of another size than the Reference's; pixels or features that
// are not finite; ctx's.
func (r *Reference) Score(ctx context.Context, picture *imaging.Image) ([]Metric, error) {
	if picture.H != r.h || picture.W != r.w {
		return nil, fmt.Errorf("scorer: a picture of %d×%d pixels, but the reference was prepared for %d×%d: prepare one for its size",
			picture.H, picture.W, r.h, r.w)
	}
	s, err := r.subject(ctx, picture)
	if err != nil {
		return nil, fmt.Errorf("scorer: picture: %w", err)
	}
	definitions := r.scorer.Metrics()
	metrics := make([]Metric, 0, len(definitions))
	for _, g := range groups() {
		for _, value := range g.values(r, s) {
			metrics = append(metrics, Metric{Name: definitions[len(metrics)].Name, Value: value})
		}
	}
	for _, m := range metrics {
		if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
			return nil, fmt.Errorf("scorer: %s is %g: the backbone's features of this picture are not finite", m.Name, m.Value)
		}
	}
	return metrics, nil
}

// errBlank is the error for an image in which a layer sees nothing.
var errBlank = errors.New("all features are 0, and nothing can be compared with that")
