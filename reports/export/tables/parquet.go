package tables

import (
	"cmp"
	"io"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"runexp/reports/export"
)

// Parquet writes Apache Parquet, compressed with Snappy, which every reader knows. Columns
// are optional: a missing value is null, apart from NaN and from an empty text. Times are
// in microseconds, UTC.
type Parquet struct {
	// GroupRows is the number of rows in a group, which are held in memory until it is
	// written; 0 for as many as have a million values.
	GroupRows int
}

// Ending is parquet.
func (Parquet) Ending() string { return "parquet" }

// groupValues is the number of values in a group by default: some megabytes.
const groupValues = 1 << 20

func (f Parquet) open(w io.Writer, columns []export.Column) rows {
	r := &parquetRows{limit: cmp.Or(f.GroupRows, max(groupValues/len(columns), 1))}
	root := orderedGroup{Group: parquet.Group{}}
	for _, c := range columns {
		root.Group[c.Name] = parquet.Optional(nodeOf(c.Kind))
		root.order = append(root.order, c.Name)
	}
	r.writer = parquet.NewGenericWriter[any](w, parquet.NewSchema("runexp", root), parquet.Compression(&parquet.Snappy), parquet.PageBufferSize(1<<14))
	return r
}

// nodeOf returns the type of a column. One without values is of text.
func nodeOf(kind export.Kind) parquet.Node {
	switch kind {
	case export.Truth:
		return parquet.Leaf(parquet.BooleanType)
	case export.Integer:
		return parquet.Int(64)
	case export.Real:
		return parquet.Leaf(parquet.DoubleType)
	case export.Time:
		return parquet.Timestamp(parquet.Microsecond)
	}
	return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
}

// An orderedGroup has its fields in the order of the columns; a parquet.Group sorts them.
type orderedGroup struct {
	parquet.Group
	order []string
}

func (g orderedGroup) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range g.Group.Fields() {
		byName[f.Name()] = f
	}
	var fields []parquet.Field
	for _, name := range g.order {
		fields = append(fields, byName[name])
	}
	return fields
}

type parquetRows struct {
	writer  *parquet.GenericWriter[any]
	limit   int
	pending int
	row     parquet.Row // reused
}

func (r *parquetRows) write(row []any) error {
	r.row = r.row[:0]
	for i, value := range row {
		r.row = append(r.row, parquetValue(value).Level(0, present(value), i))
	}
	if _, err := r.writer.WriteRows([]parquet.Row{r.row}); err != nil {
		return err
	}
	if r.pending++; r.pending < r.limit {
		return nil
	}
	r.pending = 0
	return r.writer.Flush()
}

func (r *parquetRows) close() error { return r.writer.Close() }

// present is the definition level of an optional value.
func present(value any) int {
	if value == nil {
		return 0
	}
	return 1
}

func parquetValue(value any) parquet.Value {
	switch v := value.(type) {
	case bool:
		return parquet.BooleanValue(v)
	case int64:
		return parquet.Int64Value(v)
	case float64:
		return parquet.DoubleValue(v)
	case time.Time:
		return parquet.Int64Value(v.UnixMicro())
	case string:
		return parquet.ByteArrayValue([]byte(strings.ToValidUTF8(v, "\uFFFD")))
	}
	return parquet.NullValue()
}
