// Package rescore scores finished runs of a store by one scorer that the user names, so
// that runs of different backbones compare.
package rescore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"runexp/experiments/scoring"
	"runexp/experiments/trial"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/evaluate"
	"runexp/framework/imaging"
	"runexp/framework/run"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/framework/weights"
	"runexp/internal/memory"
)

// Options choose the scorer.
type Options struct {
	Backbone framework.BackboneSpec
	Layers   []string // that it reads; nil for a choice among those that no run's losses read
	// Stored compares with the copies of content and style images in the store, which have
	// the size of the run's last stage and 8 bits, and not with the images themselves. It
	// makes another scorer: its numbers differ.
	Stored bool
}

// A Rescorer scores runs of a store.
type Rescorer struct {
	Scorer *scoring.Scorer

	store    *store.Store
	preparer *run.Preparer
	options  Options
	runs     []scored
	sums     map[string]string // SHA-256 of images by path
}

// scored is a run with what its scores need.
type scored struct {
	store.RunDetail
	experiment framework.Experiment
	taps       []string
	picture    store.StoredArtifact
	content    *store.StoredArtifact // the store's copy of the content image; nil if it has none
	styles     []store.StoredArtifact
	complete   bool // whether the store has all scores
}

// New reads what scoring the runs needs and makes the scorer. It writes nothing.
//
// Errors: everything that is wrong with any run, by its number: it is not finished, has no
// picture or no style image, its config does not load with these plugins, an image is
// missing or has changed. A backbone without weights, or without a layer that no run's
// losses read.
func New(ctx context.Context, loader config.Loader, k compute.Kernels[float32], s *store.Store, runs []store.RunDetail, o Options) (*Rescorer, error) {
	r := &Rescorer{store: s, preparer: run.NewPreparer(loader.Plugins, k), options: o, sums: map[string]string{}}
	r.preparer.FreeMemory = memory.Free
	r.preparer.CacheImages(imageCacheBytes)
	var problems []error
	for _, d := range runs {
		one, err := r.read(ctx, loader, d)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("run %d: %w", d.Number, err))
			continue
		}
		r.runs = append(r.runs, one)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if err := r.makeScorer(ctx, loader.Plugins, k); err != nil {
		return nil, err
	}
	hash := r.Scorer.Stored().Hash
	for i, one := range r.runs {
		if err := r.fits(one); err != nil {
			return nil, err
		}
		values, err := s.Scores(ctx, one.Number, hash)
		if err != nil {
			return nil, err
		}
		r.runs[i].complete = r.Scorer.Complete(one.experiment, values)
	}
	return r, nil
}

// imageCacheBytes is the size of the cache of decoded images: those of a pair, which
// consecutive runs share.
const imageCacheBytes = 512 << 20

// read reads a run's config and finds its pictures.
func (r *Rescorer) read(ctx context.Context, loader config.Loader, d store.RunDetail) (scored, error) {
	one := scored{RunDetail: d}
	if d.Status != store.Finished {
		return one, fmt.Errorf("it is %s, and only the picture of a finished run is scored; leave it out", d.Status)
	}
	loader.Stdin = bytes.NewReader([]byte(d.ConfigResolved))
	loader.Absent = true // what is needed is checked below
	resolved, err := loader.Load("-", nil)
	if err != nil {
		return one, fmt.Errorf("its config does not load with this program: %w", err)
	}
	one.experiment = resolved.Experiment
	if len(one.experiment.Style) == 0 {
		return one, errors.New("it has no style image to compare with; leave it out")
	}
	if one.taps, err = r.preparer.Taps(one.experiment); err != nil {
		return one, err
	}
	if err := r.findPictures(ctx, &one); err != nil || r.options.Stored {
		return one, err
	}
	return one, r.checkFiles(ctx, one)
}

// findPictures finds the final picture in the store, and the copies of its images.
func (r *Rescorer) findPictures(ctx context.Context, one *scored) error {
	artifacts, err := r.store.Artifacts(ctx, one.Number)
	if err != nil {
		return err
	}
	for _, a := range artifacts {
		switch {
		case a.Kind == "content":
			one.content = &a
		case a.Kind == "style":
			one.styles = append(one.styles, a)
		case a.Name == trial.FinalPicture && one.picture.Hash == "":
			one.picture = a
		}
	}
	e := one.experiment
	switch {
	case one.picture.Hash == "":
		return fmt.Errorf("the store has no %s of it; leave it out", trial.FinalPicture)
	case r.options.Stored && ((one.content == nil) != (e.Content.Image == "") || len(one.styles) != len(e.Style)):
		return errors.New("the store has no copies of its content and style images; leave it out, or score by the images themselves")
	}
	return nil
}

// checkFiles checks that the images are those that the run has read.
func (r *Rescorer) checkFiles(ctx context.Context, one scored) error {
	facts, err := r.store.Env(ctx, one.Number)
	if err != nil {
		return err
	}
	files := map[string]string{}
	var keys []string
	if path := one.experiment.Content.Image; path != "" {
		keys, files["content.image"] = append(keys, "content.image"), path
	}
	for i, style := range one.experiment.Style {
		key := fmt.Sprintf("style[%d].image", i)
		keys, files[key] = append(keys, key), style.Image
	}
	var problems []error
	for _, key := range keys {
		i := slices.IndexFunc(facts, func(f store.Fact) bool { return f.Name == "sha256/"+key })
		sum, err := r.sum(ctx, files[key])
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s: %w; put the file back, or compare with the copies in the store (--stored-images)", key, err))
		case i < 0 || facts[i].Value != sum:
			problems = append(problems, fmt.Errorf("%s: %s has changed since the run; put the file back, or compare with the copies in the store (--stored-images)", key, files[key]))
		}
	}
	return errors.Join(problems...)
}

// sum returns the SHA-256 of a file, in hex.
func (r *Rescorer) sum(ctx context.Context, path string) (string, error) {
	if sum, known := r.sums[path]; known {
		return sum, nil
	}
	sum, err := weights.SumFile(ctx, path)
	if err == nil {
		r.sums[path] = sum
	}
	return sum, err
}

// makeScorer makes the scorer at layers that no run's losses read.
func (r *Rescorer) makeScorer(ctx context.Context, plugins framework.Plugins, k compute.Kernels[float32]) error {
	backbone, err := r.preparer.Backbone(r.options.Backbone)
	if err != nil {
		return err
	}
	var used []string
	for _, one := range r.runs {
		used = append(used, one.taps...)
	}
	slices.Sort(used)
	images := ""
	if r.options.Stored {
		images = "copies in the store"
	}
	r.Scorer, err = scoring.New(scoring.Config{
		Name: r.options.Backbone.Name, Options: r.preparer.ChangedOptions(r.options.Backbone), Backbone: backbone, Used: slices.Compact(used), Layers: r.options.Layers, Images: images, Metrics: plugins.Metrics,
		Checksum: func(w framework.Weights) (string, error) { return checksum(ctx, w) },
	}, k)
	return r.explain(err, backbone)
}

// explain adds to an error of held-out layers the runs that use them.
func (r *Rescorer) explain(err error, backbone framework.Backbone) error {
	var taps []string
	if taken := new(evaluate.TakenError); errors.As(err, &taken) {
		taps = []string{taken.Tap}
	} else if errors.Is(err, evaluate.ErrNoneHeldOut) {
		taps = framework.LayerNames(backbone.Layers())
		err = errors.New("no layer is left to score by: every ReLU of the backbone is read by the losses of some run, or is adjacent to such a layer; name another backbone with --by, or leave runs out")
	} else {
		return err
	}
	for _, tap := range taps {
		var users []string
		for _, one := range r.runs {
			if slices.Contains(one.taps, tap) {
				users = append(users, fmt.Sprint(one.Number))
			}
		}
		if len(users) > 0 {
			err = fmt.Errorf("%w\n  %s is read by the losses of %s %s", err, tap, plural(len(users)), framework.ListNames(users))
		}
	}
	return err
}

func plural(n int) string {
	if n == 1 {
		return "run"
	}
	return "runs"
}

// checksum returns the SHA-256 of a backbone's weights, in hex.
func checksum(ctx context.Context, w framework.Weights) (string, error) {
	if w.Path == "" {
		return w.SHA256, nil
	}
	f, err := weights.Open(w.Path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return f.SHA256(ctx)
}

// fits returns an error if scoring a run's picture takes more memory than is free.
func (r *Rescorer) fits(one scored) error {
	bytes, err := r.Scorer.Memory(one.picture.Height, one.picture.Width)
	if err != nil {
		return fmt.Errorf("run %d: %w", one.Number, err)
	}
	if free, known := memory.Free(); known && bytes > free {
		return fmt.Errorf("run %d: to score its picture of %d×%d pixels takes %s of memory and %s is free; leave it out, or use a smaller backbone",
			one.Number, one.picture.Height, one.picture.Width, sizes.Bytes(bytes), sizes.Bytes(free))
	}
	return nil
}

// Metrics describes the scores of the runs. Those of a texture, without a content image, are
// not compared with any.
func (r *Rescorer) Metrics() []record.Metric {
	i := slices.IndexFunc(r.runs, func(one scored) bool { return one.experiment.Content.Image != "" })
	return r.Scorer.Metrics(r.runs[max(i, 0)].experiment)
}

// Missing returns the number of runs that the scorer has not scored yet.
func (r *Rescorer) Missing() int {
	n := 0
	for _, one := range r.runs {
		if !one.complete {
			n++
		}
	}
	return n
}

// Score scores the runs that the scorer has not scored, into s, which is the store that New
// has read, open for writing. Each run's scores are kept, whatever happens to a later
// one. progress is called before each.
func (r *Rescorer) Score(ctx context.Context, s *store.Store, progress func(done int)) error {
	done := 0
	for i, one := range r.runs {
		if one.complete {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		progress(done)
		values, err := r.score(ctx, one)
		if err == nil {
			err = s.Score(ctx, one.Number, r.Scorer.Stored(), values)
		}
		if err != nil {
			return fmt.Errorf("run %d: %w", one.Number, err)
		}
		r.runs[i].complete = true
		done++
	}
	return nil
}

// score returns the scores of a run's picture.
func (r *Rescorer) score(ctx context.Context, one scored) ([]store.Value, error) {
	picture, err := r.decode(ctx, one.picture)
	if err != nil {
		return nil, err
	}
	var images pair
	if r.options.Stored {
		images, err = r.copies(ctx, one)
	} else {
		images.content, images.styles, err = r.preparer.ReadImages(one.experiment)
	}
	if err != nil {
		return nil, err
	}
	return r.Scorer.Score(ctx, images, one.experiment.Style, picture)
}

// copies decodes the store's copies of a run's images.
func (r *Rescorer) copies(ctx context.Context, one scored) (images pair, err error) {
	if one.content != nil {
		if images.content, err = r.decode(ctx, *one.content); err != nil {
			return images, err
		}
	}
	for _, a := range one.styles {
		style, err := r.decode(ctx, a)
		if err != nil {
			return images, err
		}
		images.styles = append(images.styles, style)
	}
	return images, nil
}

// decode decodes a picture in the store.
func (r *Rescorer) decode(ctx context.Context, a store.StoredArtifact) (*imaging.Image, error) {
	data, err := r.store.Blob(ctx, a.Hash)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Name, err)
	}
	return imaging.DecodeReader(bytes.NewReader(data), a.Name)
}

// A pair is the content image and the style images of a run.
type pair struct {
	content *imaging.Image
	styles  []*imaging.Image
}

func (p pair) Content() *imaging.Image  { return p.content }
func (p pair) Styles() []*imaging.Image { return p.styles }
