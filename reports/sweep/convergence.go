package sweep

import (
	"context"
	"fmt"
	"math"
	"slices"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/reports"
	"runexp/reports/document"
	"runexp/reports/plots"
)

// mostCurves is how many trials a figure of curves shows.
const mostCurves = 200

// mostPanels is how many losses a figure shows: with the longest legend it is still
// no longer than a figure may be. Others go into a figure of their own.
const mostPanels = 10

// convergence draws the losses of all trials against each clock, coloured by the
// first factor.
func (y *Study) convergence(ctx context.Context, s *store.Store) ([]document.Block, error) {
	family, shown, total := y.family()
	if shown == 0 {
		return []document.Block{{Paragraph: "No trial has begun yet."}}, nil
	}
	text := fmt.Sprintf("%d of %s that have begun, losses on a logarithmic axis; at most 150 points of each curve. Each loss but the total is shown before its weight", shown, sizes.Count(total, "trial"))
	if len(family.Groups) > 1 {
		text += fmt.Sprintf("; colours are the levels of %s", y.plan.Parameters[y.colour()].Path)
	}
	blocks := []document.Block{
		{Paragraph: text + "."},
		{Note: "Where weights, layers or sizes are swept, losses of different trials are not on one scale: compare their shapes, and the pictures by the metrics above."},
	}
	var byStep []plots.Panel
	for _, against := range reports.Clocks() {
		figure, err := family.Plot(ctx, s, against)
		if err != nil {
			return nil, err
		}
		if len(figure.Panels) == 0 {
			return append(blocks, document.Block{Paragraph: "No trial has a loss above 0 yet."}), nil
		}
		switch against {
		case "step":
			byStep = figure.Panels
		case "evaluations":
			if sameCurves(byStep, figure.Panels) {
				blocks = append(blocks, document.Block{Note: "Every iteration evaluated the loss once, so that the curves by evaluations are those by iteration."})
				continue
			}
		}
		figure.Subtitle = fmt.Sprintf("%s, %s", y.Sweep.Experiment, sizes.Count(shown, "trial"))
		parts := slices.Collect(slices.Chunk(figure.Panels, mostPanels))
		for i, panels := range parts {
			figure.Title, figure.Panels = "Losses by "+figure.XLabel, panels
			name := "convergence-" + against
			if i > 0 {
				figure.Title += fmt.Sprintf(" (%d of %d)", i+1, len(parts))
				name += fmt.Sprintf("-%d", i+1)
			}
			block, err := plotted(figure, name, figure.Title, "")
			if err != nil {
				return nil, err
			}
			blocks = append(blocks, block)
		}
	}
	return blocks, nil
}

// sameCurves reports whether curves of two clocks cannot be told apart in a figure: no point is
// further away than a hundredth of the longest curve.
func sameCurves(a, b []plots.Panel) bool {
	const least = 0.01
	longest, furthest := 0.0, 0.0
	for i, panel := range a {
		for j, s := range panel.Series {
			if len(b) != len(a) || len(b[i].Series) != len(panel.Series) || len(b[i].Series[j].Steps) != len(s.Steps) {
				return false
			}
			for k, step := range s.Steps {
				longest, furthest = max(longest, step), max(furthest, math.Abs(step-b[i].Series[j].Steps[k]))
			}
		}
	}
	return furthest <= least*longest
}

// family groups the runs by the first factor. Of too many they are chosen evenly.
func (y *Study) family() (f reports.Family, shown, total int) {
	var begun []trial
	for _, t := range y.trials {
		if t.Run != nil {
			begun = append(begun, t)
		}
	}
	total = len(begun)
	begun = reports.Evenly(begun, mostCurves)
	by := y.colour()
	if by >= 0 {
		f.Groups = y.plan.Parameters[by].Labels
	}
	for _, t := range begun {
		f.Runs = append(f.Runs, *t.Run)
		group := 0
		if by >= 0 {
			group = t.point.Levels[by]
		}
		f.Group = append(f.Group, group)
	}
	return f, len(begun), total
}

// mostColours is how many levels can be distinguished by their lines.
const mostColours = 14

// colour returns the first parameter whose levels can be distinguished by colour, −1
// if there is none.
func (y *Study) colour() int {
	return slices.IndexFunc(y.plan.Parameters, func(p parameter) bool { return !p.drawn && len(p.Labels) <= mostColours })
}
