package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"runexp/reports/export"
	"runexp/reports/export/folder"
	"runexp/reports/export/tensorboard"
)

// exportTensorBoard is `runexp export tensorboard`.
func (a *app) exportTensorBoard(where *whereFlag) *cobra.Command {
	to := exportFolder{format: "tensorboard", where: where}
	c := &cobra.Command{
		Use:   "tensorboard [RUN…|EXPERIMENT…]",
		Short: "Write runs as event files of TensorBoard",
		Long: `Write runs as event files of TensorBoard, one for each run in a folder EXPERIMENT/run-NUMBER-UID:
losses, metrics and scores as scalars, pictures as images, and all settings for its HParams page.
tensorboard --logdir FOLDER shows them.

` + selectionHelp + `

TensorBoard holds less than the store. Scalars are float32: about 7 digits, and numbers beyond
3.4e38 become infinite. NaN and infinities are kept. A list among the settings is its JSON, and a
setting that has values of different types is text. The store has no time for each value: a
step's time is the start of the run plus the seconds of the iterations before. A pruned run counts
as a success on the HParams page, and a killed or lost one as a failure. Where the store
has several scorers of a metric, each has a name, with the first 8 digits of the scorer's hash.
Tags, notes, stars and events are not exported.

Reads the store (--db), also during runs. Writes OUT/export/tensorboard, or the folder that -o
names. An earlier export there is replaced; a folder with other files is not touched. Prints the
folder.

Exit codes: 0 written, without pictures that are damaged; 1 if the disk is full or fails; 2 for an
unknown run or experiment, and for a folder that cannot be written or has other files.

See also: runexp export, runexp export mlflow, runexp plot, runexp strip`,
		Example: `  runexp export tensorboard
  runexp export tensorboard layers -o logs`,
		ValidArgsFunction: a.runsAndExperiments,
		RunE: func(c *cobra.Command, args []string) error {
			var problems []string
			done, err := to.write(a, c, args, func(ctx context.Context, s *export.Selection, f *folder.Folder) (err error) {
				problems, err = tensorboard.Write(ctx, s, f)
				return err
			})
			if err != nil {
				return err
			}
			for _, problem := range problems {
				fmt.Fprintln(a.stderr, problem)
			}
			if a.json {
				return printJSON(a.stdout, done)
			}
			_, err = fmt.Fprintln(a.stdout, done.Folder)
			return err
		},
	}
	to.flags(c)
	return c
}
