package cmd

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/evaluate"
	"runexp/framework/store"
	"runexp/reports"
	"runexp/reports/sheet"
)

// compareCommand is `runexp compare RUN RUN…`.
func (a *app) compareCommand() *cobra.Command {
	target := figureFile{formats: []string{"png"}}
	scorer := ""
	c := &cobra.Command{
		Use:   "compare RUN RUN…",
		Short: "Print what differs between runs, and their numbers side by side",
		Long: `Print what differs between runs, and their numbers side by side.

Settings and environment (versions, machine, weights, images) are printed only where they differ.
The numbers are final values: losses before their weights, metrics of the picture, iterations,
seconds, peak memory. Metrics are shown only if the same scorer scored all pictures: those of
different scorers are not comparable. runexp score scores pictures by one; --scorer chooses among
several.

A strip of the pictures, with the content and style images if they are the same, is written to
OUT/strips/compare-NUMBERS.png unless -o names another file, and its path is printed last.

A RUN is a number, the first digits of a uid, or "last". Reads the store (--db).

Exit codes: 0 printed; 1 if the disk is full or fails; 2 for an unknown run, fewer than two runs,
and for a file that cannot be written.

See also: runexp show, runexp plot, runexp strip, runexp report`,
		Example: `  runexp compare 3 7
  runexp compare 3 4 5 -o tv.png
  runexp compare 3 last --json`,
		ValidArgsFunction: a.runs,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage(fmt.Errorf("compare takes at least two runs, as in runexp compare 3 last; see runexp compare --help"))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := target.check(); err != nil {
				return usage(err)
			}
			return a.compare(c, args, &target, scorer)
		},
	}
	target.flags(c, "strips")
	a.scorerFlag(c, &scorer)
	return c
}

// comparisonPage is what `compare --json` prints.
type comparisonPage struct {
	Runs        []runRow             `json:"runs"`
	Settings    []reports.Difference `json:"settings"`
	Environment []reports.Difference `json:"environment"`
	Metrics     []reports.Numbers    `json:"metrics"`
	Scorer      string               `json:"scorer"` // "" unless one scorer scored all pictures
	Strip       string               `json:"strip"`  // "" if there are no pictures
}

func (a *app) compare(c *cobra.Command, refs []string, target *figureFile, by string) error {
	s, err := a.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	runs, err := a.findRuns(c, s, refs)
	if err != nil {
		return err
	}
	if len(runs) < 2 {
		return usage(fmt.Errorf("these all name run %d; name another run to compare it with", runs[0].Number))
	}
	scorer, err := a.findScorer(c.Context(), s, by)
	if err != nil {
		return err
	}
	if err := a.checkScored(c.Context(), s, runs, scorer); err != nil {
		return err
	}
	comparison, err := reports.Compare(c.Context(), s, runs, scorer.Hash)
	if err != nil {
		return err
	}
	path, err := a.writeComparisonStrip(c, s, runs, target)
	if err != nil {
		return err
	}
	switch {
	case comparison.Scored && comparison.Scorer == "":
		fmt.Fprintf(a.stderr, "note: these pictures were scored by different scorers; their metrics are not comparable and are left out; %s scores them by one\n", a.scoreCommandOf(runs))
	case by == "" && len(comparison.Common) > 1:
		fmt.Fprintf(a.stderr, "note: %d scorers have scored all of these pictures, and the numbers are those of %s; --scorer names another (%s)\n",
			len(comparison.Common), shortHash(comparison.Scorer), framework.ListNames(mapRows(comparison.Common, shortHash)))
	}
	marks, err := s.Marks(c.Context(), mapRows(runs, func(r store.RunSummary) int64 { return r.Number })...)
	if err != nil {
		return err
	}
	if a.json {
		page := comparisonPage{
			Settings: comparison.Settings, Environment: comparison.Environment, Metrics: finite(comparison.Metrics),
			Scorer: comparison.Scorer, Strip: path,
		}
		flaws, err := reports.Flaws(c.Context(), s)
		if err != nil {
			return err
		}
		images, err := s.Images(c.Context(), runs...)
		if err != nil {
			return err
		}
		for _, run := range runs {
			page.Runs = append(page.Runs, newRunRow(run, flaws, images[run.Number], marks[run.Number]))
		}
		return printJSON(a.stdout, page)
	}
	if err := a.printComparison(comparison, marks); err != nil || path == "" {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "\n%s\n", path)
	return err
}

// writeComparisonStrip returns the strip's path, "" if no run has a picture.
func (a *app) writeComparisonStrip(c *cobra.Command, s *store.Store, runs []store.RunSummary, target *figureFile) (string, error) {
	frames, err := reports.ComparisonStrip(c.Context(), s, runs)
	if errors.Is(err, reports.ErrNoPictures) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	a.printProblems(frames)
	name, _ := runsName(runs)
	path, err := target.path(strings.Replace(name, "runs", "compare", 1))
	if err != nil {
		return "", figureError(err)
	}
	return path, figureError(frames.Save(path, sheet.Usual))
}

// finalValues heads the losses and metrics of a comparison.
const finalValues = "final values"

func (a *app) printComparison(c reports.Comparison, marks map[int64]store.Marks) error {
	w := a.stdout
	var header []string
	rows := [][]string{{"experiment"}, {"status"}, {"marks"}}
	for _, run := range c.Runs {
		header = append(header, fmt.Sprintf("RUN %d", run.Number))
		rows[0] = append(rows[0], run.Experiment)
		rows[1] = append(rows[1], statusOf(run, marks[run.Number]))
		rows[2] = append(rows[2], marksLine(marks[run.Number]))
	}
	if strings.Join(rows[2], "") == "marks" {
		rows = rows[:2]
	}
	if err := table(w, append([]string{""}, header...), rows); err != nil {
		return err
	}
	rated := slices.ContainsFunc(c.Metrics, func(n reports.Numbers) bool { return a.better(n.Name) != "" })
	for _, part := range []struct {
		title, alike string
		rows         [][]string
	}{
		{"settings that differ", "no setting differs", differenceCells(c.Settings)},
		{"environment that differs", "the environment is the same", differenceCells(c.Environment)},
		{finalValues, "", mapRows(c.Metrics, func(n reports.Numbers) []string {
			row := []string{n.Name}
			for _, v := range n.Values {
				if v == nil {
					row = append(row, "-")
				} else {
					row = append(row, metricText(n.Name, *v))
				}
			}
			if rated {
				row = append(row, a.better(n.Name))
			}
			return row
		})},
	} {
		if len(part.rows) == 0 {
			fmt.Fprintf(w, "\n%s\n", part.alike)
			continue
		}
		fmt.Fprintf(w, "\n%s\n", part.title)
		columns := append([]string{""}, header...)
		if rated && part.title == finalValues {
			columns = append(columns, "BETTER")
		}
		if err := table(w, columns, part.rows); err != nil {
			return err
		}
	}
	return nil
}

// better is the direction in which a metric is better, lower or higher; "" for neither, and for
// losses, which weights change.
func (a *app) better(metric string) string {
	definition, known := evaluate.Describe(a.plugins.Metrics, metric)
	if !known || definition.Better == framework.Neither {
		return ""
	}
	return string(definition.Better)
}

// label is what a metric is called in words; "" for losses.
func (a *app) label(metric string) string {
	definition, _ := evaluate.Describe(a.plugins.Metrics, metric)
	return definition.Label
}

func differenceCells(list []reports.Difference) [][]string {
	return mapRows(list, func(d reports.Difference) []string {
		row := []string{d.Name}
		for _, v := range d.Values {
			if v == nil {
				row = append(row, "-")
			} else {
				row = append(row, *v)
			}
		}
		return row
	})
}

// finite replaces non-finite values by nil, which JSON can express.
func finite(list []reports.Numbers) []reports.Numbers {
	for _, n := range list {
		for i, v := range n.Values {
			if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
				n.Values[i] = nil
			}
		}
	}
	return list
}
