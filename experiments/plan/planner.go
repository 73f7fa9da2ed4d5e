package plan

import (
	"context"
	"sync"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/run"
	"runexp/framework/weights"
	"runexp/internal/filestate"
	"runexp/internal/memory"
)

// A Planner plans experiments and prepares their trials. It caches what trials share:
// backbones with their filters, targets, checksums of files. It may be used by several
// goroutines.
type Planner struct {
	Engine *compute.Engine

	preparer *run.Preparer
	metrics  *framework.Registry[framework.Metric]

	mu       sync.Mutex
	sums     map[filestate.State]string // SHA-256 of weights files; during planning of all files
	planning bool
}

// NewPlanner returns a Planner with these plugins, whose kernels run on engine.
func NewPlanner(plugins framework.Plugins, engine *compute.Engine) *Planner {
	preparer := run.NewPreparer(plugins, engine)
	preparer.FreeMemory = memory.Free
	return &Planner{Engine: engine, preparer: preparer, metrics: plugins.Metrics, sums: map[filestate.State]string{}}
}

// A Prepared is a checked run, to be run once, with its parameters and files.
type Prepared struct {
	*run.Prepared
	Params []config.Param
	// Files are the SHA-256 sums of the files that the run reads, in hex, by key path:
	// content.image, style[0].image, losses.style.mask, backbone.weights (embedded
	// weights included).
	Files map[string]string
	// Hash is the trial's identity: equal for trials that must give the same picture,
	// whatever the paths of their files and the machine.
	Hash string
}

// Prepare reads and checks what an experiment names. The run emits a picture to score
// every scoreEvery iterations; 0 for never. It writes nothing.
func (p *Planner) Prepare(ctx context.Context, r *config.Resolved, scoreEvery int) (*Prepared, error) {
	e := r.Experiment
	e.Evaluate.Every = scoreEvery
	prepared, err := p.preparer.Prepare(e)
	if err != nil {
		return nil, err
	}
	t := &Prepared{Prepared: prepared}
	if t.Params, err = r.Params(); err != nil {
		return nil, err
	}
	if t.Files, err = p.hashFiles(ctx, r, prepared.Weights()); err != nil {
		return nil, err
	}
	t.Hash, err = identity(t.Params, t.Files)
	return t, err
}

// imageCacheBytes is the size of the cache of decoded images while a plan is made: a
// content and a style image of 12 megapixels, and more. Points are ordered by pair, so
// one pair is enough.
const imageCacheBytes = 512 << 20

// shareFiles enables the caches of images and checksums until end is called: trials
// prepared in between read each file once, unless it changes. A run reads its files again.
func (p *Planner) shareFiles() (end func()) {
	set := func(planning bool, cacheBytes int64) {
		p.mu.Lock()
		p.planning = planning
		p.mu.Unlock()
		p.preparer.CacheImages(cacheBytes)
	}
	set(true, imageCacheBytes)
	return func() { set(false, 0) }
}

// hashWeights returns the checksum of a backbone's weights; "" if it has none.
func (p *Planner) hashWeights(ctx context.Context, w framework.Weights) (string, error) {
	if w.Path == "" {
		return w.SHA256, nil
	}
	key, err := filestate.Of(w.Path)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if sum, known := p.sums[key]; known {
		return sum, nil
	}
	f, err := weights.Open(w.Path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum, err := f.SHA256(ctx)
	if err == nil {
		p.sums[key] = sum
	}
	return sum, err
}

// hashFile returns the checksum of a file, cached during planning.
func (p *Planner) hashFile(ctx context.Context, path string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key, err := filestate.Of(path)
	if err != nil {
		return "", err
	}
	if sum, known := p.sums[key]; known && p.planning {
		return sum, nil
	}
	sum, err := weights.SumFile(ctx, path)
	if err == nil && p.planning && key.Settled() {
		p.sums[key] = sum
	}
	return sum, err
}
