package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/configs"
	"runexp/framework"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/reports/advice"
	"runexp/reports/sweep"
)

// adviseFlags are the flags of `runexp advise`.
type adviseFlags struct {
	*runFlags
	run    bool
	option int
}

// adviseCommand is `runexp advise RUN WISH`.
func (a *app) adviseCommand() *cobra.Command {
	f := &adviseFlags{runFlags: &runFlags{app: a}}
	var wishes []string
	for _, w := range advice.Wishes() {
		wishes = append(wishes, w.Name)
	}
	c := &cobra.Command{
		Use:   "advise RUN WISH",
		Short: "Say which settings to change for less noise, more style, more content or a sharper picture",
		Long: `Say which settings to change so that a run's picture has less noise, more style or more content,
or is sharper: overrides to paste, what they are expected to do to one more picture with the
interval that holds nine in ten, which sweep that is known from, and what it costs elsewhere.

RUN is a number, at least the first four digits of a uid, or "last". WISH is
` + strings.Join(wishes, ", ") + `.

The evidence is the sweeps in the store; where they have no advice, a sweep that ships with the
program, of the preset standard (configs/standard.yaml). A run gets advice from a
sweep of which one setting is the run's own, apart from images, seed and size; for others it
would be a guess, and there is none.

--run runs the first option, or the one of --option, and reports what happened.

Reads the store (--db), and writes to it with --run only, as runexp -c does.

Exit codes: 0 printed; 2 for an unknown run or wish, and where no sweep knows the run's settings
or how to fulfil the wish; with --run those of runexp -c.

See also: runexp report, runexp show, runexp compare`,
		Example: `  runexp advise last less noise
  runexp advise 12 more style --run`,
		ValidArgsFunction: func(c *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return wishes, cobra.ShellCompDirectiveNoFileComp
			}
			return firstArg(a.runs)(c, args, prefix)
		},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage(errors.New("advise takes a run and a wish, such as less noise; see runexp advise --help"))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			wish := strings.Join(args[1:], " ")
			for _, w := range advice.Wishes() {
				if strings.EqualFold(w.Name, wish) {
					return f.advise(c, args[0], w)
				}
			}
			return usage(framework.UnknownName("wish", wish, wishes))
		},
	}
	c.Flags().BoolVar(&f.run, "run", false, "run an option, and report what happened")
	c.Flags().IntVar(&f.option, "option", 1, "the option to run, as they are numbered")
	pathFlag(c.Flags(), &f.out, "out", "", "runs", "folder for pictures and plots, with --run")
	c.Flags().IntVar(&f.threads, "threads", 0, "compute threads, with --run (default: one per CPU available to the process, or GOMAXPROCS)")
	c.Flags().BoolVar(&f.quiet, "quiet", false, "no progress on stderr, with --run")
	completeOut(c)
	f.jobs = 1
	return c
}

// known is what the store tells of one run and a wish.
type known struct {
	run   store.RunDetail
	size  string // of its last stage
	moves []advice.Move
}

func (f *adviseFlags) advise(c *cobra.Command, ref string, w advice.Wish) error {
	k, err := f.look(c, ref, w)
	if err != nil {
		return err
	}
	if !f.run {
		if c.Flags().Changed("option") {
			return usage(errors.New("--option is the option to run: add --run"))
		}
		return f.print(k, w)
	}
	if f.option < 1 || f.option > len(k.moves) {
		return usage(fmt.Errorf("--option %d: there is %s", f.option, sizes.Count(len(k.moves), "option")))
	}
	return f.try(c.Context(), k.run, k.moves[f.option-1])
}

// look reads the run and the sweeps, and returns the moves.
func (f *adviseFlags) look(c *cobra.Command, ref string, w advice.Wish) (k known, err error) {
	s, err := f.readStore(c.Context())
	if err != nil {
		return k, err
	}
	defer s.Close()
	if k.run, err = f.findRun(c, s, ref); err != nil {
		return k, err
	}
	if err := f.noteDeleted(c, s, []store.RunSummary{k.run.RunSummary}); err != nil {
		return k, err
	}
	evidence, err := evidenceOf(c.Context(), s)
	if err != nil {
		return k, err
	}
	params := map[string]string{}
	list, err := s.Params(c.Context(), k.run.Number)
	if err != nil {
		return k, err
	}
	for _, p := range list {
		params[p.Path] = string(p.Value)
	}
	recipe, size := advice.RecipeOf(params)
	k.size = size
	var shipped []advice.Evidence
	if err := json.Unmarshal(configs.Advice(), &shipped); err != nil {
		return k, fmt.Errorf("the evidence that ships with the program: %w", err)
	}
	moves, covered := adviseFrom(evidence, shipped, recipe, w)
	if len(moves) > 0 {
		k.moves = moves
		return k, nil
	}
	return k, usage(noAdvice(append(evidence, shipped...), recipe, w, k.run.Number, covered))
}

// adviseFrom asks the store's own sweeps, and what ships with the program where these have no
// advice: a sweep of one pair covers a run, and can say nothing about it.
func adviseFrom(own, shipped []advice.Evidence, recipe advice.Recipe, w advice.Wish) (moves []advice.Move, covered bool) {
	if moves, covered = advice.Advise(own, recipe, w); len(moves) > 0 {
		return moves, true
	}
	moves, too := advice.Advise(shipped, recipe, w)
	return moves, covered || too
}

// evidenceOf reads the sweeps of a store.
func evidenceOf(ctx context.Context, s *store.Store) ([]advice.Evidence, error) {
	sweeps, err := s.Sweeps(ctx, "")
	if err != nil {
		return nil, err
	}
	var list []advice.Evidence
	for _, w := range sweeps {
		study, err := sweep.Read(ctx, s, w, nil)
		if err != nil {
			return nil, err
		}
		e, ok, err := study.Evidence(ctx, s)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, e)
		}
	}
	return list, nil
}

// noAdvice says why there is none, and what would give some. There is always the evidence
// that ships with the program.
func noAdvice(all []advice.Evidence, recipe advice.Recipe, w advice.Wish, run int64, covered bool) error {
	if covered {
		return fmt.Errorf("no setting that was swept is sure to fulfil %q for run %d; a sweep of other settings might", w.Name, run)
	}
	e, differing := advice.Nearest(all, recipe)
	if len(differing) == 0 {
		return fmt.Errorf("no sweep has the settings of run %d; %s has the same recipe with other values of what it varies, and nothing is said outside of what was swept", run, e.Source)
	}
	const most = 5
	named := strings.Join(differing[:min(most, len(differing))], ", ")
	if more := len(differing) - most; more > 0 {
		named += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Errorf("no sweep has the recipe of run %d, and nothing is said outside of what was swept; the nearest, %s, differs in %s; a sweep of this recipe would give some", run, e.Source, named)
}

// print prints the options.
func (f *adviseFlags) print(k known, w advice.Wish) error {
	if f.json {
		return printJSON(f.stdout, map[string]any{"run": k.run.Number, "wish": w.Name, "options": k.moves})
	}
	const mostCosts = 3
	for i, m := range k.moves {
		fmt.Fprintf(f.stdout, "%d. %s\n   %s %s", i+1, quoted(m.Overrides), m.Wish.Metric.Label, m.Wish)
		for j, cost := range m.Costs[:min(mostCosts, len(m.Costs))] {
			lead := ", "
			if j == 0 {
				lead = "; costs "
			}
			fmt.Fprintf(f.stdout, "%s%s %s", lead, cost.Metric.Label, cost)
		}
		fmt.Fprintf(f.stdout, "\n   from %s, %s", m.Source, sizes.Count(m.N, m.Kind))
		if m.Size != k.size {
			fmt.Fprintf(f.stdout, " at %s pixels; this run has %s", m.Size, k.size)
		}
		fmt.Fprintln(f.stdout)
	}
	_, err := fmt.Fprintf(f.stdout, "[…] holds nine pictures in ten; try one: runexp show %d --config | runexp -c - %s\n", k.run.Number, quoted(k.moves[0].Overrides))
	return err
}

// quoted writes overrides as a shell takes them.
func quoted(overrides []string) string {
	var words []string
	for _, o := range overrides {
		if strings.ContainsAny(o, " []{}*?\"'$&|<>;()") {
			o = "'" + strings.ReplaceAll(o, "'", `'\''`) + "'"
		}
		words = append(words, o)
	}
	return strings.Join(words, " ")
}

// try runs a move and reports what happened to what it was expected to change.
func (f *adviseFlags) try(ctx context.Context, before store.RunDetail, m advice.Move) error {
	loader := f.loader()
	loader.Stdin = strings.NewReader(before.ConfigResolved)
	resolved, err := loader.Load("-", m.Overrides)
	if err != nil {
		return usage(err)
	}
	began, stdout := time.Now(), f.stdout
	if f.json {
		f.stdout = io.Discard // what happened is the one object printed
	}
	err = f.runResolved(ctx, resolved)
	f.stdout = stdout
	if err != nil {
		return err
	}
	s, err := f.readStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	after, err := s.FindRun(ctx, fmt.Sprint(f.ran))
	if err != nil {
		return err
	}
	return f.report(ctx, s, before, after, m, after.Started.Before(began))
}

// tried is what a move did to a metric.
type tried struct {
	Metric string  `json:"metric"`
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	Change string  `json:"change"`
	Said   string  `json:"said"`
	Within bool    `json:"within"` // the interval
}

// report compares what a move did with what was said. A run that was there before may be one of
// those that the advice is from.
func (f *adviseFlags) report(ctx context.Context, s *store.Store, before, after store.RunDetail, m advice.Move, old bool) error {
	was, is, err := f.comparable(ctx, s, before, after)
	if err != nil {
		return err
	}
	var list []tried
	for _, c := range append([]advice.Change{m.Wish}, m.Costs...) {
		x, has := was[c.Metric.Name]
		y, too := is[c.Metric.Name]
		if !has || !too {
			continue
		}
		list = append(list, tried{c.Metric.Label, x, y, c.Measured(x, y), c.String(), c.Holds(x, y)})
	}
	if f.json {
		return printJSON(f.stdout, map[string]any{"before": before.Number, "after": after.Number, "new": !old, "outcomes": list})
	}
	rows := [][]string{}
	for _, o := range list {
		within := "outside"
		if o.Within {
			within = "as said"
		}
		rows = append(rows, []string{o.Metric, fmt.Sprintf("%.4g", o.Before), fmt.Sprintf("%.4g", o.After), o.Change, o.Said, within})
	}
	if old {
		fmt.Fprintf(f.stdout, "run %d was there before: no test of the advice if its sweep is what that is from\n", after.Number)
	}
	return table(f.stdout, []string{"METRIC", fmt.Sprintf("RUN %d", before.Number), fmt.Sprintf("RUN %d", after.Number), "CHANGE", "SAID", ""}, rows)
}

// comparable returns the scores of two runs by one scorer.
func (f *adviseFlags) comparable(ctx context.Context, s *store.Store, runs ...store.RunDetail) (was, is map[string]float64, err error) {
	var scores []map[string]float64
	var scorers []string
	for _, run := range runs {
		facts, err := s.Env(ctx, run.Number)
		if err != nil {
			return nil, nil, err
		}
		for _, fact := range facts {
			if fact.Name == "scorer/hash" {
				scorers = append(scorers, fact.Value)
			}
		}
		summary, err := s.Summary(ctx, run.Number)
		if err != nil {
			return nil, nil, err
		}
		values := map[string]float64{}
		for _, m := range summary {
			if strings.HasPrefix(m.Name, "eval/") {
				values[m.Name] = m.Last
			}
		}
		scores = append(scores, values)
	}
	if len(scorers) != len(runs) || scorers[0] != scorers[1] {
		return nil, nil, usage(fmt.Errorf("runs %d and %d are scored by different scorers, since they optimise different layers; %s scores both by one",
			runs[0].Number, runs[1].Number, f.scoreCommandOf([]store.RunSummary{runs[0].RunSummary, runs[1].RunSummary})))
	}
	return scores[0], scores[1], nil
}
