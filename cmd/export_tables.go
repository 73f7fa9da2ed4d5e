package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"runexp/reports/export"
	"runexp/reports/export/folder"
	"runexp/reports/export/tables"
)

// exportCSV is `runexp export csv`.
func (a *app) exportCSV(where *whereFlag) *cobra.Command {
	to := exportFolder{format: "csv", where: where}
	var format tables.CSV
	c := &cobra.Command{
		Use:   "csv [RUN…|EXPERIMENT…]",
		Short: "Write runs as tables in CSV",
		Long: `Write runs as tables in CSV, UTF-8 with a header each:

  runs.csv         a row for each run: status, times, star, tags, note, settings as params.PATH,
                   and of each metric the score or else the last value as metrics.NAME
  metrics.csv      a row for each value: run, uid, name, step, value
  metric_info.csv  a row for each name: unit, direction (whether lower is better), scorer, meaning
  scores.csv       a row for each score: run, uid, scorer, name, value
  events.csv       a row for each event: run, uid, at, kind, step, data
  sweep_N.csv      a row for each trial of sweep N, as the store's view of that name

` + selectionHelp + `

CSV has no types: an empty cell is a missing value or an empty text, and 1 a number or a text;
runexp export parquet keeps them apart. Lists are JSON. Numbers have all their digits, and those
that are not finite are NaN, inf and -inf; in sweep_N they are missing, as in the view. Where
the store has several scorers of a metric, whose numbers do not compare, each has a column, with
the first 8 digits of the scorer's hash behind the name; names in metrics.csv too. Pictures are not
exported.

A spreadsheet runs texts that begin with = + - or @ as formulas, and names in a store may come from
others. Texts are written as they are, for programs, and a warning counts such texts;
--spreadsheet puts ' in front of them.

Reads the store (--db), also during runs. Writes OUT/export/csv, or the folder that -o names. An
earlier export there is replaced; a folder with other files is not touched. Prints the paths.

Exit codes: 0 written; 1 if the disk is full or fails; 2 for an unknown run or experiment, and for
a folder that cannot be written or has other files.

See also: runexp export parquet, runexp export, runexp report, runexp ls`,
		Example: `  runexp export csv
  runexp export csv layers -o numbers
  runexp export csv 3-7 12 --spreadsheet`,
		ValidArgsFunction: a.runsAndExperiments,
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.exportTables(c, args, &to, &format); err != nil {
				return err
			}
			if n := format.Formulas; n > 0 && !format.Spreadsheet {
				fmt.Fprintf(a.stderr, "texts that begin with = + - or @: %d; a spreadsheet runs them as formulas, which --spreadsheet prevents\n", n)
			}
			return nil
		},
	}
	to.flags(c)
	c.Flags().BoolVar(&format.Spreadsheet, "spreadsheet", false, "put ' in front of texts that a spreadsheet would run as formulas")
	return c
}

// exportParquet is `runexp export parquet`.
func (a *app) exportParquet(where *whereFlag) *cobra.Command {
	to := exportFolder{format: "parquet", where: where}
	c := &cobra.Command{
		Use:   "parquet [RUN…|EXPERIMENT…]",
		Short: "Write runs as tables in Parquet",
		Long: `Write runs as tables in Apache Parquet, for pandas, Polars, DuckDB, Spark or R: runs, metrics,
metric_info, scores, events and sweep_N, the tables of runexp export csv, with types.

A column of settings is of whole numbers, numbers, true and false, or text, whichever holds all its
values; lists are JSON. Missing values are null, apart from NaN, and infinities are themselves.
Times are in microseconds, UTC. Pictures are not exported.

` + selectionHelp + `

Reads the store (--db), also during runs. Writes OUT/export/parquet, or the folder that -o names. An
earlier export there is replaced; a folder with other files is not touched. Prints the paths.

Exit codes: 0 written; 1 if the disk is full or fails; 2 for an unknown run or experiment, and for
a folder that cannot be written or has other files.

See also: runexp export csv, runexp export, runexp report, runexp ls`,
		Example: `  runexp export parquet
  runexp export parquet layers -o numbers`,
		ValidArgsFunction: a.runsAndExperiments,
		RunE: func(c *cobra.Command, args []string) error {
			return a.exportTables(c, args, &to, tables.Parquet{})
		},
	}
	to.flags(c)
	return c
}

// selectionHelp says what the arguments of export select.
const selectionHelp = `A RUN is a number, the first digits of a uid, or "last"; a range of numbers (3-7) or an EXPERIMENT
is all its runs, whatever their status. Without arguments all runs of the store are written.`

func (a *app) exportTables(c *cobra.Command, refs []string, to *exportFolder, format tables.Format) error {
	done, err := to.write(a, c, refs, func(ctx context.Context, s *export.Selection, f *folder.Folder) error {
		return tables.Write(ctx, s, f, format)
	})
	if err != nil {
		return err
	}
	if a.json {
		return printJSON(a.stdout, done)
	}
	for _, path := range done.Files {
		fmt.Fprintln(a.stdout, path)
	}
	return nil
}
