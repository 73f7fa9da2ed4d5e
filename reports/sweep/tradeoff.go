package sweep

import (
	"fmt"
	"slices"
	"strings"

	"runexp/framework/sizes"
	"runexp/framework/store/record"
	"runexp/reports/answers"
	"runexp/reports/document"
	"runexp/reports/effects"
	"runexp/reports/plots"
)

// tradeoffs sets the first two metrics of the question against each other, and
// content against style if those are others.
func (y *Study) tradeoffs() ([]document.Block, error) {
	if y.Analysis == nil {
		return []document.Block{{Paragraph: y.nothing()}}, nil
	}
	pairs := [][2]string{{"eval/content", "eval/style"}}
	if c := y.claimed(); len(c) >= 2 && !(c[0].Name == pairs[0][0] && c[1].Name == pairs[0][1]) {
		pairs = append([][2]string{{c[0].Name, c[1].Name}}, pairs...)
	}
	var blocks []document.Block
	single := false
	for i, pair := range pairs {
		points := y.Analysis.Pareto(pair[0], pair[1])
		if len(points) < 2 { // one alone trades nothing
			single = single || len(points) == 1
			continue
		}
		block, err := y.tradeoff(fmt.Sprintf("tradeoff-%d", i+1), y.metric(pair[0]), y.metric(pair[1]), points)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, block)
		if table := y.atEqual(pair[0], pair[1]); table != nil {
			blocks = append(blocks, document.Block{Table: table}, document.Block{Note: fmt.Sprintf(
				"The other settings trace a curve for each level within each %s; it is compared over the range that both levels reach. Not corrected: hints, no claims.", y.unit())})
		}
	}
	if single && len(blocks) == 0 {
		return nil, nil
	}
	if len(blocks) == 0 {
		return []document.Block{{Paragraph: "There are no two metrics with a better direction."}}, nil
	}
	return blocks, nil
}

// atEqual lists what each level has of one metric where another is equal; nil where nothing
// traces a curve.
func (y *Study) atEqual(x, at string) *document.Table {
	mx, my := y.metric(x), y.measured(at)
	t := &document.Table{
		Caption: answers.Capital(my.Label) + " at the same " + mx.Label, Header: []string{"setting", "level", "against", "change [95%]", "n", "p"},
	}
	for _, p := range y.plan.Parameters {
		for _, e := range y.Analysis.AtEqual(p.Path, x, at) {
			n := fmt.Sprint(e.N)
			if e.N < e.Of {
				n += fmt.Sprintf(" of %d", e.Of)
			}
			t.Rows = append(t.Rows, []string{e.Factor, e.To, e.From, answers.Estimate(e.Ratio, effects.Ratio, my), n, answers.Probability(e.P)})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

func (y *Study) tradeoff(name string, mx, my metric, points []effects.Point) (document.Block, error) {
	by := y.colour()
	figure := plots.Tradeoff{Title: mx.Label + " against " + my.Label, XLabel: mx.better(), YLabel: my.better()}
	least, most := points[0].N, points[0].N
	var front []string
	if by >= 0 {
		figure.Groups = y.plan.Parameters[by].Labels
	}
	for _, p := range points {
		s := plots.Setting{Label: y.short(p.Levels), X: p.X, Y: p.Y, Front: p.Front}
		if by >= 0 {
			s.Group = slices.Index(figure.Groups, p.Levels[by])
		}
		figure.Settings = append(figure.Settings, s)
		least, most = min(least, p.N), max(most, p.N)
		if p.Front {
			front = append(front, s.Label)
		}
	}
	of := sizes.Count(least, y.unit())
	if most > least {
		of = fmt.Sprintf("%d to %s", least, sizes.Count(most, y.unit()))
	}
	figure.Subtitle = fmt.Sprintf("%s, medians of %s", sizes.Count(len(points), "setting"), of)
	caption := fmt.Sprintf("On the Pareto front are the settings that no other one dominates (as good in both, better in one), %d of %d: %s.", len(front), len(points), first(mostNamed, front, "; "))
	if most > least || len(y.scored()) < len(y.trials) {
		caption += fmt.Sprintf(" Not every setting has every %s, so that some may be on it because of their pictures.", y.unit())
	}
	if by >= 0 {
		what := " Colours"
		if figure.Shaped() {
			what += " and shapes"
		}
		caption += what + " are the levels of " + y.plan.Parameters[by].Path + "."
	}
	return plotted(figure, name, figure.Title, caption+" Medians, shown without claims.")
}

// mostNamed is how many settings a caption names.
const mostNamed = 12

// short names a setting by the levels that differ between trials.
func (y *Study) short(levels []string) string {
	var parts []string
	for i, label := range levels {
		if len(y.plan.Parameters[i].Labels) > 1 {
			parts = append(parts, label)
		}
	}
	return strings.Join(parts, ", ")
}

// metric returns a metric by its name.
func (y *Study) metric(name string) metric {
	for _, m := range y.metrics {
		if m.Name == name {
			return m
		}
	}
	return metric{Metric: record.Metric{Name: name, Label: name}}
}
