package plan

import (
	"testing"

	"runexp/experiments/testbed"
)

// Of many backbones a sweep keeps only the weights from trial to trial, not the kernels' copies, which are
// many times as large.
func TestMemoryOfManyBackbones(t *testing.T) {
	b := testbed.New(t)
	most := func(section string) (*Plan, int64) {
		r := b.Load(t, section, "backbone: {name: vgg19-lite}\n", "backbone: {name: random, seed: 1, widths: [64, 512, 512]}\n", "relu2_1", "relu2", "relu1_1", "relu1")
		p, err := NewPlanner(b.Plugins, b.Engine).New(t.Context(), r, Options{})
		if err != nil {
			t.Fatal(err)
		}
		bytes := int64(0)
		for _, trial := range p.Trials {
			bytes = max(bytes, trial.Bytes())
		}
		return p, bytes
	}
	evaluate := "evaluate: {backbone: {name: vgg19-lite}}\n"
	_, one := most(evaluate + "sweep: {parameters: [{path: losses.style.weight, values: [1, 2]}]}\n")
	two, kept := most(evaluate + "sweep: {parameters: [{path: backbone.seed, values: [1, 2]}]}\n")
	six, dropped := most(evaluate + "sweep: {parameters: [{path: backbone.seed, values: [1, 2, 3, 4, 5, 6]}]}\n")
	if two.Crowded() || !six.Crowded() {
		t.Errorf("crowded: %v with two backbones, %v with six", two.Crowded(), six.Crowded())
	}
	if b.Engine.Variant() == "generic" {
		return // plain kernels make no copies
	}
	if own, copies := (dropped-one)/5/(1<<10), (kept-one)/(1<<10); own <= 0 || copies < 4*own {
		t.Errorf("another backbone adds %d KiB where copies are kept, %d KiB where they are dropped", copies, own)
	}
}
