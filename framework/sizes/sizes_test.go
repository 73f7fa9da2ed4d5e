package sizes_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"runexp/framework"
	"runexp/framework/sizes"
)

// stagesOf returns stages of these sizes.
func stagesOf(all ...framework.Size) []framework.Stage {
	stages := make([]framework.Stage, len(all))
	for i, s := range all {
		stages[i].Size = s
	}
	return stages
}

func TestStages(t *testing.T) {
	d2l := stagesOf(framework.Size{Height: 150, Width: 225, Fit: framework.FitArea}, framework.Size{Scale: 2})
	one := func(s framework.Size) []framework.Stage { return stagesOf(s) }
	for _, c := range []struct {
		name   string
		stages []framework.Stage
		result framework.Size
		photo  sizes.Pixels
		want   []sizes.Pixels
	}{
		{"an area in its own proportions", d2l, framework.Size{}, sizes.Pixels{H: 450, W: 675}, []sizes.Pixels{{H: 150, W: 225}, {H: 300, W: 450}}},
		{"an area of a square", d2l, framework.Size{}, sizes.Pixels{H: 512, W: 512}, []sizes.Pixels{{H: 184, W: 184}, {H: 368, W: 368}}},
		{"an area on end", d2l, framework.Size{}, sizes.Pixels{H: 600, W: 400}, []sizes.Pixels{{H: 225, W: 150}, {H: 450, W: 300}}},
		{"stretched", one(framework.Size{Height: 150, Width: 225, Fit: framework.FitStretch}), framework.Size{}, sizes.Pixels{H: 512, W: 512}, []sizes.Pixels{{H: 150, W: 225}}},
		{"a height", one(framework.Size{Height: 150}), framework.Size{}, sizes.Pixels{H: 300, W: 400}, []sizes.Pixels{{H: 150, W: 200}}},
		{"a width", one(framework.Size{Width: 200}), framework.Size{}, sizes.Pixels{H: 300, W: 400}, []sizes.Pixels{{H: 150, W: 200}}},
		{"a longer side", one(framework.Size{Long: 300}), framework.Size{}, sizes.Pixels{H: 300, W: 400}, []sizes.Pixels{{H: 225, W: 300}}},
		{"a shorter side", one(framework.Size{Short: 300}), framework.Size{}, sizes.Pixels{H: 600, W: 800}, []sizes.Pixels{{H: 300, W: 400}}},
		{"the result of stages that double", d2l, framework.Size{Long: 512}, sizes.Pixels{H: 512, W: 512}, []sizes.Pixels{{H: 256, W: 256}, {H: 512, W: 512}}},
		{"the result of stages in pixels", stagesOf(framework.Size{Long: 100}, framework.Size{Long: 400}), framework.Size{Long: 800}, sizes.Pixels{H: 300, W: 400}, []sizes.Pixels{{H: 150, W: 200}, {H: 600, W: 800}}},
		{"the result of a recipe that would be too large", stagesOf(framework.Size{Long: 40_000}, framework.Size{Scale: 1000}), framework.Size{Long: 64_000}, sizes.Pixels{H: 100, W: 4000}, nil},
	} {
		got, err := sizes.Stages(c.stages, c.result, c.photo)
		if c.want == nil && err != nil && strings.Contains(err.Error(), "size: 1600×64000") {
			continue // more than 100 million pixels
		}
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %v, %v", c.name, got, err)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: stage %d has %v, want %v", c.name, i, got[i], c.want[i])
			}
		}
	}
}

// No size in a config gives stages out of bounds.
func TestStagesStayWithinBounds(t *testing.T) {
	chain := stagesOf(framework.Size{Long: 1000})
	for range 40 {
		chain = append(chain, framework.Stage{Size: framework.Size{Scale: 1e30}})
	}
	square := sizes.Pixels{H: 100, W: 100}
	for want, c := range map[string]struct {
		stages []framework.Stage
		result framework.Size
		photo  sizes.Pixels
	}{
		"stages[1].size: 1e+33×1e+33 pixels are too many":    {stages: chain, photo: square},
		"stages[0].size: 0×0 pixels are too few":             {stages: chain, photo: square, result: framework.Size{Long: 512}},
		"stages[0].size: 65537×65537 pixels are too many":    {stages: stagesOf(framework.Size{Long: 65537}), photo: square},
		"stages[0].size: 60000×60000 pixels are too many":    {stages: stagesOf(framework.Size{Long: 60000}), photo: square},
		"stages[0].size: 300×0 pixels are too few":           {stages: stagesOf(framework.Size{Long: 300}), photo: sizes.Pixels{H: 100_000, W: 1}},
		"stages[0].size: 3e+07×300 pixels are too many":      {stages: stagesOf(framework.Size{Short: 300}), photo: sizes.Pixels{H: 100_000, W: 1}},
		"stages[0].size: 8.64691e+18×5.62049e+18 pixels are": {stages: stagesOf(framework.Size{Long: math.MaxInt64 / 16 * 15}), photo: sizes.Pixels{H: 20, W: 13}},
	} {
		got, err := sizes.Stages(c.stages, c.result, c.photo)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, %v; want an error that says %q", got, err, want)
		}
	}
}

func TestStyle(t *testing.T) {
	stage := sizes.Pixels{H: 300, W: 450}
	for _, c := range []struct {
		rule string
		own  sizes.Pixels
		want sizes.Pixels
	}{
		{"result", sizes.Pixels{H: 900, W: 1350}, stage},
		{"result", sizes.Pixels{H: 1000, W: 1000}, sizes.Pixels{H: 367, W: 367}},
		{"result*0.5", sizes.Pixels{H: 1000, W: 1000}, sizes.Pixels{H: 184, W: 184}},
		{"result * 2", sizes.Pixels{H: 90, W: 135}, sizes.Pixels{H: 600, W: 900}},
		{"long", sizes.Pixels{H: 1000, W: 800}, sizes.Pixels{H: 450, W: 360}},
		{"long*0.7", sizes.Pixels{H: 1000, W: 2000}, sizes.Pixels{H: 158, W: 315}},
		{"long * 2", sizes.Pixels{H: 900, W: 700}, sizes.Pixels{H: 900, W: 700}},
		{"long", sizes.Pixels{H: 100, W: 449}, sizes.Pixels{H: 100, W: 449}}, // not enlarged
		{"long_enlarged", sizes.Pixels{H: 80, W: 90}, sizes.Pixels{H: 400, W: 450}},
		{"short", sizes.Pixels{H: 80, W: 90}, sizes.Pixels{H: 300, W: 338}},
		{"height", sizes.Pixels{H: 90, W: 60}, sizes.Pixels{H: 300, W: 200}},
		{"width*0.5", sizes.Pixels{H: 90, W: 60}, sizes.Pixels{H: 338, W: 225}},
		{"content", sizes.Pixels{H: 1000, W: 1000}, stage},
		{"own", sizes.Pixels{H: 70, W: 90}, sizes.Pixels{H: 70, W: 90}},
		{"0.5", sizes.Pixels{H: 70, W: 90}, sizes.Pixels{H: 35, W: 45}},
	} {
		rule, err := sizes.ParseRule(c.rule)
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		if got, err := rule.Style(c.own, stage); err != nil || got != c.want {
			t.Errorf("%s of %v: %v, %v; want %v", c.rule, c.own, got, err, c.want)
		}
	}
	for _, text := range []string{"", "result*", "result*0", "result*-1", "result*inf", "long*", "long*-1", "longer", "own*2", "content*0.5", "2*2", "result 2", "results", "0", "nan", "1e400"} {
		if rule, err := sizes.ParseRule(text); err == nil {
			t.Errorf("%q is %+v", text, rule)
		}
	}
	for _, text := range []string{"1e7", "1e300", "result*1e5", "1e-9", "long*1e-9"} {
		rule, err := sizes.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := rule.Style(sizes.Pixels{H: 100, W: 100}, stage); err == nil {
			t.Errorf("%s of 100×100 is %v", text, got)
		}
	}
}

func TestTimesEndAtTheLongest(t *testing.T) {
	const longest = time.Duration(math.MaxInt64)
	if d := sizes.Times(sizes.MaxCount, time.Minute); d != longest {
		t.Errorf("a billion minutes are %v", d)
	}
	if d := sizes.Times(60, time.Second); d != time.Minute {
		t.Errorf("60 seconds are %v", d)
	}
	if d := sizes.Sum(longest, time.Second); d != longest {
		t.Errorf("the longest time and a second are %v", d)
	}
	if d := sizes.Seconds(1e300); d != longest {
		t.Errorf("1e300 seconds are %v", d)
	}
	if text := sizes.Text(longest, time.Second); text != "more than 292 years" {
		t.Error(text)
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 trials", 1: "1 trial", 2: "2 trials", -1: "-1 trials"} {
		if got := sizes.Count(n, "trial"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
