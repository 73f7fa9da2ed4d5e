package typeface

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/go-text/typesetting/segmenter"
)

// Cut returns the longest beginning of text, with an ellipsis, that fits, at least
// one character of it. It cuts between what a reader takes for characters, never
// between a letter and its accent or inside an emoji. fits is true of short texts.
func Cut(text string, fits func(string) bool) string {
	ends := characters(text)
	if len(ends) < 2 {
		return text
	}
	n := sort.Search(len(ends)-1, func(i int) bool { return !fits(text[:ends[i]] + "…") })
	return text[:ends[max(0, n-1)]] + "…"
}

// Wrap breaks text at spaces into at most so many lines, at least 1, that fit. A
// word that does not fit is cut, and the last line ends in an ellipsis if there is
// more text. whole reports whether nothing was left out.
func Wrap(text string, most int, fits func(string) bool) (lines []string, whole bool) {
	whole = true
	for word := range strings.FieldsSeq(text) {
		if !fits(word) {
			word, whole = Cut(word, fits), false
		}
		if n := len(lines); n > 0 && fits(lines[n-1]+" "+word) {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	if len(lines) <= most {
		return lines, whole
	}
	last := strings.TrimSuffix(lines[most-1], "…")
	if fits(last + "…") {
		last += "…"
	} else {
		last = Cut(last, fits)
	}
	return append(lines[:most-1], last), false
}

// Shorten cuts text to n characters, at least 3, with an ellipsis for its middle.
func Shorten(text string, n int) string {
	ends := characters(text)
	if len(ends) <= n {
		return text
	}
	left := n / 2
	right := n - 1 - left
	return text[:ends[left-1]] + "…" + text[ends[len(ends)-right-1]:]
}

// ShortenAll cuts texts to n characters, at least 8, and numbers those that differ
// only in what was cut, so that different texts stay different.
func ShortenAll(texts []string, n int) []string {
	short := make([]string, len(texts))
	groups := map[string][]string{} // the different texts that are cut alike
	for i, text := range texts {
		short[i] = Shorten(text, n)
		if !slices.Contains(groups[short[i]], text) {
			groups[short[i]] = append(groups[short[i]], text)
		}
	}
	for i, text := range texts {
		if group := groups[short[i]]; len(group) > 1 {
			number := fmt.Sprintf(" (%d)", slices.Index(group, text)+1)
			short[i] = Shorten(text, n-len(number)) + number
		}
	}
	return short
}

// characters returns the ends of text's characters, in bytes.
func characters(text string) []int {
	var s segmenter.Segmenter
	s.Init([]rune(text))
	var ends []int
	at := 0
	for iter := s.GraphemeIterator(); iter.Next(); {
		at += len(string(iter.Grapheme().Text))
		ends = append(ends, at)
	}
	return ends
}
