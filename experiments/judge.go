package experiments

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"runexp/framework"
	"runexp/framework/evaluate"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// A judge scores pictures by metrics that are the same for every run that it is
// asked about. It may be used by several goroutines, one at a time.
type judge struct {
	scorer *evaluate.Scorer
	by     store.Scorer
	text   json.RawMessage // of by, without its metrics
	spec   framework.BackboneSpec

	mu         sync.Mutex
	references []reference // the one used last at the end
}

// keptReferences is how many pairs of content and style image, at one size, a
// judge remembers: each holds a network's memory. Trials of one pair come
// together, and side by side two pairs may overlap.
const keptReferences = 2

// A reference is what pictures of one pair and size are compared with.
type reference struct {
	photograph, painting *imaging.Image
	h, w                 int
	*evaluate.Reference
}

// scorerText describes a scorer for people.
type scorerText struct {
	Backbone string          `json:"backbone"`
	Weights  string          `json:"weights"`
	SHA256   string          `json:"sha256"`
	Layers   evaluate.Layers `json:"layers"`
	Metrics  []record.Metric `json:"metrics,omitempty"` // what its numbers are; none in the facts of a run
}

// newJudge returns a judge that looks through a backbone, at layers of it that
// are not among used.
func (l *Lab) newJudge(ctx context.Context, spec framework.BackboneSpec, used []string) (*judge, error) {
	backbone, err := l.workshop.Backbone(spec)
	if err != nil {
		return nil, fmt.Errorf("evaluate.%w", err)
	}
	layers, err := evaluate.HeldOut(backbone.Layers(), used)
	if err != nil {
		return nil, fmt.Errorf("evaluate.backbone: %w", err)
	}
	w, err := backbone.Weights(layers.Taps())
	if err != nil {
		return nil, fmt.Errorf("evaluate.backbone: %w", err)
	}
	if w.SHA256, err = l.hashWeights(ctx, w); err != nil {
		return nil, fmt.Errorf("evaluate.backbone: %w", err)
	}
	j := &judge{spec: spec}
	c := evaluate.Config{Name: spec.Name, Backbone: backbone, Weights: w, Layers: layers, Metrics: l.Plugins.Metrics}
	if j.scorer, err = evaluate.New(c, l.Engine); err != nil {
		return nil, err
	}
	j.by.Hash = j.scorer.Hash()
	text := scorerText{spec.Name, w.Name, w.SHA256, layers, nil}
	if j.text, err = json.Marshal(text); err != nil {
		return nil, err
	}
	text.Metrics = j.scorer.Metrics()
	j.by.Description, err = json.Marshal(text)
	return j, err
}

// scoredBy reports whether a picture's scores have all that the judge would give. One
// that was scored before a metric was registered lacks it.
func (j *judge) scoredBy(scores []store.Value) bool {
	return !slices.ContainsFunc(j.scorer.Metrics(), func(m record.Metric) bool {
		return !slices.ContainsFunc(scores, func(v store.Value) bool { return v.Name == m.Name })
	})
}

// scorerFact is the hash of the scorer that a run's eval/ metrics are by.
const scorerFact = "scorer/hash"

// facts are what a run records of who scores it.
func (j *judge) facts() []store.Fact {
	return []store.Fact{{Name: scorerFact, Value: j.by.Hash}, {Name: "scorer/description", Value: string(j.text)}}
}

// addBeside counts the judge in where it stays in memory beside the run: in a sweep,
// and where a run shows it pictures on the way. Filters in held are counted already.
func (j *judge) addBeside(predictions []run.Prediction, held []*graph.Filter) error {
	for i := range predictions {
		p := &predictions[i]
		bytes, err := j.scorer.Memory(p.Stage.Height, p.Stage.Width, held)
		if err != nil {
			return err
		}
		p.Bytes += bytes
	}
	return nil
}

// addAfter counts the judge in where it comes when the run's own memory is free again.
func (j *judge) addAfter(predictions []run.Prediction) error {
	for i := range predictions {
		p := &predictions[i]
		bytes, err := j.scorer.Memory(p.Stage.Height, p.Stage.Width, nil)
		if err != nil {
			return err
		}
		p.Bytes = max(p.Bytes, p.Rest+bytes)
	}
	return nil
}

// score returns the metrics of a picture that was made by plan. With several
// paintings each metric is the mean over them, by their weights.
func (j *judge) score(ctx context.Context, plan *run.Plan, paintings []framework.StyleImage, picture *imaging.Image) (values []store.Value, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer recovered(&err) // of a backbone's mistake
	sum := 0.0
	for _, p := range paintings {
		sum += p.Weight
	}
	for i, painting := range plan.Paintings() {
		r, err := j.reference(ctx, plan.Photograph(), painting, picture.H, picture.W)
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
			values[k].Value += paintings[i].Weight / sum * m.Value
		}
	}
	return values, nil
}

// reference returns what to compare pictures of h×w pixels with.
func (j *judge) reference(ctx context.Context, photograph, painting *imaging.Image, h, w int) (reference, error) {
	same := func(r reference) bool {
		return r.h == h && r.w == w && equalImages(r.photograph, photograph) && equalImages(r.painting, painting)
	}
	if i := slices.IndexFunc(j.references, same); i >= 0 {
		r := j.references[i]
		j.references = append(slices.Delete(j.references, i, i+1), r)
		return r, nil
	}
	if len(j.references) == keptReferences {
		j.references = slices.Delete(j.references, 0, 1)
	}
	r := reference{photograph: photograph, painting: painting, h: h, w: w}
	var err error
	if r.Reference, err = j.scorer.Prepare(ctx, photograph, painting, h, w); err != nil {
		return r, err
	}
	j.references = append(j.references, r)
	return r, nil
}

func equalImages(a, b *imaging.Image) bool {
	return a == b || a.H == b.H && a.W == b.W && slices.Equal(a.Pix, b.Pix)
}
