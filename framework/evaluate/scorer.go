// Package evaluate scores a finished picture by metrics that do not depend on what the
// run optimised: how much content is left, how close the style is, how clean the picture
// is. The metrics come from a registry; see framework.Metric.
//
// One Scorer serves all runs to be compared. Its layers, chosen by HeldOut, are held out:
// no run's losses read them. Metrics of publications read the fixed layers that these name,
// where the network has them. Its Hash identifies everything that determines a metric's
// values, apart from the metric itself, which has its name: values of Scorers with
// different hashes are never ranked together. The kernel variant is not part of it: it
// changes values by about 1e-6.
//
// The same picture gets the same bits at any number of threads.
package evaluate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/measure"
	"runexp/framework/store/record"
)

// version counts changes of formulas, constants and the order of sums. Increment it if a
// change affects a built-in metric's values.
const version = 1

// A Config configures a Scorer.
type Config struct {
	Name     string // of the backbone
	Backbone framework.Backbone
	Weights  framework.Weights // from Backbone.Weights for the layers, with the SHA256 of a file filled in
	Layers   Layers
	Metrics  *framework.Registry[framework.Metric]
	// Images says which content and style images pictures are compared with: "" for those
	// of the experiment, as read; otherwise a name for other ones. It is part of the Hash.
	Images string

	// Requested are metrics, by their names in the store, to be computed although they are
	// costly.
	Requested []string
	// Files are those of metrics with weights of their own, by the metrics' names in the
	// registry.
	Files map[string]string
	// Used are layers that runs' losses read, for the descriptions of metrics.
	Used []string
}

// Layers are the layers that a Scorer reads. A layer may be in several lists.
type Layers struct {
	Content   []string `json:"content"`   // features are compared with the content image's, position by position
	Style     []string `json:"style"`     // statistics are compared with the style image's
	Structure string   `json:"structure"` // self-similarity is compared with the content image's
}

// Taps returns the distinct layers, in order of first use.
func (l Layers) Taps() []string {
	var taps []string
	seen := map[string]bool{}
	for _, list := range [][]string{l.Content, l.Style, {l.Structure}} {
		for _, name := range list {
			if !seen[name] {
				seen[name] = true
				taps = append(taps, name)
			}
		}
	}
	return taps
}

// A Scorer scores pictures of any size. It may be used by several goroutines.
type Scorer struct {
	config  Config
	k       compute.Kernels[float32]
	metrics []metric
	hash    string
}

// New returns a Scorer that computes on k. Metrics that the backbone lacks the layers for
// are left out. Errors: layers that are missing, duplicate or unknown to the backbone;
// weights without a SHA256; no metric; a requested metric that cannot be computed.
func New(c Config, k compute.Kernels[float32]) (*Scorer, error) {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	for _, list := range []struct {
		name   string
		layers []string
	}{{"content", c.Layers.Content}, {"style", c.Layers.Style}} {
		if len(list.layers) == 0 {
			add("no %s layer: name at least one", list.name)
		}
		seen := map[string]bool{}
		for _, layer := range list.layers {
			if seen[layer] {
				add("the %s layer %q is listed twice: name it once", list.name, layer)
			}
			seen[layer] = true
		}
	}
	if c.Layers.Structure == "" {
		add("no structure layer: name one")
	}
	metrics, err := metricsOf(c.Metrics, c.Files)
	if err == nil {
		metrics, err = available(metrics, c)
	}
	if err != nil {
		problems = append(problems, err)
	} else if len(metrics) == 0 {
		add("there is no metric: register one")
	}
	if c.Weights.SHA256 == "" {
		add("the SHA-256 of the weights is missing: scores are identified by it")
	}
	if len(problems) == 0 {
		if _, err := framework.Deepest(c.Backbone.Layers(), c.Layers.Taps()); err != nil {
			problems = append(problems, err)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("scorer: backbone %s: %w", c.Name, err)
	}
	hash, err := hashOf(c)
	if err != nil {
		return nil, fmt.Errorf("scorer: %w", err)
	}
	return &Scorer{c, k, metrics, hash}, nil
}

// hashOf returns the SHA-256, in hex, of everything that determines a Scorer's values. Of
// the backbone it includes the weights and every layer up to the deepest in use, since
// pooling may be an option. The path of the weights, the list of metrics and their fixed
// layers are not part of it: another metric does not change the others' values.
func hashOf(c Config) (string, error) {
	layers := c.Backbone.Layers()
	deepest, err := framework.Deepest(layers, c.Layers.Taps())
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(struct {
		Version      int
		Backbone     string
		Network      []framework.Layer
		Weights      string
		Input        framework.Input
		FeatureScale float64
		Layers       Layers
		Description  string `json:",omitempty"`
		Images       string `json:",omitempty"`
	}{version, c.Name, layers[:deepest+1], c.Weights.SHA256, c.Weights.Input, c.Weights.FeatureScale, c.Layers, c.Weights.Description, c.Images})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Hash returns the Scorer's identity, in hex: values with equal hashes may be compared.
func (s *Scorer) Hash() string { return s.hash }

// Layers returns the layers that the Scorer reads.
func (s *Scorer) Layers() Layers { return s.config.Layers }

// taps returns the layers that the Scorer's metrics read: those of its configuration, and
// fixed ones.
func (s *Scorer) taps() []string {
	taps := s.config.Layers.Taps()
	for _, m := range s.metrics {
		for _, layer := range m.Fixed {
			if !slices.Contains(taps, layer) {
				taps = append(taps, layer)
			}
		}
	}
	return taps
}

// Metrics describes what Reference.Score returns, in the same order.
func (s *Scorer) Metrics() []record.Metric { return s.metricsOf(false) }

// TextureMetrics describes what Reference.Score returns without a content image.
func (s *Scorer) TextureMetrics() []record.Metric { return s.metricsOf(true) }

func (s *Scorer) metricsOf(texture bool) []record.Metric {
	var all []record.Metric
	for _, m := range s.metrics {
		if texture && m.Against == framework.Content {
			continue
		}
		all = append(all, s.records(m)...)
	}
	return all
}

// Prepare returns the Reference for pictures of h×w pixels made from a content and a style
// image; content is nil for a texture, which is not scored by metrics against content. Both are resized to h×w: a picture is scored at its own size. Errors: a size too
// small for the metrics or the deepest layer; images whose features at a layer are all 0;
// weights that cannot be read; ctx's.
func (s *Scorer) Prepare(ctx context.Context, content, style *imaging.Image, h, w int) (*Reference, error) {
	if min(h, w) < measure.Smallest {
		return nil, fmt.Errorf("scorer: %d×%d pixels: the metrics need at least %d×%d", h, w, measure.Smallest, measure.Smallest)
	}
	r := &Reference{scorer: s, h: h, w: w, scores: make([][]framework.Score, len(s.metrics))}
	var err error
	if r.network, err = newNetwork(s.config, s.taps(), s.k, h, w); err != nil {
		return nil, fmt.Errorf("scorer: %w", err)
	}
	if r.texture = content == nil; !r.texture {
		if err := r.prepare(ctx, framework.Content, content); err != nil {
			return nil, fmt.Errorf("scorer: content image: %w", err)
		}
	}
	if err := r.prepare(ctx, framework.Style, style); err != nil {
		return nil, fmt.Errorf("scorer: style image: %w", err)
	}
	if err := r.prepare(ctx, "", nil); err != nil {
		return nil, fmt.Errorf("scorer: %w", err)
	}
	return r, nil
}

// Memory returns the peak memory of a Reference for pictures of h×w pixels, in bytes: the
// network, stored features, images, and filters, except those in held, which are in memory
// already.
func (s *Scorer) Memory(h, w int, held []*graph.Filter) (int64, error) {
	n, err := newNetwork(s.config, s.taps(), s.k, h, w)
	if err != nil {
		return 0, fmt.Errorf("scorer: %w", err)
	}
	const images = 8 // arrays of the picture's size: pixels, brightness, edges, sorted colours
	bytes := n.program.Memory().Total() + images*4*int64(n.shape.Len())
	for _, m := range s.metrics { // what framework.Metric allows a metric to store
		stored := m.Fixed
		if m.Layers == framework.ContentLayers {
			stored = s.config.Layers.Content
		}
		for _, layer := range stored {
			bytes += 4 * int64(n.nodes[layer].Shape().Len())
		}
	}
	filters := slices.DeleteFunc(n.program.Filters(), func(f *graph.Filter) bool { return slices.Contains(held, f) })
	own, forward, _ := compute.FilterMemory(s.k, filters)
	return bytes + own + forward, nil
}
