package plan

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/experiments/testbed"
	"runexp/framework/config"
)

// A thawed plan prepares the same trials, and scores by the same scorer, as the one that was frozen.
func TestThaw(t *testing.T) {
	b := testbed.New(t)
	ctx := t.Context()
	planned, err := NewPlanner(b.Plugins, b.Engine).New(ctx, b.Load(t, everything), Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(planned.Freeze())
	if err != nil {
		t.Fatal(err)
	}
	var f Frozen
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	yaml, err := planned.Config.YAML()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sweep.yaml")
	if err := os.WriteFile(path, yaml, 0o600); err != nil {
		t.Fatal(err)
	}
	l := config.Loader{Plugins: b.Plugins}
	resolved, err := l.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	last := planned.Trials[len(planned.Trials)-1]
	sample, err := LoadTrial(l, last.YAML)
	if err != nil {
		t.Fatal(err)
	}
	p := NewPlanner(b.Plugins, b.Engine)
	thawed, err := p.Thaw(ctx, resolved, f, sample)
	if err != nil {
		t.Fatal(err)
	}
	if thawed.Alone() || thawed.Crowded() != planned.Crowded() || !slices.Equal(thawed.DoneStatuses(), planned.DoneStatuses()) {
		t.Errorf("alone %v, crowded %v", thawed.Alone(), thawed.Crowded())
	}
	for _, want := range []Trial{planned.Trials[0], last} {
		got, err := thawed.ThawTrial(ctx, l, want.Planned())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := thawed.Prepare(ctx, got); err != nil || got.Hash != want.Hash || got.Number != want.Number || len(got.Images) != len(want.Images) || got.Bytes() == 0 {
			t.Errorf("%+v, want %+v, %v", got, want, err)
		}
	}
	other := f
	other.Scorer = "another"
	if _, err := p.Thaw(ctx, resolved, other, sample); err == nil || !strings.Contains(err.Error(), "vgg19-lite") {
		t.Errorf("another scorer: %v", err)
	}
	style, err := os.ReadFile(filepath.Join(b.Dir, "style.png"))
	if err == nil {
		err = os.WriteFile(filepath.Join(b.Dir, "content.png"), style, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := thawed.ThawTrial(ctx, l, last.Planned()); err == nil || !strings.Contains(err.Error(), "a file is not what it was") {
		t.Errorf("another image: %v", err)
	}
}
