// Package adain is a loss of content and style together: it compares the picture's
// features with the content's, rescaled to the style's statistics.
package adain

import (
	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers whose features are compared with the content's, rescaled to the style's statistics"`
}

// Defaults returns relu4_1, the layer of Huang and Belongie, and one with finer
// textures.
func Defaults() Config {
	return Config{Layers: []framework.LayerWeight{{Layer: "relu3_1", Weight: 1}, {Layer: "relu4_1", Weight: 1}}}
}

// Validate reports a loss without layers.
func (c Config) Validate() error { return framework.NeedLayers(c.Layers) }

// Loss is one term over all its layers,
//
//	Σ_l w_l · Σ_s w_s · mean((F − T_s)²),   T_s = (F' − μ')·σ_s/σ' + μ_s
//
// F, [H, W, C], are the features of the picture and F' those of the content image;
// μ and σ, [1, 1, C], are the mean and standard deviation of each channel, of style s
// or, with a prime, of the content. T is the adaptive instance normalisation of Huang
// and Belongie (2017, arXiv:1703.06868), who decode it at relu4_1 with a network;
// here the picture itself is optimised towards it. Units are those of F².
type Loss struct{ taps []framework.Tap }

var _ framework.Loss = (*Loss)(nil)

// New returns the loss.
func New(c Config) (framework.Loss, error) { return &Loss{framework.TapsOf(c.Layers)}, nil }

// Roles are the content image and the style images.
func (l *Loss) Roles() []framework.Role {
	return []framework.Role{framework.Content, framework.Style}
}

// Taps are the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// epsilon is added to a variance, in units of F². The value is from the paper's code;
// it avoids a division by 0 for a channel that is constant in the content.
const epsilon = 1e-5

// Suffixes of the names of a layer's channel statistics. Its features have the layer's
// name.
const mean, deviation = " mean", " deviation"

// Represent returns the features of each layer with their means and deviations.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	values := framework.Values{}
	for _, tap := range l.taps {
		features := v.Taps[tap.Layer]
		mu := b.MeanAlong(features, 0, 1)
		variance := b.MeanAlong(b.Square(b.Sub(features, mu)), 0, 1)
		values[tap.Layer] = features
		values[tap.Layer+mean] = mu
		values[tap.Layer+deviation] = b.Sqrt(b.Add(variance, b.Number(epsilon)))
	}
	return values, nil
}

// Score returns the one term, named all.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	content := want[framework.Content][0].Values
	var total graph.Node
	for _, tap := range l.taps {
		layer := tap.Layer
		centred := b.Sub(content[layer], content[layer+mean])
		for _, style := range want[framework.Style] {
			scale := b.Div(style.Values[layer+deviation], content[layer+deviation])
			target := b.Add(b.Mul(centred, scale), style.Values[layer+mean])
			part := b.Scale(b.MSE(got[layer], target), tap.Weight*style.Weight)
			if total.Valid() {
				part = b.Add(total, part)
			}
			total = part
		}
	}
	return []framework.Term{{Name: "all", Weight: 1, Node: total}}, nil
}
