package sweep

import (
	"fmt"
	"slices"
	"strings"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/answers"
	"runexp/reports/document"
)

// answers states the results: for each setting a line, what it leaves out, and the evidence.
func (y *Study) answers() ([]document.Block, error) {
	var blocks []document.Block
	if len(y.shortLines()) == 0 { // or it is quoted there
		blocks = append(blocks, y.question())
	}
	if y.Analysis == nil {
		return append(blocks, document.Block{Paragraph: y.nothing()}), nil
	}
	found := answers.Of(y.Analysis)
	explained := false
	for _, answer := range found {
		blocks = append(blocks, document.Block{Headline: answer.Line()})
		var caveats []document.Item
		for _, text := range slices.Concat(answer.Caveats, y.neighbours(answer)) {
			caveats = append(caveats, document.Item{Text: text + "."})
		}
		if len(caveats) > 0 {
			blocks = append(blocks, document.Block{List: caveats})
		}
		if table := y.evidence(answer); len(table.Rows) > 0 {
			blocks = append(blocks, document.Block{Table: table})
			if !explained { // once: the columns of all are the same
				blocks = append(blocks, document.Block{Note: y.columns()})
				explained = true
			}
		}
	}
	if len(found) == 0 {
		blocks = append(blocks, document.Block{Paragraph: y.noAnswer()})
	}
	blocks = append(blocks, y.best()...)
	var notes []document.Item
	for _, note := range answers.Limits(y.Analysis) {
		notes = append(notes, document.Item{Text: note})
	}
	if y.votes.Votes > 0 && slices.Contains(y.Sweep.Metrics, record.Votes) {
		notes = append(notes, document.Item{Text: y.voters()})
	}
	if reach, able := answers.Reach(y.Analysis); !able && len(found) > 0 {
		notes = append(notes, document.Item{Text: "The finished trials cannot support every claim: " + reach + "."})
	}
	if y.resized() {
		notes = append(notes, document.Item{Text: "Sizes differ between trials: each picture is scored at its own size, against content and style at that size."})
	}
	if n := len(y.trials) - len(y.scored()); n > 0 {
		blocks = append(blocks, document.Block{Note: fmt.Sprintf("%d of %s are not in these answers; they are listed below, with the reason.", n, sizes.Count(len(y.trials), "trial"))})
	}
	if len(notes) > 0 {
		blocks = append(blocks, document.Block{Paragraph: "Limits of these answers:"}, document.Block{List: notes})
	}
	return blocks, nil
}

// resized reports whether sizes were varied.
func (y *Study) resized() bool {
	return slices.ContainsFunc(y.plan.Parameters, func(p parameter) bool {
		for path := range strings.SplitSeq(p.Path, " + ") {
			parts := strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(path), ".")
			if parts[0] == "stages" && (len(parts) < 3 || parts[2] == "size") {
				return true
			}
		}
		return false
	})
}

// adaptive reports whether results decided on the settings.
func (y *Study) adaptive() bool { return len(y.plan.Objectives) > 0 }

// censored counts trials that are missing because of their values: they were pruned,
// and no later run has finished them.
func (y *Study) censored() int {
	n := 0
	for _, t := range y.trials {
		if t.Pruned && t.status() != string(store.Finished) {
			n++
		}
	}
	return n
}

// noAnswer is the reason why there are effects and no sentences.
func (y *Study) noAnswer() string {
	if y.adaptive() {
		return fmt.Sprintf("Nothing is claimed, since results decided on the settings (method: %s): what is below is shown without tests. A sweep planned in advance, method: random for example, can test what was found.", y.plan.Method)
	}
	if y.censored() > 0 {
		return fmt.Sprintf("Nothing is claimed, since trials were pruned: %d of %d were stopped early, %d finished. What is below is of those that finished, without tests. With", y.censored(), len(y.trials), y.count(string(store.Finished))) + " sweep.early_stop=null the same command runs them to their end."
	}
	return "No setting has two levels that finished and a metric that the question is about, so there is no answer."
}

// nothing is the reason why nothing can be compared.
func (y *Study) nothing() string {
	switch {
	case y.count(string(store.Finished)) == 0:
		return "Nothing has finished yet, so there is no answer."
	case y.Sweep.Scorer == "":
		return "The sweep has no scorer, so its pictures have no metrics that can be compared."
	case len(y.scored()) == 0:
		return "No picture has been scored yet, so there is no answer."
	}
	return "Nothing was varied, so there is nothing to compare."
}
