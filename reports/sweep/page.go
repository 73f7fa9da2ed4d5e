package sweep

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/reports/answers"
	"runexp/reports/document"
)

// A part is a section of the report.
type part struct {
	id, title string
	blocks    func() ([]document.Block, error)
}

// pictures is the id of the section of pictures.
const pictures = "pictures"

func (y *Study) parts(ctx context.Context, s *store.Store, pictured bool) []part {
	return []part{
		{"short", "In short", func() ([]document.Block, error) { return y.inShort(ctx, s, pictured) }},
		{"answers", "Answers", y.answers},
		{"setup", "What was varied and measured", y.setup},
		{"effects", "Effects", y.effectPlots},
		{"tradeoff", "Trade-off", y.tradeoffs},
		{pictures, "Pictures", func() ([]document.Block, error) { return y.pictures(ctx, s) }},
		{"metrics", "All metrics", y.allMetrics},
		{"convergence", "Convergence", func() ([]document.Block, error) { return y.convergence(ctx, s) }},
		{"trials", "Trials", y.trialTable},
		{"missing", "Missing trials", y.missingTrials},
		{"cost", "Time and memory", func() ([]document.Block, error) { return y.cost(ctx, s) }},
		{"repeat", "Reproduction", func() ([]document.Block, error) { return y.repeat(ctx, s) }},
	}
}

// page builds the report, section by section.
func (y *Study) page(ctx context.Context, s *store.Store) (document.Document, error) {
	return y.sections(ctx, y.parts(ctx, s, true))
}

// Document builds the report without its pictures, which a server shows by their addresses; see Grid.
func (y *Study) Document(ctx context.Context, s *store.Store) (document.Document, error) {
	return y.sections(ctx, slices.DeleteFunc(y.parts(ctx, s, false), func(p part) bool { return p.id == pictures }))
}

func (y *Study) sections(ctx context.Context, parts []part) (document.Document, error) {
	d := document.Document{Title: y.Sweep.Experiment, Lead: y.lead()}
	folded := map[string]string{"repeat": "Command, versions, machine, scorer, pictures, the sweep and a whole config"}
	for _, part := range parts {
		if ctx.Err() != nil {
			return d, context.Cause(ctx)
		}
		y.step("%s", strings.ToLower(part.title))
		blocks, err := part.blocks()
		if err != nil {
			return d, fmt.Errorf("report of sweep %d: %s: %w", y.Sweep.Number, part.title, err)
		}
		if len(blocks) == 0 { // a section that has nothing to say
			continue
		}
		d.Sections = append(d.Sections, document.Section{ID: part.id, Title: part.title, Folded: folded[part.id], Blocks: blocks})
	}
	return d, nil
}

// lead names the sweep and how much of it has finished, in short lines.
func (y *Study) lead() []string {
	w := y.Sweep
	return []string{
		fmt.Sprintf("Sweep %d (%s) of experiment %s, planned %s UTC", w.Number, w.UID.Short(), w.Experiment, w.Created.UTC().Format("2006-01-02 15:04")),
		y.finished() + ".",
	}
}

// finished counts the trials by status: how many have finished, and the rest.
func (y *Study) finished() string {
	done := y.count(string(store.Finished))
	if done == len(y.trials) {
		return fmt.Sprintf("All %s finished", sizes.Count(done, "trial"))
	}
	text := fmt.Sprintf("%d of %s finished", done, sizes.Count(len(y.trials), "trial"))
	var rest []string
	for _, status := range append(statuses(), deleted, missing) {
		if n := y.count(status); n > 0 && status != string(store.Finished) {
			rest = append(rest, fmt.Sprintf("%d %s", n, status))
		}
	}
	return text + ": " + strings.Join(rest, ", ")
}

func statuses() []string {
	var list []string
	for _, s := range store.Statuses() {
		list = append(list, string(s))
	}
	return list
}

// setup states what was varied and what was measured to answer the question.
func (y *Study) setup() ([]document.Block, error) {
	var blocks []document.Block
	t := document.Table{Header: []string{"setting", "values"}}
	for _, p := range y.plan.Parameters {
		values := strings.Join(p.Labels, " · ")
		if p.drawn {
			values = p.drawnValues()
		}
		t.Rows = append(t.Rows, []string{p.Path, values})
	}
	if len(t.Rows) > 0 {
		blocks = append(blocks, document.Block{Table: &t})
	}
	text := fmt.Sprintf("A %s sweep of %s", y.plan.Method, sizes.Count(len(y.trials), "trial"))
	if len(y.units) > 1 {
		text += fmt.Sprintf(", on %s", sizes.Count(len(y.units), y.unit()))
		if y.unit() == "pair" {
			text += " of content and style"
		}
	} else if len(y.units) == 1 {
		text += fmt.Sprintf(" on %s", y.units[0].Label)
	}
	blocks = append(blocks, document.Block{Paragraph: text + "."})
	var about []document.Item
	for _, m := range y.claimed() {
		about = append(about, y.explain(m))
	}
	if len(about) > 0 {
		blocks = append(blocks, document.Block{Paragraph: "The question is about:"}, document.Block{List: about})
	}
	return blocks, nil
}

// unit is what a replicate is called.
func (y *Study) unit() string {
	if y.Analysis == nil {
		return "replicate"
	}
	return answers.Kind(y.Analysis)
}
