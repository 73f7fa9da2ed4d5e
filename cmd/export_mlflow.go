package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"runexp/reports/export/mlflow"
)

// exportMLflow is `runexp export mlflow`.
func (a *app) exportMLflow(where *whereFlag) *cobra.Command {
	var address, prefix string
	c := &cobra.Command{
		Use:   "mlflow [RUN…|EXPERIMENT…]",
		Short: "Write runs to an MLflow server",
		Long: `Write runs to an MLflow tracking server, by its REST interface: settings as params, losses, metrics
and scores as metrics, and pictures and the config as artifacts if the server takes them
(mlflow server --serve-artifacts, its default). A note is the run's description; status, star, tags
and environment are tags that begin with runexp. Each experiment has the name it has here. Events
are not exported.

A run that is on the server already, by the tag runexp.uid, is completed or left alone: the same
command goes on where it was stopped, and adds what is new. That is so in whichever experiment it
is: with another --experiment-prefix a run is not copied. A run that was deleted on the server is
written again.

` + selectionHelp + `

MLflow holds less than the store. Infinities become ±1.8e308; NaN is kept. The store has no time
for each value: a step's time is the start of the run plus the seconds of the iterations before.
Params are text of at most 6000 characters, and a longer one ends in …; names are of letters,
digits and _ - . / and spaces, with other characters as _ and a digest at the end. A pruned run is
FINISHED and a lost one FAILED; the tag runexp.status has the status. Where the store has several
scorers of a metric, each has a name, with the first 8 digits of the scorer's hash at its end.

MLFLOW_TRACKING_URI is the default of --url. The server is told MLFLOW_TRACKING_USERNAME and
MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, as MLflow's own client does. Nothing is sent
anywhere else.

Reads the store (--db), also during runs. Writes to the server only. --json prints counts.

Exit codes: 0 all runs are on the server; 1 if the server fails or does not answer; 2 for an
unknown run or experiment, for an address that is not of an MLflow server, and if it refuses access.

See also: runexp export, runexp export tensorboard, runexp ls`,
		Example: `  runexp export mlflow --url http://127.0.0.1:5000
  runexp export mlflow layers --url https://mlflow.example.org --experiment-prefix style/`,
		ValidArgsFunction: a.runsAndExperiments,
		RunE: func(c *cobra.Command, args []string) error {
			address := cmp.Or(address, os.Getenv("MLFLOW_TRACKING_URI"))
			if address == "" {
				return usage(errors.New("name the server with --url, such as --url http://127.0.0.1:5000, or in MLFLOW_TRACKING_URI"))
			}
			to, err := mlflow.NewServer(address, mlflow.Credentials{
				Username: os.Getenv("MLFLOW_TRACKING_USERNAME"), Password: os.Getenv("MLFLOW_TRACKING_PASSWORD"), Token: os.Getenv("MLFLOW_TRACKING_TOKEN"),
			})
			if err != nil {
				return usage(fmt.Errorf("--url: %w", err))
			}
			return a.exportToServer(c, args, where, to, prefix)
		},
	}
	c.Flags().StringVar(&address, "url", "", "address of the server (default: MLFLOW_TRACKING_URI)")
	c.Flags().StringVar(&prefix, "experiment-prefix", "", "put in front of the names of experiments")
	completeFlag(c, "url", noCompletion)
	completeFlag(c, "experiment-prefix", noCompletion)
	return c
}

// sent is what export mlflow --json prints.
type sent struct {
	Format    string   `json:"format"`
	Runs      int      `json:"runs"`
	Created   int      `json:"created"`
	Completed int      `json:"completed"`
	Unchanged int      `json:"unchanged"`
	Problems  []string `json:"problems"`
}

func (a *app) exportToServer(c *cobra.Command, refs []string, where *whereFlag, to *mlflow.Server, prefix string) error {
	s, err := a.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	selection, err := a.exportSelection(c, s, refs, where)
	if err != nil {
		return err
	}
	progress := newWorkProgress(a.stderr, false)
	selection.Progress = func(part string, done, of int) { progress.update("export: %s, run %d of %d", part, done+1, of) }
	report, err := mlflow.Write(c.Context(), selection, to, prefix)
	progress.done()
	for _, problem := range report.Problems {
		fmt.Fprintln(a.stderr, problem)
	}
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return err
		}
		err = fmt.Errorf("%w; %d of %d runs are complete on the server, and the same command goes on", err, report.Created+report.Completed+report.Unchanged, len(selection.Runs))
		if mlflow.Refused(err) {
			return usage(err)
		}
		return err
	}
	if a.json {
		return printJSON(a.stdout, sent{"mlflow", len(selection.Runs), report.Created, report.Completed, report.Unchanged, report.Problems})
	}
	_, err = fmt.Fprintf(a.stdout, "%d runs: %d new, %d completed, %d unchanged\n", len(selection.Runs), report.Created, report.Completed, report.Unchanged)
	return err
}
