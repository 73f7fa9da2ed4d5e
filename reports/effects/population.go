package effects

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"
)

// How the units of a study share their pictures, on which depends what a claim can be about.
const (
	Disjoint = "disjoint" // no picture is in two units
	Grouped  = "grouped"  // some are; six or more groups of units share nothing
	Crossed  = "crossed"  // every content image with every style image
	Shared   = "shared"   // anything else, one unit included
	Varied   = "varied"   // pictures are levels of a factor
)

// fewestCrossed is how many content images, and how many style images, a crossed study
// needs for a claim about pictures like these: with two, one number would be all that is
// known of how much style images differ.
const fewestCrossed = 3

// An inference turns one number, or a row of them, from each unit into p. units are the
// units' places in the study.
type inference interface {
	// centre returns the two-sided p of numbers that are symmetric about 0 if nothing is there.
	centre(d []float64, units []int) float64
	// above returns the one-sided p of numbers whose centre is not above 0.
	above(d []float64, units []int) float64
	// rows is centre for vectors.
	rows(v [][]float64, units []int) float64
	// orders returns the p of levels that are alike within each unit; ok is false where
	// the inference has no such test.
	orders(blocks []block, units []int) (p float64, exact, ok bool)
	// size returns how many independent units these are, and the smallest p of so many.
	size(units []int) (n int, floor float64)
}

// flips is inference by sign flips and permutations; the units of a group go together. It is
// exact where groups are independent of each other.
type flips struct {
	group []int // by unit of the study
}

var (
	_ inference = flips{}
	_ inference = crossing{}
)

// together adds up the rows of each group.
func (f flips) together(v [][]float64, units []int) [][]float64 {
	at := map[int]int{}
	var sums [][]float64
	for i, u := range units {
		g := f.group[u]
		if _, known := at[g]; !known {
			at[g] = len(sums)
			sums = append(sums, slices.Clone(v[i]))
			continue
		}
		floats.Add(sums[at[g]], v[i])
	}
	return sums
}

func (f flips) centre(d []float64, units []int) float64 { return f.rows(columns(d), units) }

func (f flips) rows(v [][]float64, units []int) float64 { return flipRows(f.together(v, units)) }

func (f flips) above(d []float64, units []int) float64 {
	var sums []float64
	for _, row := range f.together(columns(d), units) {
		sums = append(sums, row[0])
	}
	return flipAbove(sums)
}

func (f flips) orders(blocks []block, units []int) (p float64, exact, ok bool) {
	merged, ok := merge(blocks, units, f.group)
	if !ok {
		return 1, false, false
	}
	p, exact = omnibus(merged)
	return p, exact, true
}

func (f flips) size(units []int) (n int, floor float64) {
	groups := map[int]bool{}
	for _, u := range units {
		groups[f.group[u]] = true
	}
	return len(groups), flipFloor(len(groups))
}

// columns turns a list into rows of one number.
func columns(d []float64) [][]float64 {
	rows := make([][]float64, len(d))
	for i := range d {
		rows[i] = d[i : i+1]
	}
	return rows
}

// crossing is inference for every content image with every style image, both drawn from
// those that they stand for: d = μ + content + style + rest, all but μ random and normal. With
// the mean squares of content images A, style images B and the rest E,
//
//	t = d̄ · √(c·s / V),  V = max(A + B − E, E),
//
// has about Student's distribution with Satterthwaite's degrees of freedom,
// V² / (A²/(c−1) + B²/(s−1) + E²/((c−1)(s−1))), if μ = 0. Sources: Satterthwaite (1946); Clark (1973), The
// language-as-fixed-effect fallacy, for two crossed samples. A + B − E is unbiased
// but may be close to 0, or below, by chance, hence the maximum. With few pictures it errs on
// the side of no claim: docs/design/014-answers.md has how much.
type crossing struct {
	row, column      []int // of each unit of the study
	contents, styles int
}

func (c crossing) centre(d []float64, units []int) float64 {
	t, df, ok := c.student(d, units)
	if !ok {
		return 1
	}
	return 2 * (distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}).Survival(math.Abs(t))
}

func (c crossing) above(d []float64, units []int) float64 {
	t, df, ok := c.student(d, units)
	if !ok {
		return 1
	}
	return (distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}).Survival(t)
}

// rows takes each column by itself, and multiplies the smallest p by their number.
func (c crossing) rows(v [][]float64, units []int) float64 {
	if len(v) == 0 {
		return 1
	}
	least := 1.0
	for k := range v[0] {
		d := make([]float64, len(v))
		for i := range v {
			d[i] = v[i][k]
		}
		least = min(least, c.centre(d, units))
	}
	return min(1, least*float64(len(v[0])))
}

func (crossing) orders([]block, []int) (p float64, exact, ok bool) { return 1, false, false }

func (c crossing) size(units []int) (n int, floor float64) { return min(c.contents, c.styles), 0 }

// student returns t and its degrees of freedom; ok is false where a combination of
// pictures is missing, or nothing differs.
func (c crossing) student(d []float64, units []int) (t, df float64, ok bool) {
	rows, styles := c.contents, c.styles
	cell, count := make([]float64, rows*styles), make([]float64, rows*styles)
	for i, u := range units {
		at := c.row[u]*styles + c.column[u]
		cell[at] += d[i]
		count[at]++
	}
	if slices.Contains(count, 0) {
		return 0, 0, false
	}
	floats.Div(cell, count)
	mean := floats.Sum(cell) / float64(len(cell))
	byRow, byStyle := make([]float64, rows), make([]float64, styles)
	for i, v := range cell {
		byRow[i/styles] += (v - mean) / float64(styles)
		byStyle[i%styles] += (v - mean) / float64(rows)
	}
	rest := 0.0
	for i, v := range cell {
		r := v - mean - byRow[i/styles] - byStyle[i%styles]
		rest += r * r
	}
	dfA, dfB := float64(rows-1), float64(styles-1)
	a := float64(styles) * floats.Dot(byRow, byRow) / dfA
	b := float64(rows) * floats.Dot(byStyle, byStyle) / dfB
	e := rest / (dfA * dfB)
	v := max(a+b-e, e)
	if v == 0 { // all differ alike: the limit of ever smaller variances
		return math.Copysign(math.Inf(1), mean), 1, mean != 0
	}
	df = v * v / (a*a/dfA + b*b/dfB + e*e/(dfA*dfB))
	return mean * math.Sqrt(float64(len(cell))/v), df, true
}

// sharing says how units share pictures, and returns the inference about pictures like
// these; nil where the study cannot bear one.
func (s Study) sharing(ran []int) (string, inference) {
	textures := s.Textures
	contents, styles := map[string]int{}, map[string]int{}
	pairs := map[[2]string]bool{}
	for _, u := range ran {
		unit := s.Units[u]
		if unit.Content == "" && !textures || unit.Style == "" {
			return Varied, nil
		}
		for _, picture := range []struct {
			places map[string]int
			name   string
		}{{contents, unit.Content}, {styles, unit.Style}} {
			if _, known := picture.places[picture.name]; !known {
				picture.places[picture.name] = len(picture.places)
			}
		}
		pairs[[2]string{unit.Content, unit.Style}] = true
	}
	if len(ran) < 2 {
		return Shared, nil
	}
	group := s.groups(ran)
	groups := map[int]bool{}
	for _, u := range ran {
		groups[group[u]] = true
	}
	switch {
	case len(groups) == len(ran):
		return Disjoint, flips{group}
	case len(groups) >= fewestUnits:
		return Grouped, flips{group}
	case !textures && len(pairs) == len(contents)*len(styles) && min(len(contents), len(styles)) >= fewestCrossed && apart(contents, styles):
		c := crossing{contents: len(contents), styles: len(styles), row: make([]int, len(s.Units)), column: make([]int, len(s.Units))}
		for _, u := range ran {
			c.row[u], c.column[u] = contents[s.Units[u].Content], styles[s.Units[u].Style]
		}
		return Crossed, c
	}
	return Shared, nil
}

// apart reports whether no picture is in two of the content images and mixtures of style images.
func apart(contents, styles map[string]int) bool {
	seen := map[string]bool{}
	for _, kind := range []map[string]int{contents, styles} {
		for name := range kind {
			for _, picture := range (Unit{Style: name}).pictures() {
				if seen[picture] {
					return false
				}
				seen[picture] = true
			}
		}
	}
	return true
}

// groups numbers the groups of units that share pictures, directly or by way of others.
func (s Study) groups(ran []int) []int {
	group := make([]int, len(s.Units))
	for u := range group {
		group[u] = u
	}
	join := func(a, b int) {
		from, to := group[a], group[b]
		for u := range group {
			if group[u] == from {
				group[u] = to
			}
		}
	}
	first := map[string]int{}
	for _, u := range ran {
		for _, picture := range s.Units[u].pictures() {
			if before, known := first[picture]; known {
				join(u, before)
			} else {
				first[picture] = u
			}
		}
	}
	return group
}

// asTheyAre is the inference about these pictures: each unit by itself.
func (s Study) asTheyAre() inference {
	f := flips{make([]int, len(s.Units))}
	for u := range f.group {
		f.group[u] = u
	}
	return f
}
