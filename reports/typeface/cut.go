package typeface

import (
	"sort"

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

// Shorten cuts text to n characters, the last of them an ellipsis.
func Shorten(text string, n int) string {
	if ends := characters(text); len(ends) > n {
		return text[:ends[max(0, n-2)]] + "…"
	}
	return text
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
