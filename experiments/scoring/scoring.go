// Package scoring scores the pictures of all runs of a plan with the same scorer, and
// adds its memory to their predictions.
package scoring

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/evaluate"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// A Scorer computes the metrics of runs' pictures. It may be used by several goroutines;
// it serves one at a time.
type Scorer struct {
	scorer *evaluate.Scorer
	stored store.Scorer
	brief  json.RawMessage // the description without metrics

	mu         sync.Mutex
	references []reference // least recently used first
}

// maxReferences is the size of a Scorer's cache, in pairs of content and style at one
// size; each holds a network's memory. Trials are ordered by pair, and concurrent trials
// may be of two.
const maxReferences = 2

// A reference holds what pictures of one pair and size are compared with.
type reference struct {
	content, style *imaging.Image
	h, w           int
	*evaluate.Reference
}

// description describes a scorer for people.
type description struct {
	Backbone string          `json:"backbone"`
	Options  []string        `json:"options,omitempty"` // of the backbone that are not its defaults, as key=value
	Weights  string          `json:"weights"`
	SHA256   string          `json:"sha256"`
	Layers   evaluate.Layers `json:"layers"`
	Images   string          `json:"images,omitempty"`  // see evaluate.Config
	Metrics  []record.Metric `json:"metrics,omitempty"` // omitted in the facts of a run
}

// A Config configures a Scorer.
type Config struct {
	Name     string   // of the backbone
	Options  []string // of the backbone that are not its defaults, as key=value, for people
	Backbone framework.Backbone
	Used     []string                                // its layers that runs' losses read; the scorer reads others
	Layers   []string                                // those that the scorer reads; nil for a choice among all others
	Images   string                                  // see evaluate.Config
	Checksum func(framework.Weights) (string, error) // of the backbone's weights, SHA-256 in hex
	Metrics  *framework.Registry[framework.Metric]

	Requested []string          // metrics to be computed although they are costly, as eval/NAME
	Files     map[string]string // of metrics with weights of their own, by metric
}

// layers returns the layers that the scorer reads.
func (c Config) layers() (evaluate.Layers, error) {
	if c.Layers == nil {
		return evaluate.HeldOut(c.Backbone.Layers(), c.Used)
	}
	return evaluate.Named(c.Backbone.Layers(), c.Used, c.Layers)
}

// New returns a Scorer that computes on k. Errors: a backbone with too few unused layers,
// or without weights; those of evaluate.Named.
func New(c Config, k compute.Kernels[float32]) (*Scorer, error) {
	layers, err := c.layers()
	if err != nil {
		return nil, err
	}
	w, err := c.Backbone.Weights(layers.Taps())
	if err != nil {
		return nil, err
	}
	if w.SHA256, err = c.Checksum(w); err != nil {
		return nil, err
	}
	s := &Scorer{}
	if s.scorer, err = evaluate.New(evaluate.Config{
		Name: c.Name, Backbone: c.Backbone, Weights: w, Layers: layers, Metrics: c.Metrics, Requested: c.Requested, Files: c.Files, Used: c.Used, Images: c.Images,
	}, k); err != nil {
		return nil, err
	}
	s.stored.Hash = s.scorer.Hash()
	d := description{Backbone: c.Name, Options: c.Options, Weights: w.Name, SHA256: w.SHA256, Layers: layers, Images: c.Images}
	if s.brief, err = json.Marshal(d); err != nil {
		return nil, err
	}
	d.Metrics = s.scorer.Metrics()
	for i := range d.Metrics { // what runs optimise is a plan's, not the scorer's
		d.Metrics[i].Optimised = nil
	}
	s.stored.Description, err = json.Marshal(d)
	return s, err
}

// Complete reports whether scores has all of s's metrics of an experiment's pictures. Scores
// stored before a metric was registered lack it.
func (s *Scorer) Complete(e framework.Experiment, scores []store.Value) bool {
	return !slices.ContainsFunc(s.Metrics(e), func(m record.Metric) bool {
		return !slices.ContainsFunc(scores, func(v store.Value) bool { return v.Name == m.Name })
	})
}

// Reads reports whether a layer is held out, to compare pictures at. Fixed layers of metrics are not.
func (s *Scorer) Reads(layer string) bool { return slices.Contains(s.scorer.Layers().Taps(), layer) }

// Stored returns the scorer's record in the store.
func (s *Scorer) Stored() store.Scorer { return s.stored }

// Metrics describes what Score returns for an experiment's pictures, in the same order:
// those of a texture, which has no content image, are not compared with any.
func (s *Scorer) Metrics(e framework.Experiment) []record.Metric {
	if e.Content.Image == "" {
		return s.scorer.TextureMetrics()
	}
	return s.scorer.Metrics()
}

// hashFact names the fact with the hash of the scorer of a run's eval/ metrics.
const hashFact = "scorer/hash"

// Facts returns the facts that a run records about its scorer.
func (s *Scorer) Facts() []store.Fact {
	return []store.Fact{{Name: hashFact, Value: s.stored.Hash}, {Name: "scorer/description", Value: string(s.brief)}}
}

// Scored reports whether the intermediate pictures of a run with these facts were scored
// by s.
func (s *Scorer) Scored(facts []store.Fact) bool {
	return slices.Contains(facts, store.Fact{Name: hashFact, Value: s.stored.Hash})
}

// AddResident adds the memory of a scorer that is in use during a run: in a sweep, or if
// intermediate pictures are scored. Filters in held are already counted. Unless
// intermediate, pictures are scored at the last stage's size only.
func (s *Scorer) AddResident(predictions []run.Prediction, held []*graph.Filter, intermediate bool) error {
	last := predictions[len(predictions)-1].Stage
	for i := range predictions {
		stage := last
		if intermediate {
			stage = predictions[i].Stage
		}
		bytes, err := s.scorer.Memory(stage.Height, stage.Width, held)
		if err != nil {
			return err
		}
		predictions[i].Bytes += bytes
	}
	return nil
}

// AddAtEnd adds the memory of a scorer that is used only after the last stage, when the
// run has released its memory.
func (s *Scorer) AddAtEnd(predictions []run.Prediction) error {
	p := &predictions[len(predictions)-1]
	bytes, err := s.scorer.Memory(p.Stage.Height, p.Stage.Width, nil)
	if err != nil {
		return err
	}
	p.Bytes = max(p.Bytes, p.Baseline+bytes)
	return nil
}

// Memory returns the peak memory of scoring a picture of h×w pixels, in bytes.
func (s *Scorer) Memory(h, w int) (int64, error) { return s.scorer.Memory(h, w, nil) }

// Images are the content image, nil for a texture, and the style images that a picture is
// made from, as read and cropped.
type Images interface {
	Content() *imaging.Image
	Styles() []*imaging.Image
}

var _ Images = (*run.Prepared)(nil)

// Layers returns the layers that the scorer reads.
func (s *Scorer) Layers() evaluate.Layers { return s.scorer.Layers() }

// Score returns the metrics of a run's picture. With several styles each metric is the
// mean over them, weighted by their weights.
func (s *Scorer) Score(ctx context.Context, made Images, styles []framework.StyleImage, picture *imaging.Image) (values []store.Value, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer recovered(&err) // from a bug of a backbone
	sum := 0.0
	for _, style := range styles {
		sum += style.Weight
	}
	for i, style := range made.Styles() {
		r, err := s.reference(ctx, made.Content(), style, picture.H, picture.W)
		if err != nil {
			return nil, err
		}
		metrics, err := r.Score(ctx, picture)
		if err != nil {
			return nil, err
		}
		if values == nil {
			values = make([]store.Value, len(metrics))
		}
		for k, m := range metrics {
			values[k].Name = m.Name
			values[k].Value += styles[i].Weight / sum * m.Value
		}
	}
	return values, nil
}

// recovered turns a panic into an error; to be deferred.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
	}
}

// reference returns the reference for pictures of h×w pixels, from the cache if possible.
func (s *Scorer) reference(ctx context.Context, content, style *imaging.Image, h, w int) (reference, error) {
	same := func(r reference) bool {
		return r.h == h && r.w == w && equalImages(r.content, content) && equalImages(r.style, style)
	}
	if i := slices.IndexFunc(s.references, same); i >= 0 {
		r := s.references[i]
		s.references = append(slices.Delete(s.references, i, i+1), r)
		return r, nil
	}
	if len(s.references) == maxReferences {
		s.references = slices.Delete(s.references, 0, 1)
	}
	r := reference{content: content, style: style, h: h, w: w}
	var err error
	if r.Reference, err = s.scorer.Prepare(ctx, content, style, h, w); err != nil {
		return r, err
	}
	s.references = append(s.references, r)
	return r, nil
}

func equalImages(a, b *imaging.Image) bool {
	return a == b || a != nil && b != nil && a.H == b.H && a.W == b.W && slices.Equal(a.Pix, b.Pix)
}
