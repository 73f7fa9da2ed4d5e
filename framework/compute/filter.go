package compute

import "sync"

// A form is one way to lay a Filter out for a kernel.
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

// preparedFilters holds the forms that were asked for, each made once and
// shared by all users of the Filter.
type preparedFilters struct {
	mu    sync.Mutex
	forms map[form]*preparedFilter
}

type preparedFilter struct {
	once sync.Once
	data []float32
}

// get returns a form, made by make if this is the first call. Others who want
// the same form wait.
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

// Forget drops what kernels have made of f, which may be many times as large as f.
// It is made again for whoever convolves with f next; f itself stays.
func (f *Filter) Forget() {
	f.prepared.mu.Lock()
	defer f.prepared.mu.Unlock()
	f.prepared.forms = nil
}

// forward returns how f is computed.
func (f *Filter) forward() pass {
	if f.fitsWinograd() {
		return winogradForward
	}
	return directForward
}

// mostFor6 is the largest product of channels whose gradient is computed with tiles
// of 6×6: beyond it layers are deep and pictures small, a tile of 6×6 has more than it
// needs at the edges, and 64 transformed matrices take too much memory.
const mostFor6 = 256 * 256

// backward returns how f's gradient is computed.
func (f *Filter) backward() pass {
	switch {
	case !f.fitsWinograd():
		return directBackward
	case f.In*f.Out <= mostFor6:
		return winogradBackward6
	}
	return winogradBackward
}

// fitsWinograd says whether Winograd's convolutions compute f.
func (f *Filter) fitsWinograd() bool {
	return f.Winograd && f.KH == 3 && f.KW == 3 && f.Stride == 1 && f.Pad <= 2 && f.In >= 8
}
