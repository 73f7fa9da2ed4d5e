package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/internal/printable"
)

// starCommand is `runexp star RUN…`.
func (a *app) starCommand() *cobra.Command {
	f := &markFlags{app: a}
	off := false
	c := &cobra.Command{
		Use:   "star RUN…",
		Short: "Give runs a star, or take it away",
		Long: `Give runs a star, or with --off take it away. A RUN is a number, a range of numbers, the first
digits of a uid, "last", or an experiment, which stands for all its runs; --where leaves only those
for which a filter is true. runexp ls --where star lists the starred ones.

Reads and writes the store (--db). --json prints a list of objects.

Exit codes: 0 done; 2 for an unknown run.

See also: runexp tag, runexp note, runexp ls`,
		Example: `  runexp star 12
  runexp star layers --off`,
		RunE: func(c *cobra.Command, refs []string) error {
			star := !off
			return f.markRuns(c, refs, store.MarksChange{Star: &star}, map[bool]string{true: "starred", false: "took the star from"}[star])
		},
	}
	f.flags(c)
	c.Flags().BoolVar(&off, "off", false, "take the star away")
	return c
}

// markRuns changes the marks of runs and says so.
func (f *markFlags) markRuns(c *cobra.Command, refs []string, change store.MarksChange, what string) error {
	s, err := f.changeStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	runs, err := f.named(c, s, refs, false)
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		return f.noRunsNamed()
	}
	if err := f.change(c.Context(), s, runs, change); err != nil || f.json {
		return err
	}
	fmt.Fprintf(f.stdout, "%s %s\n", what, plural(runs))
	return nil
}

// tagCommand is `runexp tag [RUN…]`.
func (a *app) tagCommand() *cobra.Command {
	f := &markFlags{app: a}
	var add, remove []string
	c := &cobra.Command{
		Use:   "tag [RUN…]",
		Short: "Add tags to runs or remove them, or list the tags",
		Long: `Add tags to runs with --add, or remove them with --remove. Without either, list the tags of the
runs; without a run all tags of the store, and how many runs have each. A tag is a word of up to 64
characters without spaces and commas; runexp ls --where "tag = good" lists the runs that have it.

A RUN is a number, a range of numbers, the first digits of a uid, "last", or an experiment, which
stands for all its runs; --where leaves only those for which a filter is true.

Reads the store (--db), and writes it with --add or --remove: all of the runs or none. --json prints
a list of objects.

Exit codes: 0 done; 2 for an unknown run, or a tag that is not valid.

See also: runexp star, runexp note, runexp ls`,
		Example: `  runexp tag 3-7 --add good
  runexp tag 12 --add for-paper,blue --remove good
  runexp tag`,
		RunE: func(c *cobra.Command, refs []string) error {
			for _, tag := range add {
				if err := store.CheckTag(tag); err != nil {
					return usage(err)
				}
			}
			switch {
			case len(add)+len(remove) > 0:
				if len(refs) == 0 && f.where.text == "" {
					return usage(fmt.Errorf("name the runs to tag, as in runexp tag 3-7 --add good"))
				}
				return f.markRuns(c, refs, store.MarksChange{AddTags: add, DelTags: remove}, "tagged")
			case len(refs) == 0 && f.where.text == "":
				return a.listTags(c)
			}
			return f.listMarks(c, refs)
		},
	}
	f.flags(c)
	c.Args = cobra.ArbitraryArgs
	c.Flags().StringSliceVar(&add, "add", nil, "tags to add, separated by commas")
	c.Flags().StringSliceVar(&remove, "remove", nil, "tags to remove, separated by commas")
	completeFlag(c, "add", a.tags)
	completeFlag(c, "remove", a.tags)
	return c
}

// tagRow is a tag as listed.
type tagRow struct {
	Tag  string `json:"tag"`
	Runs int    `json:"runs"`
}

func (a *app) listTags(c *cobra.Command) error {
	s, err := a.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	tags, err := s.Tags(c.Context())
	if err != nil {
		return err
	}
	if a.json {
		return printJSON(a.stdout, mapRows(tags, func(t store.TagCount) tagRow { return tagRow(t) }))
	}
	return table(a.stdout, []string{"TAG", "RUNS"}, mapRows(tags, func(t store.TagCount) []string { return []string{t.Tag, fmt.Sprint(t.Runs)} }))
}

// listMarks prints the marks of runs.
func (f *markFlags) listMarks(c *cobra.Command, refs []string) error {
	s, err := f.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	runs, err := f.named(c, s, refs, false)
	if err != nil {
		return err
	}
	if f.json {
		return f.printMarks(c.Context(), s, runs)
	}
	marks, err := s.Marks(c.Context())
	if err != nil {
		return err
	}
	return table(f.stdout, []string{"RUN", "TAGS"}, mapRows(runs, func(r store.RunSummary) []string {
		return []string{fmt.Sprint(r.Number), strings.Join(marks[r.Number].Tags, " ")}
	}))
}

// noteCommand is `runexp note RUN [TEXT]`.
func (a *app) noteCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "note RUN [TEXT]",
		Short: "Write a note about a run, or print it",
		Long: `Write a note about a run, in the place of an earlier one, or without a text print it. - reads the
text from standard input; '' removes the note. A note has at most 64 KiB. RUN is a number, at least
the first four digits of a uid, or "last". runexp ls --where "note ~ word" finds notes.

Reads the store (--db), and writes it if there is a text. --json prints a list of one object.

Exit codes: 0 done; 2 for an unknown run, or a note that is too long or not UTF-8.

See also: runexp tag, runexp star, runexp show`,
		Example: `  runexp note 12 "the sky is too loud"
  runexp note last`,
		ValidArgsFunction: firstArg(a.runs),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > 2 {
				return usage(fmt.Errorf(`note takes a run, and a text in quotes, as in runexp note 12 "too loud"; see runexp note --help`))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.printNote(c, args[0])
			}
			text := args[1]
			if text == "-" {
				all, err := io.ReadAll(c.InOrStdin())
				if err != nil {
					return err
				}
				text = strings.TrimSuffix(string(all), "\n")
			}
			if err := store.CheckNote(text); err != nil {
				return usage(err)
			}
			return a.writeNote(c, args[0], text)
		},
	}
}

func (a *app) printNote(c *cobra.Command, ref string) error {
	s, err := a.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	run, err := a.findRun(c, s, ref)
	if err != nil {
		return err
	}
	if a.json {
		return (&markFlags{app: a}).printMarks(c.Context(), s, []store.RunSummary{run.RunSummary})
	}
	marks, err := s.Marks(c.Context(), run.Number)
	if note := marks[run.Number].Note; err == nil && note != "" {
		fmt.Fprintln(a.stdout, note)
	}
	return err
}

func (a *app) writeNote(c *cobra.Command, ref, text string) error {
	s, err := a.changeStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	run, err := a.findRun(c, s, ref)
	if err != nil {
		return err
	}
	f := &markFlags{app: a}
	if err := f.change(c.Context(), s, []store.RunSummary{run.RunSummary}, store.MarksChange{Note: &text}); err != nil || a.json {
		return err
	}
	if text == "" {
		fmt.Fprintf(a.stdout, "removed the note of run %d\n", run.Number)
		return nil
	}
	fmt.Fprintf(a.stdout, "wrote a note of %s about run %d\n", sizes.Count(len([]rune(printable.Text(text))), "character"), run.Number)
	return nil
}
