package tables

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"runexp/reports/export"
)

// CSV writes RFC 4180's form with a header, in UTF-8 and with the line ends of Unix. A
// missing value is an empty cell, as is an empty text; numbers that are not finite are
// NaN, inf and -inf; times are in UTC.
type CSV struct {
	// Spreadsheet puts ' in front of texts that a spreadsheet would run as formulas. It
	// changes them, so programs do not read what is stored.
	Spreadsheet bool
	// Formulas counts the texts that begin like a formula.
	Formulas int
}

// Ending is csv.
func (*CSV) Ending() string { return "csv" }

func (f *CSV) open(w io.Writer, columns []export.Column) rows {
	r := csvRows{f, csv.NewWriter(w), make([]string, len(columns))}
	for i, c := range columns {
		r.cells[i] = r.format.text(c.Name)
	}
	_ = r.csv.Write(r.cells) // close returns its error
	return r
}

type csvRows struct {
	format *CSV
	csv    *csv.Writer
	cells  []string // of one row, reused
}

func (r csvRows) write(row []any) error {
	for i, value := range row {
		if text, is := value.(string); is {
			r.cells[i] = r.format.text(text)
		} else {
			r.cells[i] = plain(value)
		}
	}
	return r.csv.Write(r.cells)
}

func (r csvRows) close() error {
	r.csv.Flush()
	return r.csv.Error()
}

// text returns a text as it stands in a cell. The characters are OWASP's.
func (f *CSV) text(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return s
	}
	f.Formulas++
	if f.Spreadsheet {
		return "'" + s
	}
	return s
}

// plain returns a value as text that reads back as the same value.
func plain(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		switch {
		case math.IsInf(v, 1):
			return "inf"
		case math.IsInf(v, -1):
			return "-inf"
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.000000Z")
	}
	return ""
}
