package sweep

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"runexp/framework/store"
	"runexp/reports/document"
)

// mostCommands and mostValues bound how many different ones are printed.
const (
	mostCommands = 5
	mostValues   = 3
)

// repeat lists what is needed to reproduce the sweep.
func (y *Study) repeat(ctx context.Context, s *store.Store) ([]document.Block, error) {
	facts, err := y.readFacts(ctx, s)
	if err != nil {
		return nil, err
	}
	var blocks []document.Block
	if commands := facts.values["command"]; len(commands) > 0 {
		blocks = append(blocks, document.Block{Code: &document.Code{Title: "Command", Text: first(mostCommands, commands, "\n")}})
	}
	if y.scorer != nil && slices.Equal(facts.values["scorer/hash"], []string{y.scorer.Hash}) { // it is described below
		facts.names = slices.DeleteFunc(facts.names, func(name string) bool { return strings.HasPrefix(name, "scorer/") })
	}
	if len(facts.names) > 0 {
		blocks = append(blocks, document.Block{Table: facts.table()})
	}
	scorer, err := y.scorerTable()
	if err != nil {
		return nil, err
	}
	blocks = append(blocks, scorer...)
	if images := y.images(); len(images.Rows) > 0 {
		blocks = append(blocks, document.Block{Table: &images})
	}
	shown, err := withoutKey(y.Sweep.Plan, "definitions") // the sections before have them
	if err != nil {
		return nil, err
	}
	plan, err := laidOut(shown)
	if err != nil {
		return nil, err
	}
	if levels := y.levels(); len(levels.Rows) > 0 {
		blocks = append(blocks, document.Block{Table: &levels})
	}
	config, of := y.config(ctx, s)
	return append(blocks,
		document.Block{Code: &document.Code{Title: "The sweep, every default filled in", Text: plan}},
		document.Block{Code: &document.Code{Title: "The whole config of " + of, Text: config}},
		document.Block{Note: "The store has every trial's config: runexp show RUN --config; runexp report --json has the metrics' definitions whole. Same config, seed, build and kernel variant give the same bits."},
	), nil
}

// levels lists what levels set whose label is not the value itself.
func (y *Study) levels() document.Table {
	t := document.Table{Caption: "What each level sets", Header: []string{"setting", "level", "value"}}
	for i, p := range y.plan.Parameters {
		for j, label := range p.Labels {
			at := slices.IndexFunc(y.trials, func(t trial) bool { return t.point.Levels[i] == j })
			if at < 0 {
				continue
			}
			for _, s := range y.trials[at].point.Settings {
				part := slices.Contains(strings.Split(p.Path, " + "), s.Path)
				if value := string(s.Value); part && value != label && value != strconv.Quote(label) {
					t.Rows = append(t.Rows, []string{s.Path, label, value})
				}
			}
		}
	}
	return t
}

// config returns the config of one trial, as resolved by its run if it has one.
func (y *Study) config(ctx context.Context, s *store.Store) (text, of string) {
	for _, t := range y.trials {
		if t.Run == nil {
			continue
		}
		if run, err := s.FindRun(ctx, fmt.Sprint(t.Run.Number)); err == nil && run.ConfigResolved != "" {
			return run.ConfigResolved, fmt.Sprintf("trial %d, run %d", t.Number, t.Run.Number)
		}
	}
	return y.trials[0].Config, fmt.Sprintf("trial %d", y.trials[0].Number)
}

// facts are what runs recorded of their environment.
type facts struct {
	names  []string
	values map[string][]string // by name, each once
}

func (y *Study) readFacts(ctx context.Context, s *store.Store) (facts, error) {
	f := facts{values: map[string][]string{}}
	for _, t := range y.trials {
		if t.Run == nil {
			continue
		}
		env, err := s.Env(ctx, t.Run.Number)
		if err != nil {
			return f, err
		}
		for _, fact := range env {
			if !slices.Contains(f.values[fact.Name], fact.Value) {
				f.values[fact.Name] = append(f.values[fact.Name], fact.Value)
			}
		}
	}
	for name := range f.values {
		// Pictures have a table of their own.
		picture := strings.HasPrefix(name, "sha256/") && strings.HasSuffix(name, ".image")
		if name != "command" && !picture {
			f.names = append(f.names, name)
		}
	}
	slices.Sort(f.names)
	return f, nil
}

func (f facts) table() *document.Table {
	t := &document.Table{Caption: "Versions, machine and weights of the runs", Header: []string{"fact", "value"}}
	for _, name := range f.names {
		t.Rows = append(t.Rows, []string{name, first(mostValues, f.values[name], " · ")})
	}
	return t
}

// first joins at most so many texts, and writes how many more there are.
func first(most int, texts []string, separator string) string {
	if more := len(texts) - most; more > 0 {
		texts = append(slices.Clone(texts[:most]), fmt.Sprintf("… and %d more", more))
	}
	return strings.Join(texts, separator)
}

// scorerTable describes the scorer.
func (y *Study) scorerTable() ([]document.Block, error) {
	switch {
	case y.Sweep.Scorer == "":
		return []document.Block{{Paragraph: "No scorer was chosen: the pictures have no metrics that can be compared."}}, nil
	case y.scorer == nil:
		return []document.Block{{Paragraph: "Scorer " + y.Sweep.Scorer + " has not scored a picture yet."}}, nil
	case y.scorer.Description == nil:
		return []document.Block{{Paragraph: "Scorer " + y.scorer.Hash + " is damaged: its description cannot be read."}}, nil
	}
	shown, err := withoutKey(y.scorer.Description, "metrics") // the sections before say what they are
	if err != nil {
		return nil, err
	}
	text, err := laidOut(shown)
	return []document.Block{{Code: &document.Code{Title: "Scorer " + y.scorer.Hash, Text: text}}}, err
}

// images lists the pictures that trials were made from.
func (y *Study) images() document.Table {
	t := document.Table{Caption: "Images", Header: []string{"role", "file", "SHA-256"}}
	add := func(role, file, hash string) {
		row := []string{role, file, hash}
		if file != "" && !slices.ContainsFunc(t.Rows, func(r []string) bool { return slices.Equal(r, row) }) {
			t.Rows = append(t.Rows, row)
		}
	}
	for _, trial := range y.trials {
		add("content", trial.point.Content, trial.point.ContentHash)
	}
	for _, trial := range y.trials {
		add("style", trial.point.Style, trial.point.StyleHash)
	}
	return t
}
