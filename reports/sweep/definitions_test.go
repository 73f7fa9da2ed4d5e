package sweep

import (
	"strings"
	"testing"

	"runexp/framework/store/record"
)

// A metric that this program does not know is what the plan says that it is.
func TestAThirdPartysMetric(t *testing.T) {
	s := openTest(t)
	f := fixture{definitions: []record.Metric{
		{Name: "eval/mine", Label: "saturation", Doc: "how strong the colours are", Unit: "per cent", Better: "higher", Source: "5c0e"},
		{Name: "eval/content", Label: "distance of contents", Better: "neither", Source: "5c0e"}, // what the plan says counts
	}}
	r := write(t, s, f.make(t, s).Number)
	r.has(t, "setup", "distance of contents: eval/content", "neither direction is better")
	r.has(t, "metrics", "saturation, per cent 0.5 0.5 higher", "distance of contents")
	if strings.Contains(r.markdown, "eval/unshown") {
		t.Error("the scorer's description repeats what metrics are")
	}
}

// Of stores whose plans say nothing, the metrics that there were are known, and others
// are called as they are.
func TestAnOlderPlan(t *testing.T) {
	s := openTest(t)
	r := write(t, s, fixture{definitions: []record.Metric{}}.make(t, s).Number)
	r.has(t, "setup",
		"content distance: squared distance of the features from the content image's, relative to their energy",
		"noise: standard deviation of the finest noise, by Immerkær's estimate, in levels of 255", "lower is better")
	r.has(t, "metrics", "noise, levels of 255", "style distance", "mine 0.5 0.5 neither")
	for name, want := range map[string]record.Metric{
		"eval/ssim":            {Label: "SSIM", Better: "higher"},
		"eval/tv":              {Label: "relative total variation", Better: "neither"},
		"eval/content/relu3_3": {Label: "content distance at relu3_3", Better: "lower"},
		"loss/style/conv1_1":   {Label: "style conv1_1 loss", Better: "lower"},
		"eval/mine":            {Label: "mine", Better: "neither"},
		"memory/peak":          {Label: "memory/peak", Better: "neither"},
	} {
		if got := (plan{}).metric(name); got.Name != name || got.Label != want.Label || got.Better != want.Better {
			t.Errorf("%s is %+v, want %+v", name, got, want)
		}
	}
}
