package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/variables/pixels"
)

// TestTargetsAreShared: whatever targets depend on makes them others, and
// nothing else does; shared or not, the picture has the same bits.
func TestTargetsAreShared(t *testing.T) {
	e := experiment(t)
	w := NewPreparer(plugins(), compute.Plain[float32]{})
	same := func(change func(*framework.Experiment)) (entries int) {
		t.Helper()
		e := e
		e.Losses, e.Style, e.Stages = slices.Clone(e.Losses), slices.Clone(e.Style), slices.Clone(e.Stages)
		change(&e)
		p, err := w.Prepare(e)
		if err != nil {
			t.Fatal(err)
		}
		shared, err := p.Optimize(context.Background(), &record{})
		if err != nil {
			t.Fatal(err)
		}
		alone, err := runIt(t, context.Background(), e, &record{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(shared.Final.Pix, alone.Final.Pix) {
			t.Error("the picture depends on what is shared")
		}
		return len(w.targets.entries)
	}
	first := same(func(*framework.Experiment) {})
	if first != 4 { // the content at two sizes, and each style image at its own in both stages
		t.Fatalf("%d targets after the first run", first)
	}
	for what, c := range map[string]struct {
		change func(*framework.Experiment)
		more   bool
	}{
		"a weight":   {func(e *framework.Experiment) { e.Losses[0].Weight = 7 }, false},
		"the seed":   {func(e *framework.Experiment) { e.Seed = 5 }, false},
		"the space":  {func(e *framework.Experiment) { e.Variable.Options = &pixels.Config{Space: "unit", Bounds: "none"} }, true},
		"the size":   {func(e *framework.Experiment) { e.Stages[0].Size = framework.Size{Height: 21} }, true},
		"the images": {func(e *framework.Experiment) { e.Content.Image = writeImage(t, "another.png", 31, 40) }, true},
		"the losses": {func(e *framework.Experiment) { e.Losses = e.Losses[:1]; e.Losses[0].Name = "d" }, true},
	} {
		before := len(w.targets.entries)
		if after := same(c.change); (after > before) != c.more {
			t.Errorf("%s: %d targets, then %d", what, before, after)
		}
	}
	if len(w.backbones) != 1 {
		t.Errorf("%d backbones", len(w.backbones))
	}
}

// values are tensors of so many bytes.
func values(bytes int) representations {
	return representations{"style": {"a": graph.Single(graph.Shape{bytes / 4}, make([]float32, bytes/4))}}
}

func TestTheCacheKeepsWhatWasUsedLast(t *testing.T) {
	c := targetCache{room: 1000}
	computed := map[string]int{}
	get := func(key string, bytes int) {
		t.Helper()
		if _, err := c.get(key, func() (representations, error) { computed[key]++; return values(bytes), nil }); err != nil {
			t.Fatal(err)
		}
	}
	get("a", 400)
	get("b", 400)
	get("a", 400)
	get("c", 400) // b goes
	get("a", 400)
	get("b", 400) // c goes
	get("a", 400)
	get("huge", 4000) // stays alone: whoever asked has it anyway
	get("huge", 4000)
	get("a", 400)
	want := map[string]int{"a": 2, "b": 2, "c": 1, "huge": 1}
	if fmt.Sprint(computed) != fmt.Sprint(want) {
		t.Errorf("computed %v, want %v", computed, want)
	}
}

func TestTargetsAreComputedOnce(t *testing.T) {
	c := targetCache{room: 1000}
	computed := 0
	_, err := c.get("a", func() (representations, error) { return nil, errOnPurpose })
	if !errors.Is(err, errOnPurpose) {
		t.Errorf("error %v", err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			v, err := c.get("a", func() (representations, error) { computed++; return values(40), nil })
			if err != nil || len(v["style"]) != 1 {
				t.Errorf("%v, %v", v, err)
			}
		})
	}
	all.Wait()
	if computed != 1 {
		t.Errorf("computed %d times after the one that failed", computed)
	}
}
