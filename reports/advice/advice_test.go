package advice_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"runexp/framework/store/record"
	"runexp/reports/advice"
)

// swept is a sweep of two weights on so many pairs: noise falls with tv, content distance rises
// with style, and each pair differs a little.
func swept(units int) advice.Evidence {
	r := rand.New(rand.NewPCG(1, 1))
	e := advice.Evidence{
		Source: "sweep 1 of weights",
		Metrics: []record.Metric{
			{Name: "eval/noise", Label: "noise", Better: "lower"}, {Name: "eval/content", Label: "content distance", Better: "lower"},
			{Name: "eval/style", Label: "style distance", Better: "lower"}, {Name: "eval/edges", Label: "edge correlation", Better: "higher"},
		},
		Base: advice.Recipe{"backbone.name": `"vgg19-lite"`},
	}
	for u := range units {
		e.Units = append(e.Units, fmt.Sprint("pair ", u))
	}
	for _, tv := range []float64{0, 10, 100} {
		for _, style := range []float64{1, 2} {
			s := advice.Setting{
				Params:    advice.Recipe{"losses.tv.weight": fmt.Sprint(tv), "losses.style.weight": fmt.Sprint(style)},
				Overrides: []string{"losses.tv.weight=" + fmt.Sprint(tv), "losses.style.weight=" + fmt.Sprint(style)},
			}
			for u := range units {
				noise := func() float64 { return math.Exp(0.02 * r.NormFloat64()) }
				s.Values = append(s.Values, map[string]float64{
					"eval/noise": (5 + float64(u)) * math.Exp(-tv/200) * noise(), "eval/content": style * noise(),
					"eval/style": 1 / style * noise(), "eval/edges": 0.5 * noise(),
				})
			}
			e.Settings = append(e.Settings, s)
		}
	}
	return e
}

// run is a run with the settings of a sweep, and pictures of its own.
func run(tv string) advice.Recipe {
	r, _ := advice.RecipeOf(map[string]string{
		"backbone.name": `"vgg19-lite"`, "content.image": `"mine.jpg"`, "style.0.image": `"other.jpg"`, "seed": "7", "evaluate.every": "0",
		"losses.tv.weight": tv, "losses.style.weight": "1",
	})
	return r
}

// A run through more sizes has the same recipe, if all stages but the first are alike.
func TestRecipeOf(t *testing.T) {
	three := map[string]string{
		"stages.0.size.long": "128", "stages.0.iterations": "200", "stages.1.size.long": "181", "stages.1.iterations": "80",
		"stages.2.size.long": "256", "stages.2.iterations": "80", "style.0.size": `"long"`, "style.0.image": `"a.jpg"`,
	}
	four := maps.Clone(three)
	four["stages.3.size.long"], four["stages.3.iterations"] = "362", "80"
	a, small := advice.RecipeOf(three)
	b, large := advice.RecipeOf(four)
	want := advice.Recipe{"stages.first.iterations": "200", "stages.later.iterations": "80", "style.0.size": `"long"`}
	if !maps.Equal(a, b) || !maps.Equal(a, want) || small != "long 256" || large != "long 362" {
		t.Errorf("%v %s, %v %s", a, small, b, large)
	}
	four["stages.3.iterations"] = "90"
	if c, _ := advice.RecipeOf(four); maps.Equal(a, c) {
		t.Errorf("more iterations at the last size: %v", c)
	}
}

func wish(name string) advice.Wish {
	all := advice.Wishes()
	return all[slices.IndexFunc(all, func(w advice.Wish) bool { return w.Name == name })]
}

func TestLessNoise(t *testing.T) {
	moves, covered := advice.Advise([]advice.Evidence{swept(8), swept(8)}, run("10"), wish("less noise"))
	if !covered || len(moves) != 1 || !slices.Equal(moves[0].Overrides, []string{"losses.tv.weight=100"}) || moves[0].N != 8 {
		t.Fatalf("%v %+v", covered, moves)
	}
	want := math.Exp(-90. / 200)
	if c := moves[0].Wish; math.Abs(c.Expected-want) > 0.02 || c.Low >= want || c.High <= want || !c.Ratio {
		t.Errorf("%+v", c)
	}
	// Less style weight does nothing for noise, and costs style: it is not offered.
	if moves, _ := advice.Advise([]advice.Evidence{swept(8)}, run("100"), wish("less noise")); len(moves) != 0 {
		t.Errorf("%+v", moves)
	}
}

// What a move costs is said, the worst first.
func TestCosts(t *testing.T) {
	moves, _ := advice.Advise([]advice.Evidence{swept(8)}, run("10"), wish("more style"))
	if len(moves) == 0 || moves[0].Costs[0].Metric.Name != "eval/content" || math.Abs(moves[0].Costs[0].Expected-2) > 0.1 {
		t.Errorf("%+v", moves)
	}
}

// A picture that failed, with a score that is no number, is left out.
func TestScoresThatAreNoNumbers(t *testing.T) {
	e := swept(8)
	e.Settings[4].Values[3]["eval/noise"] = math.NaN()
	e.Settings[4].Values[5]["eval/content"] = math.Inf(1)
	moves, _ := advice.Advise([]advice.Evidence{e}, run("0"), wish("less noise"))
	if len(moves) == 0 || moves[0].N != 7 || math.IsNaN(moves[0].Wish.High) {
		t.Fatalf("%+v", moves)
	}
	for _, c := range moves[0].Costs {
		if math.IsInf(c.Expected, 0) || math.IsNaN(c.Low) {
			t.Errorf("%+v", c)
		}
	}
}

// What a move does on average only by chance is no cost.
func TestCostsAreSure(t *testing.T) {
	e := swept(8)
	for u := range e.Units { // edges a little worse on average, and better as often
		for s := range e.Settings {
			e.Settings[s].Values[u]["eval/edges"] = 0.5
		}
		e.Settings[4].Values[u]["eval/edges"] = 0.5 * math.Exp(0.1*float64(1-2*(u%2))-0.01)
	}
	moves, _ := advice.Advise([]advice.Evidence{e}, run("0"), wish("less noise"))
	if len(moves) == 0 {
		t.Fatal("no advice")
	}
	for _, c := range moves[0].Costs {
		if c.Metric.Name == "eval/edges" {
			t.Errorf("%+v", c)
		}
	}
}

// The interval is for one more picture: it holds nine in ten of them.
func TestIntervalHoldsOneMorePicture(t *testing.T) {
	const studies = 3000
	kept := 0
	r := rand.New(rand.NewPCG(2, 2))
	draw := func() float64 { return math.Exp(-3 + 0.3*r.NormFloat64()) }
	for range studies {
		e := swept(8)
		for u := range e.Units {
			e.Settings[4].Values[u]["eval/noise"] = e.Settings[0].Values[u]["eval/noise"] * draw()
		}
		e.Settings = []advice.Setting{e.Settings[0], e.Settings[4]}
		moves, _ := advice.Advise([]advice.Evidence{e}, run("0"), wish("less noise"))
		if len(moves) == 1 && moves[0].Wish.Holds(1, draw()) {
			kept++
		}
	}
	if share := float64(kept) / studies; math.Abs(share-0.9) > 0.017 { // three standard errors
		t.Errorf("%.3f of pictures were in the interval", share)
	}
}

// Nothing is said of other recipes, of settings that were not swept, or from few pairs.
func TestNothingOutsideOfWhatWasSwept(t *testing.T) {
	all := []advice.Evidence{swept(8)}
	if moves, covered := advice.Advise(all, run("20"), wish("less noise")); covered || len(moves) > 0 {
		t.Errorf("a weight between: %+v", moves)
	}
	other := run("10")
	other["backbone.name"] = `"vgg19"`
	if _, covered := advice.Advise(all, other, wish("less noise")); covered {
		t.Error("another backbone")
	}
	more := run("10")
	more["losses.palette.weight"] = "3"
	if _, covered := advice.Advise(all, more, wish("less noise")); covered {
		t.Error("one more loss")
	}
	if e, paths := advice.Nearest(all, more); e.Source != "sweep 1 of weights" || !slices.Equal(paths, []string{"losses.palette.weight"}) {
		t.Errorf("%s %v", e.Source, paths)
	}
	if moves, covered := advice.Advise([]advice.Evidence{swept(5)}, run("10"), wish("less noise")); !covered || len(moves) > 0 {
		t.Errorf("five pairs: %+v", moves)
	}
}
