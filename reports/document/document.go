// Package document is a report before layout. html and markdown both render it, so
// that the two have the same content.
package document

import "strings"

// A Document is a report.
type Document struct {
	Title    string
	Lead     []string // short lines below the title
	Sections []Section
}

// A Section is a part with a heading.
type Section struct {
	ID, Title string // ID is unique and made of a-z, 0-9 and hyphens
	// Folded says what the section has if a page shows it on request only; "" for one that is open.
	Folded string
	Blocks []Block
}

// A Block is one of these.
type Block struct {
	Headline  string // a sentence that is read first
	Paragraph string
	Note      string // a paragraph that qualifies what is above it
	Quote     string
	List      []Item
	Table     *Table
	Figure    *Figure
	Grid      *Grid
	Code      *Code
}

// An Item of a list is a sentence and its evidence.
type Item struct{ Text, Evidence string }

// A Table has as many cells in each row as its header.
type Table struct {
	Caption string
	Header  []string
	Rows    [][]string
}

// A Figure is a picture in one or several formats.
type Figure struct {
	Alt, Caption string
	Wide         bool   // it is not to be shrunk to the width of a page
	Files        []File // written beside the report; Markdown shows the first
	Shown        File   // what HTML embeds
	Dark         *File  // the same for a dark page; nil: Shown is drawn dark on white, and is inverted there
}

// A File is a picture's name and content.
type File struct {
	Name, MIME string
	Data       []byte
}

// A Code is text to be copied as it is.
type Code struct{ Title, Text string }

// Figures returns all figures in order, also those that only a format without scripts shows.
func (d Document) Figures() []*Figure {
	var list []*Figure
	for _, s := range d.Sections {
		list = append(list, figures(s.Blocks)...)
	}
	return list
}

func figures(blocks []Block) []*Figure {
	var list []*Figure
	for _, b := range blocks {
		if b.Figure != nil {
			list = append(list, b.Figure)
		}
		if b.Grid != nil {
			list = append(list, figures(b.Grid.Instead)...)
		}
	}
	return list
}

// Numeric reports of each column whether it holds numbers, or nothing, only.
func (t Table) Numeric() []bool {
	numeric := make([]bool, len(t.Header))
	for i := range numeric {
		numeric[i] = len(t.Rows) > 0
		for _, row := range t.Rows {
			if !number(row[i]) {
				numeric[i] = false
			}
		}
	}
	return numeric
}

// number reports whether a cell is a number, with or without its interval, an interval, or nothing.
func number(cell string) bool {
	if cell == Nothing {
		return true
	}
	cell = strings.ReplaceAll(cell, " to ", "")
	return strings.Trim(cell, "0123456789.,+-−e%×<[] ") == ""
}

// Nothing is the text of a cell without a value.
const Nothing = "–"
