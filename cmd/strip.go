package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"runexp/experiments/trial"
	"runexp/framework/store"
	"runexp/reports"
	"runexp/reports/sheet"
)

// defaultPictures is the default of --pictures.
const defaultPictures = 6

// stripCommand is `runexp strip RUN`.
func (a *app) stripCommand() *cobra.Command {
	target := figureFile{formats: []string{"png"}}
	var pictures, height int
	c := &cobra.Command{
		Use:   "strip RUN",
		Short: "Put a run's pictures side by side, from content to result",
		Long: `Put a run's pictures side by side, from content to result: the content and style images if the
store has them, intermediate pictures, the last one of each stage, and the result, each with its
step, total loss and size. Losses at different sizes are not comparable.

RUN is a number, the first digits of a uid, or "last". A run stores a picture every N iterations
if its config has output: {every: N}, otherwise only at the end of each stage. If there are more
than --pictures, an even selection is shown that includes the first and the last.

Reads the store (--db), also during the run. Writes one PNG file, OUT/strips/run-NUMBER.png
unless -o names another, replacing an existing one, and prints its path.

Exit codes: 0 written; 1 if the disk is full or fails; 2 for an unknown run or one without
pictures, and for a file that cannot be written.

See also: runexp show, runexp plot, runexp ls`,
		Example: `  runexp strip last
  runexp strip 12 --pictures 10 --height 120 -o strip.png
  runexp -c configs/d2l.yaml output.every=50    # store intermediate pictures`,
		ValidArgsFunction: firstArg(a.runs),
		Args:              exactArgs(1, "one run"),
		RunE: func(c *cobra.Command, args []string) error {
			if pictures < 1 || pictures > 100 {
				return usage(fmt.Errorf("--pictures %d: give 1 to 100", pictures))
			}
			if height < sheet.Least || height > sheet.Largest {
				return usage(fmt.Errorf("--height %d: give %d to %d pixels", height, sheet.Least, sheet.Largest))
			}
			if err := target.check(); err != nil {
				return usage(err)
			}
			return a.strip(c, args, pictures, height, &target)
		},
	}
	c.Flags().IntVar(&pictures, "pictures", defaultPictures, "maximum number of the run's pictures")
	c.Flags().IntVar(&height, "height", sheet.Usual, "height of every picture in pixels")
	target.flags(c, "strips")
	return c
}

func (a *app) strip(c *cobra.Command, refs []string, pictures, height int, target *figureFile) error {
	s, err := a.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	runs, err := a.findRuns(c, s, refs)
	if err != nil {
		return err
	}
	if err := a.noteDeleted(c, s, runs); err != nil {
		return err
	}
	frames, err := reports.Strip(c.Context(), s, runs[0].Number, pictures)
	if errors.Is(err, reports.ErrNoPictures) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	name, numbers := runsName(runs)
	path, err := target.path(name)
	if err != nil {
		return figureError(err)
	}
	if err := frames.Save(path, height); err != nil {
		return figureError(err)
	}
	a.printProblems(frames)
	return target.printPath(a, path, numbers)
}

// printProblems reports the damaged pictures of a strip.
func (a *app) printProblems(frames sheet.Strip) {
	for _, f := range frames {
		if f.Problem != "" {
			fmt.Fprintln(a.stderr, f.Problem)
		}
	}
}

// writeStrip writes the strip of a run that stored intermediate pictures into its
// folder, and returns its path; "" if there are none.
func writeStrip(ctx context.Context, s *store.Store, o trial.Outcome) (string, error) {
	run := o.Run.Number
	kept, err := reports.HasIntermediate(ctx, s, run)
	if err != nil || !kept {
		return "", err
	}
	frames, err := reports.Strip(ctx, s, run, defaultPictures)
	if err != nil {
		return "", err
	}
	path := filepath.Join(o.Folder, "strip.png")
	return path, frames.Save(path, sheet.Usual)
}
