package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/store"
	"runexp/internal/printable"
)

// findRuns returns the runs that refs name, each once. The error reports every
// reference that names none.
func (a *app) findRuns(c *cobra.Command, s *store.Store, refs []string) ([]store.RunSummary, error) {
	var runs []store.RunSummary
	var problems []error
	for _, ref := range refs {
		run, err := a.findRun(c, s, ref)
		var coded *exit
		switch {
		case errors.As(err, &coded):
			if !slices.ContainsFunc(problems, func(p error) bool { return p.Error() == err.Error() }) {
				problems = append(problems, err)
			}
		case err != nil:
			return nil, err
		case !slices.ContainsFunc(runs, func(r store.RunSummary) bool { return r.Number == run.Number }):
			runs = append(runs, run.RunSummary)
		}
	}
	return runs, usage(errors.Join(problems...))
}

// noteDeleted says which of the runs that were named are deleted.
func (a *app) noteDeleted(c *cobra.Command, s *store.Store, runs []store.RunSummary) error {
	marks, err := s.Marks(c.Context())
	if err != nil {
		return err
	}
	for _, run := range runs {
		if !marks[run.Number].Deleted.IsZero() {
			fmt.Fprintf(a.stderr, "note: run %d is deleted; %s brings it back\n", run.Number, a.command(fmt.Sprintf("restore %d", run.Number)))
		}
	}
	return nil
}

// findRunSet returns the runs that refs name (see namedRuns), by number. Of a range or an
// experiment only the finished runs are returned; skipped counts the others.
func (a *app) findRunSet(c *cobra.Command, s *store.Store, refs []string) (runs []store.RunDetail, skipped int, err error) {
	named, err := a.namedRuns(c, s, refs, false)
	var coded *exit
	if err != nil && !errors.As(err, &coded) {
		return nil, 0, err
	}
	for _, one := range named {
		if !one.alone && one.Status != store.Finished {
			skipped++
			continue
		}
		run, err := s.FindRun(c.Context(), fmt.Sprint(one.Number))
		if err != nil {
			return nil, 0, err
		}
		runs = append(runs, run)
	}
	return runs, skipped, err
}

// A namedRun is a run that a reference names.
type namedRun struct {
	store.RunSummary
	alone bool // whether one names it alone, not as part of a range or an experiment
}

// namedRuns returns the runs that refs name, each once, by number: a run each as findRun, a
// range of numbers (3-7), or all runs of an experiment: of these two only those that are
// deleted, or those that are not. The error reports every reference that names none.
func (a *app) namedRuns(c *cobra.Command, s *store.Store, refs []string, deleted bool) ([]namedRun, error) {
	all, err := s.Runs(c.Context(), store.Filter{Deleted: deleted, Damaged: true})
	if err != nil {
		return nil, err
	}
	var problems []error
	found := map[int64]namedRun{}
	for _, ref := range refs {
		run, err := s.FindRun(c.Context(), ref)
		var ambiguous *store.AmbiguousError
		switch {
		case err == nil:
			found[run.Number] = namedRun{run.RunSummary, true}
		case errors.As(err, &ambiguous):
			problems = append(problems, fmt.Errorf("%s: %w", a.db, err))
		case errors.Is(err, store.ErrNotFound):
			several := namedBy(ref, all)
			if len(several) > 0 {
				a.noteMissing(ref, several, deleted)
			}
			if len(several) == 0 && deleted {
				problems = append(problems, fmt.Errorf("%s has no deleted run \"%s\"; %s lists them", a.db, printable.Excerpt(ref), a.command("ls --deleted")))
			} else if len(several) == 0 {
				problems = append(problems, a.noRun(c, s, ref, all))
			}
			for _, one := range several {
				found[one.Number] = namedRun{one, found[one.Number].alone}
			}
		default:
			return nil, err
		}
	}
	runs := slices.SortedFunc(maps.Values(found), func(a, b namedRun) int { return cmp.Compare(a.Number, b.Number) })
	return runs, usage(errors.Join(problems...))
}

// rangeOf reads a range of numbers, 3-7.
func rangeOf(ref string) (first, last int64, ok bool) {
	from, to, ok := strings.Cut(ref, "-")
	first, errFirst := strconv.ParseInt(from, 10, 64)
	last, errLast := strconv.ParseInt(to, 10, 64)
	return first, last, ok && errFirst == nil && errLast == nil
}

// noteMissing says which numbers of a range name none of the runs that it found.
func (a *app) noteMissing(ref string, found []store.RunSummary, deleted bool) {
	first, last, ok := rangeOf(ref)
	has := map[int64]bool{}
	for _, run := range found {
		has[run.Number] = run.Number >= first && run.Number <= last
		ok = ok && run.Experiment != ref // which has a name like a range
	}
	missing := last - first + 1 - int64(len(has))
	if !ok || missing <= 0 {
		return
	}
	const most = 5
	var few []string
	for number := first; number <= last && len(few) < most; number++ {
		if !has[number] {
			few = append(few, fmt.Sprint(number))
		}
	}
	if missing > most {
		few = append(few, "…")
	}
	what := "runs that are deleted or not in the store"
	if deleted {
		what = "runs that are not deleted or not in the store"
	}
	fmt.Fprintf(a.stderr, "note: %s names %s, %d in number: %s\n", ref, what, missing, strings.Join(few, ", "))
}

// namedBy returns the runs of an experiment, or those in a range of numbers.
func namedBy(ref string, all []store.RunSummary) (named []store.RunSummary) {
	first, last, ranged := rangeOf(ref)
	for _, run := range all {
		if run.Experiment == ref || ranged && run.Number >= first && run.Number <= last {
			named = append(named, run)
		}
	}
	return named
}

// findRun returns the run that a reference names. It is a usage error if there is none,
// or several.
func (a *app) findRun(c *cobra.Command, s *store.Store, ref string) (store.RunDetail, error) {
	run, err := s.FindRun(c.Context(), ref)
	var ambiguous *store.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		return run, usage(fmt.Errorf("%s: %w", a.db, err))
	case !errors.Is(err, store.ErrNotFound):
		return run, err
	}
	runs, err := s.Runs(c.Context(), store.Filter{Damaged: true})
	if err != nil {
		return run, err
	}
	return run, a.noRun(c, s, ref, runs)
}

// noRun returns the error for a reference that names none of runs, newest first.
func (a *app) noRun(c *cobra.Command, s *store.Store, ref string, runs []store.RunSummary) error {
	if len(runs) == 0 {
		if n, err := s.Count(c.Context(), store.Filter{Deleted: true}); err == nil && n > 0 {
			return usage(fmt.Errorf("all runs of %s are deleted; %s lists them", a.db, a.command("ls --deleted")))
		}
		return usage(fmt.Errorf("%s has no runs yet; runexp -c FILE --db %[1]s makes one", a.db))
	}
	known := []string{"last"}
	lowest, highest := runs[0].Number, runs[0].Number
	newest := map[string]int64{} // of each experiment
	for _, run := range runs {
		known = append(known, run.UID.Short())
		lowest, highest = min(lowest, run.Number), max(highest, run.Number)
		if _, has := newest[run.Experiment]; !has {
			newest[run.Experiment] = run.Number
			known = append(known, run.Experiment)
		}
	}
	hint := fmt.Sprintf("give a number from %d to %d, at least the first 4 digits of a uid, or last;", lowest, highest)
	near := framework.Nearest(ref, known)
	run, isExperiment := newest[near]
	switch {
	case strings.Trim(ref, "0123456789") == "": // a number has no nearest match
	case isExperiment && near == ref:
		hint = fmt.Sprintf("that is an experiment, whose newest run is %d;", run)
	case isExperiment:
		hint = fmt.Sprintf("did you mean the experiment \"%s\", whose newest run is %d?", printable.Excerpt(near), run)
	case near != "":
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return usage(fmt.Errorf("%s has no run \"%s\"; %s %s lists the runs", a.db, printable.Excerpt(ref), hint, a.command("ls")))
}

// knownExperiments returns the experiments that the store has runs or sweeps of, deleted ones too,
// in alphabetical order.
func knownExperiments(c *cobra.Command, s *store.Store) ([]string, error) {
	runs, err := s.Runs(c.Context(), store.Filter{Damaged: true})
	if err != nil {
		return nil, err
	}
	sweeps, err := s.Sweeps(c.Context(), "")
	if err != nil {
		return nil, err
	}
	deleted, err := s.Runs(c.Context(), store.Filter{Deleted: true, Damaged: true})
	if err != nil {
		return nil, err
	}
	var known []string
	for _, run := range append(runs, deleted...) {
		known = append(known, run.Experiment)
	}
	for _, w := range sweeps {
		known = append(known, w.Experiment)
	}
	slices.Sort(known)
	return slices.Compact(known), nil
}

// checkExperiment returns an error if the store has neither a run nor a sweep of the
// experiment called name.
func (a *app) checkExperiment(c *cobra.Command, s *store.Store, name string) error {
	known, err := knownExperiments(c, s)
	switch {
	case err != nil || slices.Contains(known, name):
		return err
	case len(known) == 0:
		return usage(fmt.Errorf("%s has no experiments yet; runexp -c FILE --db %[1]s runs one", a.db))
	}
	return usage(fmt.Errorf("%s: %w; %s lists all runs", a.db, framework.UnknownName("experiment", name, known), a.command("ls")))
}

// checkSweep returns an error if the experiment has no sweep of that number or, for
// number 0, no sweep at all.
func (a *app) checkSweep(c *cobra.Command, s *store.Store, experiment string, number int64) error {
	if err := a.checkExperiment(c, s, experiment); err != nil {
		return err
	}
	sweeps, err := s.Sweeps(c.Context(), experiment)
	if err != nil {
		return err
	}
	if len(sweeps) == 0 {
		return usage(fmt.Errorf("%s has no sweep of the experiment \"%s\", only single runs; several values make a sweep, as in losses.style.weight=1,10; %s lists all sweeps",
			a.db, printable.Excerpt(experiment), a.command("ls --sweeps")))
	}
	var known []string
	for _, w := range sweeps {
		if number == 0 || w.Number == number {
			return nil
		}
		known = append(known, fmt.Sprint(w.Number))
	}
	return usage(fmt.Errorf("%s has no sweep %d of the experiment \"%s\" (it has: %s); %s lists them",
		a.db, number, printable.Excerpt(experiment), framework.ListNames(known), a.command("ls --sweeps")))
}

// command returns the command line of a verb on the same store.
func (a *app) command(verb string) string {
	if a.db == defaultStore {
		return "runexp " + verb
	}
	return "runexp " + verb + " --db " + a.db
}
