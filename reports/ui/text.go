package ui

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"path/filepath"
	"strings"
	"time"

	"runexp/framework/store"
	"runexp/internal/flow"
	"runexp/internal/printable"
	"runexp/reports/grid"
)

// functions are those of the templates.
func functions() template.FuncMap {
	return template.FuncMap{
		"text": printable.Text, "lines": printable.Lines, "number": number, "when": when, "duration": duration,
		"thumb": func(hash string) string { return "/thumb/" + hash },
		"blob":  func(hash string) string { return "/blob/" + hash },
		"cell":  cell, "isNumber": numeric, "join": strings.Join, "size": size, "base": base, "setting": setting,
		"metric": func(name string) string { return printable.Text(grid.FieldOf(name)) },
		"status": func(s store.Status) string { return string(s) },
	}
}

// number writes a number in four digits.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "not a number"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	case v == math.Trunc(v) && math.Abs(v) < 1e9:
		return strings.Replace(fmt.Sprintf("%.0f", v), "-", "−", 1)
	}
	return strings.Replace(fmt.Sprintf("%.4g", v), "-", "−", 1)
}

// when writes a time in the zone of the machine that serves it.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

// duration writes a time in seconds, minutes or hours.
func duration(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

// size writes a number of bytes.
func size(bytes int64) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%.0f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
}

// cell writes a value of a listing.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return number(v)
	case time.Time:
		return when(v)
	case time.Duration:
		return duration(v)
	}
	return printable.Text(fmt.Sprint(v))
}

func numeric(v any) bool {
	switch v.(type) {
	case float64, int64, time.Duration:
		return true
	}
	return false
}

// base is the file name of a path to an image, and any other text as it is.
func base(text string) string {
	text = printable.Text(text)
	if strings.Contains(text, " ") || strings.HasSuffix(text, "/") || filepath.Ext(text) == "" {
		return text
	}
	return text[strings.LastIndex(text, "/")+1:]
}

// setting writes the JSON of a setting, a text without its quotes.
func setting(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return printable.Text(text)
	}
	return printable.Text(flow.Text(value))
}
