package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/store"
	"runexp/internal/printable"
	"runexp/reports"
)

// plotFlags are the flags of `runexp plot`.
type plotFlags struct {
	*app
	metrics        []string
	against, scale string
	smooth         int
	target         figureFile
}

// plotCommand is `runexp plot RUN…`.
func (a *app) plotCommand() *cobra.Command {
	p := &plotFlags{app: a, target: figureFile{formats: []string{"png", "svg"}}}
	c := &cobra.Command{
		Use:   "plot RUN…",
		Short: "Plot the losses of one or several runs",
		Long: `Plot the losses of one or several runs by step, evaluations or seconds.

For one run, each loss has a colour. For several, each run has a colour and each metric a line
style, and the legend shows the settings that differ. The default is the total and every loss
times its weight, so that the losses add up to the total. --metric plots metrics as stored:
loss/NAME is the loss before its weight, loss/NAME/LAYER one layer of it.

A RUN is a number, the first digits of a uid, or "last". A METRIC is a name that runexp show
prints, or a glob: loss/* matches the losses, loss/style/* the layers of the loss called style.

A non-finite value, or one not above 0 on a logarithmic axis, is a gap, and so is the change to
the next stage. --against seconds counts only the time of iterations; --against evaluations is the
fair axis for optimisers that evaluate several times an iteration.

Reads the store (--db), also during a run. Writes one file, OUT/plots/run-NUMBER.png or
OUT/plots/runs-NUMBERS.png unless -o names another, replacing an existing one, and prints its
path. Run numbers are per store: use a separate OUT for each store.

Exit codes: 0 written; 1 if the disk is full or fails; 2 for an unknown run or metric, and for
what cannot be drawn or written.

See also: runexp show, runexp strip, runexp ls`,
		Example: `  runexp plot last
  runexp plot 3 4 7 --metric loss/total --against seconds
  runexp plot last --metric 'loss/style/*' --smooth 20
  runexp plot 12 --scale linear -o losses.svg`,
		ValidArgsFunction: a.runs,
		Args:              atLeastOneRun,
		RunE:              p.run,
	}
	f := c.Flags()
	f.StringSliceVar(&p.metrics, "metric", nil, "metrics to plot, names or globs (default: the weighted losses)")
	f.StringVar(&p.against, "against", "step", "the x axis: "+strings.Join(reports.Clocks(), ", "))
	f.StringVar(&p.scale, "scale", "log", "the y axis: log or linear")
	f.IntVar(&p.smooth, "smooth", 1, "plot a moving average over this many values")
	p.target.flags(c, "plots")
	f.StringVar(&p.target.format, "format", "", "png or svg (default: the extension of -o, or png)")
	completeFlag(c, "format", words(p.target.formats...))
	completeFlag(c, "metric", a.metricsOfRuns)
	completeFlag(c, "against", words(reports.Clocks()...))
	completeFlag(c, "scale", words("log", "linear"))
	return c
}

func atLeastOneRun(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(fmt.Errorf("plot takes one or more runs, as in runexp plot last; see runexp plot --help"))
	}
	return nil
}

// check reports every invalid flag.
func (p *plotFlags) check() error {
	var problems []error
	if !slices.Contains(reports.Clocks(), p.against) {
		problems = append(problems, fmt.Errorf("--against %q: give one of %s", p.against, strings.Join(reports.Clocks(), ", ")))
	}
	if p.scale != "log" && p.scale != "linear" {
		problems = append(problems, fmt.Errorf("--scale %q: give log or linear", p.scale))
	}
	if p.smooth < 1 {
		problems = append(problems, fmt.Errorf("--smooth %d: at least 1, which is no smoothing", p.smooth))
	}
	return errors.Join(append(problems, p.target.check())...)
}

func (p *plotFlags) run(c *cobra.Command, refs []string) error {
	if err := p.check(); err != nil {
		return usage(err)
	}
	s, err := p.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	runs, err := p.findRuns(c, s, refs)
	if err != nil {
		return err
	}
	if err := p.noteDeleted(c, s, runs); err != nil {
		return err
	}
	known, err := metricNames(c, s, runs)
	if err != nil {
		return err
	}
	q := reports.Curves{Runs: runs, Against: p.against, Linear: p.scale == "linear", Smooth: p.smooth}
	if q.Metrics, err = reports.MatchMetrics(p.metrics, known); err != nil {
		return usage(err)
	}
	figure, missing, err := q.Plot(c.Context(), s)
	if err != nil {
		return usage(err)
	}
	for _, m := range missing {
		fmt.Fprintf(p.stderr, "note: run %d has no %s\n", m.Run, printable.Text(m.Metric))
	}
	name, numbers := runsName(runs)
	path, err := p.target.path(name)
	if err != nil {
		return figureError(err)
	}
	if err := figure.Save(path); err != nil {
		return figureError(err)
	}
	return p.target.printPath(p.app, path, numbers)
}

// metricNames returns the metrics of all the runs, sorted.
func metricNames(c *cobra.Command, s *store.Store, runs []store.RunSummary) ([]string, error) {
	var all []string
	for _, run := range runs {
		names, err := s.MetricNames(c.Context(), run.Number)
		if err != nil {
			return nil, err
		}
		all = append(all, names...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
