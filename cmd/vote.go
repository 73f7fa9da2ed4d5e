package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"runexp/experiments/trial"
	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/internal/atomicfile"
	"runexp/internal/homedir"
	"runexp/internal/printable"
	"runexp/reports"
	"runexp/reports/sweep"
	"runexp/reports/votes"
)

// voteFlags are the flags of `runexp vote`.
type voteFlags struct {
	sweep, seed       int64
	rounds, questions int
	text, out         string
	count             []string
	replace           bool
}

// Limits of a design.
const (
	mostRounds    = 100
	mostQuestions = 1000 // in a ballot
	longestText   = 300  // bytes of a question
)

// voteCommand is `runexp vote EXPERIMENT`.
func (a *app) voteCommand() *cobra.Command {
	var f voteFlags
	c := &cobra.Command{
		Use:   "vote EXPERIMENT",
		Short: "Let people judge the pictures of a sweep, two at a time",
		Long: `Let people judge the pictures of a sweep, two at a time.

Writes ballots: pages with blind pairs of pictures that have the same content and style and differ
in their settings. A round asks once about every two settings of every pair; every other round
swaps left and right. Give each ballot to a person, who answers on the page, with the mouse or the
arrow keys, and sends back the file that it saves; or who fills in the .csv file beside it. The
same command writes the same ballots, and --rounds 2 adds those of a second round.

With --count, reads filled ballots into the store instead. All files are checked before anything is
written; a ballot that is counted twice counts once. The report of the sweep then has the metric
votes/better, the share of its comparisons that a picture won, and its rank correlation with every
other metric. It makes claims on votes if sweep.metrics has votes/better.

EXPERIMENT is the name in the config; the ballots are about its newest sweep unless --sweep names
another.

Reads the store (--db), and with --count the files, - for standard input. Writes the questions or
the votes to the store, and OUT/EXPERIMENT/votes/ballot-N.html and ballot-N.csv; those of an older
sweep go to votes-NUMBER. A .csv file that has been filled in is never replaced.

Exit codes: 0 done; 1 if the disk is full or fails; 2 for an unknown experiment or sweep, for one
with nothing to compare, for a ballot that is not of this store or has an invalid line, and for a
folder that cannot be written.

See also: runexp report, runexp ls`,
		Example: `  runexp vote layers
  runexp vote layers --rounds 2 --questions 60 --out ballots
  runexp vote layers --count ballot-1-filled.csv --count ballot-2-filled.csv`,
		ValidArgsFunction: firstArg(a.sweptExperiments),
		Args:              exactArgs(1, "one experiment"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(c); err != nil {
				return usage(err)
			}
			if len(f.count) > 0 {
				return a.countVotes(c, args[0], &f)
			}
			return a.writeBallots(c, args[0], &f)
		},
	}
	c.Flags().Int64Var(&f.sweep, "sweep", 0, "number of the sweep (default: the newest)")
	c.Flags().IntVar(&f.rounds, "rounds", 1, "how often every two settings of a pair are compared")
	c.Flags().IntVar(&f.questions, "questions", 40, "maximum number of questions in a ballot")
	c.Flags().Int64Var(&f.seed, "seed", 1, "draws order and sides")
	c.Flags().StringVar(&f.text, "question", "", "what is asked (default: which picture is the better stylisation)")
	pathFlag(c.Flags(), &f.out, "out", "", "runs", "folder for ballots")
	c.Flags().StringArrayVar(&f.count, "count", nil, "count a filled ballot; may be repeated, - is standard input")
	c.Flags().BoolVar(&f.replace, "replace", false, "with --count: correct earlier votes of the same voter")
	completeFlag(c, "sweep", a.sweepsOf)
	completeOut(c)
	completeFlag(c, "count", cobra.FixedCompletions([]string{"csv"}, cobra.ShellCompDirectiveFilterFileExt))
	return c
}

// check validates the flags, and that each is of the half of the verb that is asked for.
func (f *voteFlags) check(c *cobra.Command) error {
	if len(f.count) > 0 {
		for _, other := range []string{"sweep", "rounds", "questions", "seed", "question", "out"} {
			if c.Flags().Changed(other) {
				return fmt.Errorf("--%s is about ballots to write, and --count reads ballots; leave one of them out", other)
			}
		}
		return nil
	}
	switch {
	case f.replace:
		return errors.New("--replace corrects votes, so it needs --count FILE")
	case f.rounds < 1 || f.rounds > mostRounds:
		return fmt.Errorf("--rounds %d: give 1 to %d", f.rounds, mostRounds)
	case f.questions < 1 || f.questions > mostQuestions:
		return fmt.Errorf("--questions %d: give 1 to %d", f.questions, mostQuestions)
	case c.Flags().Changed("question") && f.text == "" || len(f.text) > longestText || printable.Text(f.text) != f.text:
		return fmt.Errorf("--question \"%s\": give one line of at most %d bytes that can be printed", printable.Excerpt(f.text), longestText)
	}
	return nil
}

// ballotsPage is what `vote --json` prints.
type ballotsPage struct {
	Sweep     int64    `json:"sweep"`
	Questions int      `json:"questions"` // of a round
	Rounds    int      `json:"rounds"`
	Files     []string `json:"files"`
}

// writeBallots writes the ballots of a sweep, their questions first: a ballot on paper must be known to the store.
func (a *app) writeBallots(c *cobra.Command, experiment string, f *voteFlags) (err error) {
	s, err := a.voteStore(c)
	if err != nil {
		return err
	}
	defer closeStore(s, &err)
	ctx := c.Context()
	if err := a.checkSweep(c, s, experiment, f.sweep); err != nil {
		return err
	}
	if err := framework.CheckName(experiment); err != nil { // it becomes a folder, and the store may come from elsewhere
		return usage(err)
	}
	if err := trial.CheckOut(f.out); err != nil {
		return figureError(err)
	}
	w, newest, err := sweep.Find(ctx, s, experiment, f.sweep)
	if err != nil {
		return err
	}
	work := newWorkProgress(a.stderr, false)
	defer work.done()
	study, err := sweep.Read(ctx, s, w, work.report)
	if err != nil {
		return err
	}
	entries, err := study.Entries(ctx, s)
	if err != nil {
		return err
	}
	if f.text == "" {
		f.text = votes.DefaultText(entries)
	}
	if entries, err = a.whole(ctx, s, entries); err != nil {
		return err
	}
	design := votes.Design{Entries: entries, Seed: f.seed, Text: f.text}
	if design.Count() == 0 {
		return usage(fmt.Errorf("sweep %d of %s has no two finished pictures of the same content and style with different settings, so there is nothing to vote on", w.Number, experiment))
	}
	ballots := design.Ballots(f.rounds, f.questions)
	folder := sweep.VotesFolder(f.out, w, newest)
	if err := checkBallots(folder, ballots); err != nil {
		return usage(err)
	}
	for _, b := range ballots {
		var asked []store.Question
		for _, q := range b.Questions {
			asked = append(asked, q.Question)
		}
		if err := s.AddQuestions(ctx, asked); err != nil {
			return err
		}
	}
	page := ballotsPage{Sweep: w.Number, Questions: design.Count(), Rounds: f.rounds}
	for i, b := range ballots {
		work.report(fmt.Sprintf("%d of %s written", i, sizes.Count(len(ballots), "ballot")))
		paths, err := writeBallot(folder, b, func(hash string) (*imaging.Image, error) {
			return reports.Picture(ctx, s, store.StoredArtifact{Hash: hash})
		})
		if errors.As(err, new(*fs.PathError)) {
			return figureError(err)
		}
		if err != nil {
			return err
		}
		page.Files = append(page.Files, paths...)
	}
	work.done()
	if a.json {
		return printJSON(a.stdout, page)
	}
	for _, path := range page.Files {
		fmt.Fprintln(a.stdout, path)
	}
	times := "once"
	if f.rounds > 1 {
		times = fmt.Sprintf("%d times", f.rounds)
	}
	fmt.Fprintf(a.stderr, "%s, in %s; each two settings are compared %s. Count what comes back: %s\n",
		sizes.Count(page.Questions*f.rounds, "question"), sizes.Count(len(ballots), "ballot"), times, a.command("vote "+experiment+" --count FILE"))
	return nil
}

// whole returns the entries whose picture can be shown, with those images beside it that can, and names the rest.
func (a *app) whole(ctx context.Context, s *store.Store, entries []votes.Entry) ([]votes.Entry, error) {
	problems := map[string]error{} // by hash; nil for a picture that can be shown
	shown := func(run int64, kind, hash string) (bool, error) {
		problem, known := problems[hash]
		if !known {
			_, problem = reports.Picture(ctx, s, store.StoredArtifact{Hash: hash})
			if problem != nil && !errors.Is(problem, store.ErrDamaged) {
				return false, problem
			}
			problems[hash] = problem
			if problem != nil {
				fmt.Fprintf(a.stderr, "run %d: its %s cannot be shown: %v\n", run, kind, problem)
			}
		}
		return problem == nil, nil
	}
	var list []votes.Entry
	for _, e := range entries {
		var beside []votes.Beside
		for _, b := range e.Beside {
			is, err := shown(e.Run.Number, b.Kind+" image", b.Picture)
			if err != nil {
				return nil, err
			}
			if is {
				beside = append(beside, b)
			}
		}
		e.Beside = beside
		is, err := shown(e.Run.Number, "picture", e.Picture)
		if err != nil {
			return nil, err
		}
		if is {
			list = append(list, e)
		}
	}
	return list, nil
}

// ballotPath is the path of a ballot's file.
func ballotPath(folder string, b votes.Ballot, ending string) string {
	return filepath.Join(folder, fmt.Sprintf("ballot-%d.%s", b.Number, ending))
}

// checkBallots returns an error if a file to fill in has other questions: somebody may have filled it in.
func checkBallots(folder string, ballots []votes.Ballot) error {
	for _, b := range ballots {
		path := ballotPath(folder, b, "csv")
		file, err := os.ReadFile(path)
		if err == nil && !b.Same(file) {
			return fmt.Errorf("%s has other questions, of another seed, another --question or --questions, or other pictures; move it away, or name another folder with --out", path)
		}
	}
	return nil
}

// writeBallot writes the page and the file to fill in, unless that is there.
func writeBallot(folder string, b votes.Ballot, read func(hash string) (*imaging.Image, error)) ([]string, error) {
	var page bytes.Buffer
	if err := b.Page(&page, read); err != nil {
		return nil, fmt.Errorf("ballot %d: %w", b.Number, err)
	}
	if err := atomicfile.MkdirAll(folder); err != nil {
		return nil, err
	}
	html, csv := ballotPath(folder, b, "html"), ballotPath(folder, b, "csv")
	if err := atomicfile.Write(html, page.Bytes()); err != nil {
		return nil, err
	}
	if _, err := os.Stat(csv); errors.Is(err, fs.ErrNotExist) {
		return []string{html, csv}, atomicfile.Write(csv, b.Blank())
	}
	return []string{html, csv}, nil
}

// countVotes reads filled ballots into the store.
func (a *app) countVotes(c *cobra.Command, experiment string, f *voteFlags) (err error) {
	var ballots []votes.Filled
	var problems []error
	for _, name := range f.count {
		b, err := readBallot(c, name)
		ballots = append(ballots, b)
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return usage(err)
	}
	s, err := a.voteStore(c)
	if err != nil {
		return err
	}
	defer closeStore(s, &err)
	if err := a.checkSweep(c, s, experiment, 0); err != nil {
		return err
	}
	n, err := votes.Record(c.Context(), s, experiment, ballots, f.replace)
	if errors.Is(err, votes.ErrBallot) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	if a.json {
		return printJSON(a.stdout, n)
	}
	fmt.Fprintf(a.stdout, "%s counted, %d known already, %s without an answer\n", sizes.Count(n.Added, "vote"), n.Known, sizes.Count(n.Empty, "question"))
	return a.printVotes(c, s, experiment)
}

// printVotes prints how the votes on the newest sweep came out, and the command that shows more.
func (a *app) printVotes(c *cobra.Command, s *store.Store, experiment string) error {
	w, _, err := sweep.Find(c.Context(), s, experiment, 0)
	if err != nil {
		return err
	}
	work := newWorkProgress(a.stderr, false)
	defer work.done()
	study, err := sweep.Read(c.Context(), s, w, work.report)
	if err != nil {
		return err
	}
	work.done()
	lines := study.Votes()
	for _, line := range lines {
		fmt.Fprintf(a.stdout, "  %s\n", printable.Text(line))
	}
	if len(lines) > 0 {
		fmt.Fprintf(a.stdout, "%s shows them beside the metrics\n", a.command("report "+experiment))
	}
	return nil
}

// readBallot reads a filled ballot, of standard input for -.
func readBallot(c *cobra.Command, name string) (votes.Filled, error) {
	if name == "-" {
		return votes.Read("standard input", c.InOrStdin())
	}
	path, err := homedir.Expand(name)
	if err != nil {
		return votes.Filled{}, fmt.Errorf("--count %s: %w", name, err)
	}
	if irregular(path) {
		return votes.Filled{}, fmt.Errorf("--count %s is not a regular file; name a filled ballot, or - for standard input", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return votes.Filled{}, fmt.Errorf("--count: %w; name a filled ballot", err)
	}
	defer file.Close()
	return votes.Read(path, io.Reader(file))
}

// voteStore opens the store for writing; it must exist.
func (a *app) voteStore(c *cobra.Command) (*store.Store, error) {
	if _, err := os.Stat(a.db); errors.Is(err, fs.ErrNotExist) {
		return nil, usage(fmt.Errorf("no store at %s; run a sweep first, or choose another with --db", a.db))
	}
	return a.openStore(c.Context())
}
