package compute

import "sync"

// A form is a layout of a Filter for a kernel.
type form struct {
	pass  pass
	panel int // columns of a panel: variants differ
}

type pass int

const (
	winogradForward pass = iota
	winogradFine         // forward, for flat areas
	winogradBackward
	winogradBackward6 // with tiles of 6×6
	directForward
	directBackward
)

// tile returns the side of the tiles of a Winograd pass.
func (p pass) tile() int {
	switch p {
	case winogradFine:
		return 2
	case winogradBackward6:
		return 6
	}
	return 4
}

// preparedFilters caches a Filter's forms, each made once and shared by all users.
type preparedFilters struct {
	mu    sync.Mutex
	forms map[form]*preparedFilter
}

type preparedFilter struct {
	once sync.Once
	data []float32
}

// get returns a form, made by make on the first call. Concurrent calls for the same form
// wait.
func (p *preparedFilters) get(f form, make func() []float32) []float32 {
	p.mu.Lock()
	if p.forms == nil {
		p.forms = map[form]*preparedFilter{}
	}
	entry := p.forms[f]
	if entry == nil {
		entry = &preparedFilter{}
		p.forms[f] = entry
	}
	p.mu.Unlock()
	entry.once.Do(func() { entry.data = make() })
	return entry.data
}

// Evict drops the prepared forms of f, which may be many times as large as f. The next
// convolution with f prepares them again.
func (f *Filter) Evict() {
	f.prepared.mu.Lock()
	defer f.prepared.mu.Unlock()
	f.prepared.forms = nil
}

// forward returns the algorithm of f's convolution.
func (f *Filter) forward() pass {
	if f.fitsWinograd() {
		return winogradForward
	}
	return directForward
}

// mostFor6 is the largest product of channels for which gradients use tiles of 6×6: larger
// layers are deep and their pictures small, so that 6×6 tiles waste work at the edges, and
// 64 transformed matrices need too much memory.
const mostFor6 = 256 * 256

// backward returns the algorithm of f's gradient.
func (f *Filter) backward() pass {
	switch {
	case !f.fitsWinograd():
		return directBackward
	case f.In*f.Out <= mostFor6:
		return winogradBackward6
	}
	return winogradBackward
}

// fitsWinograd reports whether Winograd's convolutions can compute f.
func (f *Filter) fitsWinograd() bool {
	return f.Winograd && f.KH == 3 && f.KW == 3 && f.Stride == 1 && f.Pad <= 2 && f.In >= 8
}
