package simulated

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"runexp/reports/effects"
)

// A World is one whose truth is known: no factor does anything, or only what Real says.
type World struct {
	Name   string
	About  Population
	Design Design
	Noise  func(r *rand.Rand) float64
	// Real is added to a value: an effect that may be claimed; nil for none.
	Real func(unit int, levels []int) float64
	// False says which claims are false; nil: all.
	False func(p Population, e *effects.Effect) bool
	Keep  float64 // share of the runs that finished; 0 is all
	// Ran says which settings there are; nil: all combinations.
	Ran func(levels []int) bool
	// Pictures is the standard deviation of what each level but the first does on one
	// content image, and on one style image, in all units that have it.
	Pictures float64
}

// Normal is normal noise of standard deviation 1.
func Normal(r *rand.Rand) float64 { return r.NormFloat64() }

// cauchy has tails so heavy that it has no mean.
func cauchy(r *rand.Rand) float64 { return math.Tan(math.Pi * (r.Float64() - 0.5)) }

// skewed is log-normal with a long tail.
func skewed(r *rand.Rand) float64 { return math.Exp(1.5 * r.NormFloat64()) }

// outliers is normal noise with rare outliers.
func outliers(r *rand.Rand) float64 {
	if r.IntN(20) == 0 {
		return cauchy(r)
	}
	return Normal(r)
}

// allFalse is any claim, where nothing is true.
func allFalse(p Population, e *effects.Effect) bool { return p.Claims(e) }

// falsePair is a contrast that holds between levels of a, b or c other than z, which
// alone differs; and any claim on another factor.
func falsePair(p Population, e *effects.Effect) bool {
	if e.Factor != "a" && e.Factor != "b" && e.Factor != "c" {
		return p.Claims(e)
	}
	for _, c := range e.Contrasts {
		if p.Differs(c) && c.From != "z" && c.To != "z" {
			return true
		}
	}
	return false
}

// falseEquivalence is a contrast that is called equivalent.
func falseEquivalence(p Population, e *effects.Effect) bool {
	for _, c := range e.Contrasts {
		if p.Equivalent(c) {
			return true
		}
	}
	return false
}

// last is 50 at the third level of every factor.
func last(_ int, levels []int) float64 {
	sum := 0.0
	for _, l := range levels {
		if l == 2 {
			sum += 50
		}
	}
	return sum
}

// Worlds are the shapes that a sweep can have.
func Worlds() []World {
	return append(append(worldsOfThese(), worldsOfAlike()...), worldsOfCurves()...)
}

// worldsOfThese have noise alone, and pairs that share pictures.
func worldsOfThese() []World {
	three := Claimed("content distance", "noise", "style distance")
	pictures := Crossed(4, 2)
	one := func(f effects.Factor) Design { return Grid([]effects.Factor{f}, pictures, three) }
	tv, pooling, layer := Numbers("tv", 0, 1, 10), Names("pooling", "avg", "max"), Names("layer", "x", "y", "z")
	a, b, c := Names("a", "x", "y", "z"), Names("b", "x", "y", "z"), Names("c", "x", "y", "z")
	list := []World{
		{Name: "two names", Design: one(pooling), Noise: Normal},
		{Name: "two numbers, heavy tails", Design: one(Numbers("tv", 0, 10)), Noise: cauchy},
		{Name: "three names, skewed", Design: one(layer), Noise: skewed},
		{Name: "three numbers, heavy tails", Design: one(tv), Noise: cauchy},
		{Name: "five names, heavy tails", Design: one(Names("layer", "v", "w", "x", "y", "z")), Noise: cauchy},
		{Name: "five numbers, skewed", Design: one(Numbers("tv", 0, 1, 10, 100, 1000)), Noise: skewed},
		{Name: "two factors", Design: Grid([]effects.Factor{tv, pooling}, pictures, three), Noise: skewed},
		{Name: "two factors, a third of the runs missing", Design: Grid([]effects.Factor{tv, layer}, pictures, three[:2]), Noise: Normal, Keep: 0.67},
		{Name: "one real factor, one not", Design: Grid([]effects.Factor{a, pooling}, Apart(9), three[:2]), Noise: Normal, Real: last, False: falsePair},
		{Name: "one factor decides another", Design: Grid(Deciding(pooling), pictures, three), Noise: Normal, Ran: Set},
		{Name: "one of three names decides another factor", Design: Grid(Deciding(layer), pictures, three), Noise: skewed, Ran: Set},
		// Every factor does something, and all that is left to go wrong are the contrasts.
		{Name: "three factors, one level of each real", Design: Grid([]effects.Factor{a, b, c}, Apart(10), three[:1]), Noise: outliers, Real: last, False: falsePair},
	}
	for i := range list {
		list[i].About = These()
	}
	return list
}

// worldsOfAlike have effects of single pictures, as large as the noise, and 0 on average over all
// pictures that could have been drawn.
func worldsOfAlike() []World {
	two := Claimed("content distance", "noise")
	pooling, layer, tv := Names("pooling", "avg", "max"), Names("layer", "x", "y", "z"), Numbers("tv", 0, 1, 10)
	var list []World
	for _, shape := range []struct {
		name  string
		units []effects.Unit
	}{
		{"8 pairs", Apart(8)},
		{"12 pairs in 6 groups", InGroups(6, 2)},
		{"3 × 3", Crossed(3, 3)}, {"4 × 3", Crossed(4, 3)},
	} {
		for _, factor := range []struct {
			name string
			f    effects.Factor
		}{{"two names", pooling}, {"three names", layer}, {"three numbers", tv}} {
			list = append(list, World{
				Name: shape.name + ", " + factor.name, Design: Grid([]effects.Factor{factor.f}, shape.units, two), Noise: Normal, Pictures: 1,
			})
		}
		equal := Claimed("noise")
		equal[0].Margin = 3
		list = append(list, World{
			Name: shape.name + ", equivalence", Design: Grid([]effects.Factor{layer}, shape.units, equal), Noise: Normal, Pictures: 1,
			Real:  func(_ int, levels []int) float64 { return 3 * float64(min(1, levels[0])) }, // exactly the margin
			False: falseEquivalence,
		})
	}
	for i := range list {
		list[i].About = Alike()
	}
	return list
}

// worldsOfCurves change a metric, but not in every way that could be claimed.
func worldsOfCurves() []World {
	one := Claimed("noise")
	five := Numbers("tv", 0, 1, 10, 100, 1000)
	curve := func(values ...float64) func(int, []int) float64 {
		return func(_ int, levels []int) float64 { return values[levels[0]] }
	}
	turns := func(p Population, e *effects.Effect) bool { return p.Turns(e) }
	ends := func(p Population, e *effects.Effect) bool { return p.Differs(e.Contrasts[len(e.Contrasts)-1]) }
	return []World{
		{Name: "a plateau has no turn", About: These(), Design: Grid([]effects.Factor{five}, Apart(8), one), Noise: Normal, Real: curve(0, 20, 40, 40, 40), False: turns},
		{Name: "a valley has equal ends", About: These(), Design: Grid([]effects.Factor{five}, Apart(8), one), Noise: Normal, Real: curve(0, -20, -40, -20, 0), False: ends},
	}
}

// Deciding is a factor, and one of two names that is set at the first one's level 0 only.
func Deciding(parent effects.Factor) []effects.Factor {
	child := Names("sigma", "0.1", "1", "not set")
	child.Conditional, child.DecidedBy = true, []int{0}
	return []effects.Factor{parent, child}
}

// Set reports whether a setting of Deciding's factors exists: the second is set at level 0 of the first.
func Set(levels []int) bool { return (levels[0] == 0) == (levels[1] < 2) }

// InGroups is n groups of pairs with one content image each, and a style image for each pair.
func InGroups(n, of int) []effects.Unit {
	var units []effects.Unit
	for i := range n {
		for j := range of {
			units = append(units, effects.Unit{Label: fmt.Sprint(i, " ", j), Content: fmt.Sprint("content ", i), Style: fmt.Sprint("style ", i, " ", j)})
		}
	}
	return units
}

// Study draws one study: strong effects of the pictures, shared by the pairs that share
// them, and noise that the metrics have partly in common.
func (w World) Study(r *rand.Rand) effects.Study {
	const strong = 20
	draw := func(sd float64) func(name string) float64 {
		values := map[string]float64{}
		return func(name string) float64 {
			v, known := values[name]
			if !known {
				v = sd * r.NormFloat64()
				values[name] = v
			}
			return v
		}
	}
	picture, acts := draw(strong), draw(w.Pictures)
	s := w.Design.Fill(func(unit int, levels []int) []float64 {
		u := w.Design.Units[unit]
		common := w.Noise(r)
		var values []float64
		for i := range w.Design.Metrics {
			v := picture("content "+u.Content) + picture("style "+u.Style) + common + 0.7*w.Noise(r)
			if w.Real != nil {
				v += w.Real(unit, levels)
			}
			for f, l := range levels {
				if l > 0 && w.Pictures > 0 {
					v += acts(fmt.Sprint("content ", u.Content, i, f, l)) + acts(fmt.Sprint("style ", u.Style, i, f, l))
				}
			}
			values = append(values, v)
		}
		return values
	})
	s.Runs = slices.DeleteFunc(s.Runs, func(run effects.Run) bool {
		return w.Ran != nil && !w.Ran(run.Levels) || w.Keep > 0 && r.Float64() >= w.Keep
	})
	return s
}

// Wrong makes reports of drawn studies, and counts those with a false claim and all tests
// that hold.
func (w World) Wrong(reports int, r *rand.Rand) (wrong, claims int, err error) {
	isFalse := w.False
	if isFalse == nil {
		isFalse = allFalse
	}
	for range reports {
		a, err := effects.Analyze(w.Study(r))
		if err != nil {
			return 0, 0, err
		}
		bad := false
		for _, e := range a.Effects {
			bad = bad || isFalse(w.About, e)
			if t := w.About.Test(e); t != nil && t.Holds {
				claims++
			}
		}
		if bad {
			wrong++
		}
	}
	return wrong, claims, nil
}
