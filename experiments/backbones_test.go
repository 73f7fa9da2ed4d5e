package experiments

import (
	"runtime"
	"testing"
)

// A sweep over more than two backbones drops the kernels' copies of the filters of each after its trial; they are eight
// times as large as the filters.
func TestManyBackbonesAreNotKept(t *testing.T) {
	b := newBed(t)
	if b.Engine.Variant() == "generic" {
		t.Skip("plain kernels make no copies")
	}
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	p, err := b.plan(t, `evaluate: {backbone: {name: vgg19-lite}}
sweep: {parameters: [{path: backbone.seed, values: [1, 2, 3, 4, 5, 6]}]}
`, "backbone: {name: vgg19-lite}\n", "backbone: {name: random, seed: 1, widths: [256, 512]}\n", "relu2_1", "relu2", "relu1_1", "relu1")
	if err != nil {
		t.Fatal(err)
	}
	before := heap()
	tally, err := b.run(t, p, &recordingListener{}, nil)
	if err != nil || tally.Finished != 6 {
		t.Fatalf("%+v, %v", tally, err)
	}
	const copies = 8 * 256 * 512 * 9 * 4 // of one network
	if grown := heap() - before; grown > 2*copies {
		t.Errorf("after six networks the heap has grown by %d MB; the copies of one are about %d MB", grown>>20, copies>>20)
	}
	runtime.KeepAlive(p)
}
