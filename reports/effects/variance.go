package effects

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Sources of variance.
const (
	ByContent   = "content"     // content images differ; only where several units have one
	ByStyle     = "style"       // style images differ; only where several units have one
	ByPair      = "pair"        // pairs of images that share none differ; only where several units have one
	Units       = "units"       // units differ, beyond that
	Main        = "factor"      // whatever the other factors and the unit
	Joint       = "interaction" // of two factors
	Unexplained = "rest"        // factors that act otherwise in other units, three factors together, chance
)

// A Variance is the decomposition of a metric's variation over all cells.
type Variance struct {
	Metric string `json:"metric"`
	Scale  string `json:"scale"` // Ratio: of the logarithms
	// Balanced reports whether every unit has every combination of levels. The parts then do not
	// depend on their order; if not, each is what it explains beyond those before it.
	Balanced bool   `json:"balanced"`
	Parts    []Part `json:"parts,omitempty"` // none where the metric does not vary
}

// A Part is one cause's share, in [0, 1]; the shares add up to 1.
type Part struct {
	Name  string  `json:"name"`
	Kind  string  `json:"kind"`
	Share float64 `json:"share"`
}

// variance splits the sum of squares about the mean among content images and style images
// where units share them, units, factors, pairs of factors, in that order, and the rest: sequential sums of squares by projection, which
// for balanced designs are those of the analysis of variance. A scattered factor
// counts by the ranks of its numbers, one column, and in no interaction.
func (t *table) variance(metric, scale string) (Variance, map[[2]int]float64) {
	v := Variance{Metric: metric, Scale: scale}
	type cell struct{ unit, setting int }
	var cells []cell
	var y []float64
	for u, row := range t.value {
		for s, value := range row {
			if !math.IsNaN(value) {
				cells = append(cells, cell{u, s})
				y = append(y, value)
			}
		}
	}
	shares := map[[2]int]float64{}
	if len(y) < 2 {
		return v, shares
	}
	combinations := 1
	for _, used := range t.levels {
		combinations *= len(used)
	}
	units := map[int]bool{}
	for _, c := range cells {
		units[c.unit] = true
	}
	v.Balanced = len(cells) == combinations*len(units)
	floats.AddConst(-stat.Mean(y, nil), y)
	total := floats.Dot(y, y)
	if total <= t.tiny*t.tiny*float64(len(y)) {
		return v, shares
	}
	column := func(value func(c cell) float64) []float64 {
		list := make([]float64, len(cells))
		for i, c := range cells {
			list[i] = value(c)
		}
		return list
	}
	is := func(yes bool) float64 {
		if yes {
			return 1
		}
		return 0
	}
	p := projection{rest: y, total: total}
	p.explain([][]float64{column(func(cell) float64 { return 1 })})
	by := func(of func(unit int) string) [][]float64 {
		var columns [][]float64
		for _, name := range slices.Sorted(maps.Keys(distinct(units, of))) {
			columns = append(columns, column(func(c cell) float64 { return is(of(c.unit) == name) }))
		}
		return columns
	}
	type source struct {
		name, kind string
		of         func(unit int) string
	}
	pictures := []source{{"content image", ByContent, t.study.content}, {"style image", ByStyle, t.study.style}}
	pair := func(unit int) string { return t.study.content(unit) + "\x00" + t.study.style(unit) }
	if n := len(distinct(units, pair)); n == len(distinct(units, t.study.content)) && n == len(distinct(units, t.study.style)) {
		pictures = []source{{"pair", ByPair, pair}} // which of the two it is cannot be told
	}
	for _, picture := range pictures {
		if n := len(distinct(units, picture.of)); n > 1 && n < len(units) {
			v.Parts = append(v.Parts, Part{picture.name, picture.kind, p.explain(by(picture.of))})
		}
	}
	v.Parts = append(v.Parts, Part{"units", Units, p.explain(by(func(unit int) string { return fmt.Sprint(unit) }))})
	byFactor := make([][][]float64, len(t.levels))
	for f, used := range t.levels {
		if len(used) < 2 {
			continue
		}
		if t.apart[f] && t.study.Factors[f].ordered() {
			levels := make([]int, len(cells))
			for i, c := range cells {
				levels[i] = t.settings[c.setting][f]
			}
			byFactor[f] = [][]float64{toFloats(t.numberRanks(f, levels))}
		} else {
			for _, l := range used {
				byFactor[f] = append(byFactor[f], column(func(c cell) float64 { return is(t.settings[c.setting][f] == l) }))
			}
		}
		v.Parts = append(v.Parts, Part{t.study.Factors[f].Path, Main, p.explain(byFactor[f])})
	}
	for f := range byFactor {
		for g := f + 1; g < len(byFactor); g++ {
			if byFactor[f] == nil || byFactor[g] == nil || t.apart[f] || t.apart[g] {
				continue
			}
			var products [][]float64
			for _, a := range byFactor[f] {
				for _, b := range byFactor[g] {
					products = append(products, floats.MulTo(make([]float64, len(a)), a, b))
				}
			}
			share := p.explain(products)
			shares[[2]int{f, g}] = share
			name := t.study.Factors[f].Path + " × " + t.study.Factors[g].Path
			v.Parts = append(v.Parts, Part{name, Joint, share})
		}
	}
	v.Parts = append(v.Parts, Part{"rest", Unexplained, math.Max(0, floats.Dot(p.rest, p.rest)/total)})
	return v, shares
}

// distinct returns the different names of units.
func distinct(units map[int]bool, of func(unit int) string) map[string]bool {
	names := map[string]bool{}
	for u := range units {
		names[of(u)] = true
	}
	return names
}

// A projection takes columns out of a vector, one group after another.
type projection struct {
	rest  []float64   // what no column explains yet
	basis [][]float64 // orthonormal
	total float64
}

// explain returns the share of the total that columns explain beyond those before
// them (modified Gram–Schmidt, twice, which is enough). A column that the others already
// make up explains nothing.
func (p *projection) explain(columns [][]float64) float64 {
	const dependent = 1e-8 // length left, of 1, below which a column is made up of others
	share := 0.0
	for _, c := range columns {
		q := append([]float64(nil), c...)
		length := floats.Norm(q, 2)
		if length == 0 {
			continue
		}
		floats.Scale(1/length, q)
		for range 2 {
			for _, b := range p.basis {
				floats.AddScaled(q, -floats.Dot(b, q), b)
			}
		}
		if length = floats.Norm(q, 2); length < dependent {
			continue
		}
		floats.Scale(1/length, q)
		p.basis = append(p.basis, q)
		along := floats.Dot(q, p.rest)
		floats.AddScaled(p.rest, -along, q)
		share += along * along / p.total
	}
	return share
}
