package evaluate

import (
	"context"
	"fmt"
	"math"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/measure"
)

// A Reference is a content and a style image at one size, with everything that metrics
// compute once from them. It holds the network's memory for that size and is used by one
// goroutine.
type Reference struct {
	scorer  *Scorer
	h, w    int
	texture bool // there is no content image
	network *network
	scores  [][]framework.Score // by metric, and by the layers that it reads
}

// prepare prepares the metrics that compare with the image of a role; role "" prepares
// those that compare with none.
func (r *Reference) prepare(ctx context.Context, role framework.Role, image *imaging.Image) error {
	var seen *measure.Image
	if role != "" {
		var err error
		if seen, err = r.measure(ctx, image.Resize(r.h, r.w)); err != nil {
			return err
		}
	}
	for i, m := range r.scorer.metrics {
		if m.Against != role {
			continue
		}
		layers, _ := r.scorer.config.Layers.layersOf(m)
		for _, layer := range layers {
			score, err := m.Prepare(seen, layer)
			if err != nil && layer != "" {
				err = fmt.Errorf("layer %s: %w", layer, err)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			r.scores[i] = append(r.scores[i], score)
		}
	}
	return nil
}

// measure clamps m to [0, 1] and runs the network on it. The features are valid until the
// next call.
func (r *Reference) measure(ctx context.Context, m *imaging.Image) (*measure.Image, error) {
	pix := make([]float32, len(m.Pix))
	for i, v := range m.Pix {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("a pixel in row %d, column %d is not finite", i/imaging.Channels/m.W, i/imaging.Channels%m.W)
		}
		pix[i] = min(max(v, 0), 1)
	}
	if err := r.network.run(ctx, pix); err != nil {
		return nil, err
	}
	return measure.New(r.scorer.k, pix, r.h, r.w, r.network.features), nil
}

// Score returns the picture's metrics in the order of Scorer.Metrics, without a content
// image in that of Scorer.TextureMetrics. Pixels are
// clamped to [0, 1], as when the picture is written, but not rounded to 8 bits.
// Errors: a picture of another size than the Reference's; pixels or metrics that
// are not finite; ctx's.
func (r *Reference) Score(ctx context.Context, picture *imaging.Image) ([]Metric, error) {
	if picture.H != r.h || picture.W != r.w {
		return nil, fmt.Errorf("scorer: a picture of %d×%d pixels, but the reference was prepared for %d×%d: prepare one for its size",
			picture.H, picture.W, r.h, r.w)
	}
	seen, err := r.measure(ctx, picture)
	if err != nil {
		return nil, fmt.Errorf("scorer: picture: %w", err)
	}
	definitions := r.scorer.metricsOf(r.texture)
	metrics := make([]Metric, 0, len(definitions))
	for i, m := range r.scorer.metrics {
		if r.texture && m.Against == framework.Content {
			continue
		}
		for _, value := range r.values(m, r.scores[i], seen) {
			metrics = append(metrics, Metric{Name: definitions[len(metrics)].Name, Value: value})
		}
	}
	for _, m := range metrics {
		if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
			return nil, fmt.Errorf("scorer: %s is %g: the metric, or the backbone's features of this picture, are not finite", m.Name, m.Value)
		}
	}
	return metrics, nil
}

// values returns a metric of a picture; of one at several layers the mean, followed
// by their values.
func (r *Reference) values(m metric, scores []framework.Score, picture *measure.Image) []float64 {
	if _, several := r.scorer.config.Layers.layersOf(m); !several {
		return []float64{scores[0](picture)}
	}
	values := make([]float64, 1+len(scores))
	for at, score := range scores {
		values[1+at] = score(picture)
		values[0] += values[1+at] / float64(len(scores))
	}
	return values
}
