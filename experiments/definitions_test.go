package experiments

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"runexp/framework/store/record"
)

// The store defines metrics in a sweep's plan and in each scorer's description; a run's
// facts do not repeat it.
func TestTheStoreDefinesMetrics(t *testing.T) {
	b := newBed(t)
	p, err := b.plan(t, "sweep:\n  metrics: [eval/noise, loss/style]\n  parameters: [{path: losses.style.weight, values: [10]}]\n", "layers: [relu2_1]", "layers: [conv2_2]")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.run(t, p, &recordingListener{}, nil); err != nil {
		t.Fatal(err)
	}
	sweeps, err := b.Store.Sweeps(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	scorer, err := b.Store.FindScorer(t.Context(), p.Scorer.Stored().Hash)
	if err != nil {
		t.Fatal(err)
	}
	var stored record.Plan
	var description struct{ Metrics []record.Metric }
	if err := json.Unmarshal(sweeps[0].Plan, &stored); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(scorer.Description, &description); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]record.Metric{
		"eval/noise": {Label: "noise", Unit: "levels of 255", Better: "lower", Source: scorer.Hash},
		"eval/ssim":  {Label: "SSIM", Better: "higher", Against: "content", Source: scorer.Hash},
		"loss/style": {Label: "style loss", Better: "lower", Source: record.FromLoss},
	} {
		for place, list := range map[string][]record.Metric{"plan": stored.Definitions, "scorer": description.Metrics} {
			i := slices.IndexFunc(list, func(m record.Metric) bool { return m.Name == name })
			if i < 0 && place == "scorer" && want.Source == record.FromLoss {
				continue
			}
			if i < 0 {
				t.Errorf("the %s has no %s", place, name)
			} else if m := list[i]; m.Label != want.Label || m.Unit != want.Unit || m.Better != want.Better || m.Against != want.Against || m.Source != want.Source || m.Doc == "" {
				t.Errorf("%s of the %s is %+v, want %+v", name, place, m, want)
			}
		}
	}
	for place, list := range map[string][]record.Metric{"plan": stored.Definitions, "scorer": description.Metrics} {
		i := slices.IndexFunc(list, func(m record.Metric) bool { return m.Name == "eval/sifid_vgg" })
		optimised := map[string][]string{"plan": {"relu2_2"}}[place] // after conv2_2; a scorer serves other plans too
		if i < 0 || !list[i].Fixed || !slices.Equal(list[i].Layers, []string{"relu2_2"}) || !slices.Equal(list[i].Optimised, optimised) {
			t.Errorf("the %s does not say what eval/sifid_vgg reads: %+v", place, list)
		}
	}
	facts, err := b.Store.Env(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range facts {
		if f.Name == "scorer/description" && (strings.Contains(f.Value, "eval/") || !strings.Contains(f.Value, `"backbone":"vgg19-lite"`)) {
			t.Errorf("the run has the fact %s", f.Value)
		}
	}
}
