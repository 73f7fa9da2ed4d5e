package cmd

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/store"
	"runexp/internal/printable"
)

// queryCommand is `runexp query [SQL]`.
func (a *app) queryCommand() *cobra.Command {
	asCSV := false
	c := &cobra.Command{
		Use:   "query [SQL]",
		Short: "Print the result of an SQL query of the store",
		Long: `Print the result of one SQL query of the store, as a table, with --json as a list of objects, or
with --csv. Without a query, list the views and their columns, which stay the same in later
versions; tables may change. - reads the query from standard input.

Numbers have all their digits. Bytes, such as uids and pictures, are hexadecimal digits; the table
has the first 16 bytes. In JSON infinities are null; in CSV null is an empty field.

Reads the store (--db), also during a run, one row at a time, and writes nothing: whatever would
change the store or another file is refused. Ctrl-C ends a long query.

Exit codes: 0 printed; 2 for a mistake in the query, with its place, and for a missing store; 130
ended by Ctrl-C.

See also: runexp ls, runexp show`,
		Example: `  runexp query
  runexp query "select run, experiment, loss from run_list where star" --csv
  runexp query "select name, value from run_metrics where run = 12 and step = 0" --json`,
		RunE: func(c *cobra.Command, args []string) error {
			if asCSV && a.json {
				return usage(errors.New("--csv and --json: choose one"))
			}
			if len(args) == 0 {
				return a.listViews(c, asCSV)
			}
			statement := args[0]
			if statement == "-" {
				text, err := io.ReadAll(c.InOrStdin())
				if err != nil {
					return err
				}
				statement = string(text)
			}
			var to rowWriter = &tableWriter{w: a.stdout}
			switch {
			case a.json:
				to = &jsonWriter{w: rawWriter(a.stdout)}
			case asCSV:
				to = &csvWriter{w: csv.NewWriter(rawUnlessTerminal(a.stdout))}
			}
			return a.query(c, statement, to)
		},
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage(errors.New(`query takes one statement; put it in quotes, as in runexp query "select * from run_list"`))
		}
		return nil
	}
	c.Flags().BoolVar(&asCSV, "csv", false, "print comma-separated values, after a line of names")
	c.ValidArgsFunction = noCompletion
	return c
}

// errBroken ends a query whose result cannot be written.
var errBroken = errors.New("the output is closed")

func (a *app) query(c *cobra.Command, statement string, to rowWriter) error {
	s, err := a.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	err = s.Query(c.Context(), statement, func(columns []string, values []any) error {
		switch {
		case broken(a.stdout): // as by head; a result may have no end
			return errBroken
		case values == nil:
			return to.begin(distinctColumns(columns))
		}
		return to.row(values)
	})
	if errors.Is(err, errBroken) {
		return nil // main reports it, unless it is a closed pipe
	}
	var mistake *store.QueryError
	if errors.As(err, &mistake) {
		hint := a.viewNames(c)
		if current, err := s.Current(c.Context()); err == nil && !current {
			hint = fmt.Sprintf("%s was written by an older runexp and lacks some views and columns; any verb that writes, such as tag, brings it up to date\n%s", a.db, hint)
		}
		return usage(fmt.Errorf("%s%s\n%s", mistake.Problem, placeIn(statement, mistake.At), hint))
	}
	if err != nil { // a list without its end is no JSON, so that nobody takes it for all of it
		return err
	}
	return to.end()
}

// placeIn names a place in a text, and shows its line; "" for −1.
func placeIn(text string, at int) string {
	if at < 0 {
		return ""
	}
	before := text[:at]
	line := strings.Count(before, "\n") + 1
	before = before[strings.LastIndex(before, "\n")+1:]
	rest, _, _ := strings.Cut(text[at:], "\n")
	return fmt.Sprintf(" (line %d, character %d: %s)", line, len([]rune(before))+1, printable.Excerpt(rest))
}

// viewNames says which views there are.
func (a *app) viewNames(c *cobra.Command) string {
	var names []string
	if list, err := store.Schema(c.Context()); err == nil {
		for _, r := range list {
			if r.Kind == "view" {
				names = append(names, r.Name)
			}
		}
	}
	return fmt.Sprintf("the views are %s, and sweep_N for each sweep N; runexp query lists their columns", strings.Join(names, ", "))
}

// viewRow is a view as listed.
type viewRow struct {
	View    string      `json:"view"`
	Doc     string      `json:"doc"`
	Columns []columnRow `json:"columns"`
}

type columnRow struct {
	Name string `json:"name"`
	Doc  string `json:"doc,omitempty"`
}

// listViews prints the views that every store has; it needs none.
func (a *app) listViews(c *cobra.Command, asCSV bool) error {
	if asCSV {
		return usage(errors.New(`--csv needs a query, as in runexp query "select * from run_list" --csv`))
	}
	list, err := store.Schema(c.Context())
	if err != nil {
		return err
	}
	var views []viewRow
	for _, r := range list {
		if r.Kind != "view" {
			continue
		}
		view := viewRow{View: r.Name, Doc: r.Doc}
		for _, column := range r.Columns {
			view.Columns = append(view.Columns, columnRow{column.Name, column.Doc})
		}
		views = append(views, view)
	}
	if a.json {
		return printJSON(a.stdout, views)
	}
	for _, v := range views {
		fmt.Fprintf(a.stdout, "%s: %s\n", v.View, v.Doc)
		for _, column := range v.Columns {
			fmt.Fprintf(a.stdout, "  %-14s%s\n", column.Name, column.Doc)
		}
		fmt.Fprintln(a.stdout)
	}
	fmt.Fprintln(a.stdout, "sweep_N: One row for each trial of sweep N, with a column for each setting and metric.")
	return nil
}

// distinctColumns numbers the columns of one name: run, run_2.
func distinctColumns(columns []string) []string {
	var names []string
	for _, name := range columns {
		distinct := name
		for n := 2; slices.Contains(names, distinct); n++ {
			distinct = fmt.Sprintf("%s_%d", name, n)
		}
		names = append(names, distinct)
	}
	return names
}

// A rowWriter writes a result row by row.
type rowWriter interface {
	begin(columns []string) error
	row(values []any) error
	end() error
}

// A tableWriter writes a table. The first rows decide the widths of its columns.
type tableWriter struct {
	w      io.Writer
	header []string
	rows   [][]string
	widths []int
}

// Of a longer result the rows after the first ones are not aligned anew.
const (
	alignedRows  = 1000
	excerptBytes = 16
)

func (t *tableWriter) begin(columns []string) error {
	t.header = columns
	return nil
}

func (t *tableWriter) row(values []any) error {
	t.rows = append(t.rows, mapRows(values, tableCell))
	if len(t.rows) < alignedRows {
		return nil
	}
	return t.end()
}

// end writes the rows that are kept.
func (t *tableWriter) end() error {
	if t.header == nil && len(t.rows) == 0 {
		return nil
	}
	err := alignedTable(t.w, t.header, t.rows, &t.widths)
	t.header, t.rows = nil, nil
	return err
}

func tableCell(v any) string {
	bytes, is := v.([]byte)
	if !is || len(bytes) <= excerptBytes {
		return plainCell(v)
	}
	return fmt.Sprintf("%x… (%d bytes)", bytes[:excerptBytes], len(bytes))
}

// plainCell is a value as text, all of it.
func plainCell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []byte:
		return hex.EncodeToString(v)
	case float64:
		switch {
		case math.IsInf(v, 1): // as in exports
			return "inf"
		case math.IsInf(v, -1):
			return "-inf"
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

// A csvWriter writes RFC 4180.
type csvWriter struct{ w *csv.Writer }

func (t *csvWriter) begin(columns []string) error { return t.w.Write(columns) }
func (t *csvWriter) row(values []any) error       { return t.w.Write(mapRows(values, plainCell)) }
func (t *csvWriter) end() error {
	t.w.Flush()
	return t.w.Error()
}

// A jsonWriter writes a list of objects whose keys are in the order of the columns.
type jsonWriter struct {
	w       io.Writer
	columns []string
	count   int
}

func (t *jsonWriter) begin(columns []string) error {
	t.columns = columns
	_, err := io.WriteString(t.w, "[")
	return err
}

func (t *jsonWriter) row(values []any) error {
	var b bytes.Buffer
	if t.count++; t.count > 1 {
		b.WriteByte(',')
	}
	b.WriteString("\n  {")
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		switch value := v.(type) {
		case float64:
			v = float(value)
		case []byte:
			v = hex.EncodeToString(value)
		}
		for j, part := range []any{t.columns[i], v} {
			text, err := json.Marshal(part)
			if err != nil {
				return err
			}
			if j == 1 {
				b.WriteString(": ")
			}
			b.Write(escaped(text))
		}
	}
	b.WriteByte('}')
	_, err := t.w.Write(b.Bytes())
	return err
}

func (t *jsonWriter) end() error {
	if t.columns == nil {
		return nil
	}
	closing := "\n]\n"
	if t.count == 0 {
		closing = "]\n"
	}
	_, err := io.WriteString(t.w, closing)
	return err
}
