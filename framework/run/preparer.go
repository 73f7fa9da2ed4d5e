package run

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"math"
	"runtime/debug"
	"slices"
	"sync"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/internal/filestate"
	"runexp/internal/lru"
)

// A Preparer prepares the runs of one process and caches what they share: backbones
// with their filters, targets and decoded images. It may be used by several goroutines.
type Preparer struct {
	// FreeMemory returns the free memory in bytes, if known. nil disables the check
	// before an image is decoded. It must be set before the Preparer is used.
	FreeMemory func() (bytes int64, known bool)

	plugins framework.Plugins
	k       compute.Kernels[float32]
	targets *lru.Cache[string, representations] // by targetKey; read-only
	images  *lru.Cache[filestate.State, decodedImage]

	mu        sync.Mutex
	backbones map[string]framework.Backbone // by name and options
}

// maxTargets bounds the cache of targets, in bytes: those of d2l at 300×450 are 8 MB
// for a pair of images.
const maxTargets = 256 << 20

// NewPreparer returns a Preparer whose kernels run on k.
func NewPreparer(plugins framework.Plugins, k compute.Kernels[float32]) *Preparer {
	return &Preparer{
		plugins: plugins, k: k, backbones: map[string]framework.Backbone{},
		targets: lru.New[string](maxTargets, bytesOf), images: lru.New[filestate.State](0, decodedImage.bytes),
	}
}

// ChangedOptions lists the options of a backbone that are not its defaults, as key=value.
func (pr *Preparer) ChangedOptions(spec framework.BackboneSpec) []string {
	_, defaults, err := pr.plugins.Backbones.Describe(spec.Name)
	if err != nil {
		return nil // Backbone reports it
	}
	return framework.Changed(spec.Options, defaults)
}

// Backbone returns the backbone of a spec; equal specs share one.
func (pr *Preparer) Backbone(spec framework.BackboneSpec) (framework.Backbone, error) {
	plugin, err := pr.plugins.Backbones.Lookup(spec.Name)
	if err != nil {
		return nil, fmt.Errorf("backbone.name: %w", err)
	}
	key, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("backbone: %w", err)
	}
	pr.mu.Lock()
	defer pr.mu.Unlock()
	if known := pr.backbones[string(key)]; known != nil {
		return known, nil
	}
	backbone, err := plugin.New(spec.Options)
	if err != nil {
		return nil, fmt.Errorf("backbone: %w", err)
	}
	pr.backbones[string(key)] = backbone
	return backbone, nil
}

// sharedTargets returns the representations of an image, from the cache if another run had
// the same. Those of the start are not cached: no other run has it. Nor are those of derived
// images, which would fill the cache: NNST's of one painting at 512 are 0.7 GB.
func (p *Prepared) sharedTargets(ctx context.Context, losses []weighted, role framework.Role, image framework.StageImage) (representations, error) {
	compute := func() (representations, error) {
		program, err := p.targetProgram(losses, role, image)
		if err != nil {
			return nil, err
		}
		// The program takes half as much memory as the picture's, and is garbage once
		// it has run. Collect it now, so that the two do not add up.
		defer debug.FreeOSMemory()
		return program.run(ctx, image.Image, p.variable.Space())
	}
	if _, derives := losses[0].Loss.(framework.ImageDeriver); derives || role == framework.Start {
		return compute()
	}
	key, err := p.targetKey(losses, role, image)
	if err != nil {
		return nil, err
	}
	return p.preparer.targets.Get(key, compute)
}

// targetKey is a hash of everything that the representations depend on.
func (p *Prepared) targetKey(losses []weighted, role framework.Role, image framework.StageImage) (string, error) {
	type loss struct {
		Name, Type string
		Options    any
	}
	var all []loss
	for _, l := range losses {
		all = append(all, loss{l.name, p.e.Losses[l.index].Type, p.e.Losses[l.index].Options})
	}
	sum := sha256.New()
	err := json.NewEncoder(sum).Encode(struct {
		Space    framework.Space
		Backbone framework.BackboneSpec
		Weights  framework.Weights
		Losses   []loss
		Size     [2]int
	}{p.variable.Space(), p.e.Backbone, p.weights, all, [2]int{image.H, image.W}})
	if err != nil {
		return "", fmt.Errorf("%s targets: %w", role, err)
	}
	hashPixels(sum, image.Pix)
	for _, region := range slices.Sorted(maps.Keys(image.Masks)) {
		mask := image.Masks[region]
		fmt.Fprintf(sum, "%q %d %d", region, mask.H, mask.W)
		hashPixels(sum, mask.Pix)
	}
	return string(sum.Sum(nil)), nil
}

func hashPixels(sum hash.Hash, pix []float32) {
	part := make([]byte, 0, 1<<14)
	for len(pix) > 0 {
		n := min(len(pix), cap(part)/4)
		part = part[:0]
		for _, v := range pix[:n] {
			part = binary.LittleEndian.AppendUint32(part, math.Float32bits(v))
		}
		sum.Write(part)
		pix = pix[n:]
	}
}

// bytesOf returns the memory of values in bytes.
func bytesOf(values representations) int64 {
	n := int64(0)
	for _, tensors := range values {
		for _, t := range tensors {
			n += int64(4*len(t.Single) + 8*len(t.Double))
		}
	}
	return n
}
