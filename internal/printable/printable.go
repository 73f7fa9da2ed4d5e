// Package printable makes text of files and stores safe for a terminal, a log or a
// page: it cannot move the cursor, set a title, reverse its line, or fill the screen.
package printable

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// excerptLength is how much of a text a message quotes, in characters: most of a
// terminal line.
const excerptLength = 60

// Text returns s with non-printing characters escaped as in Go: ESC becomes \x1b, a
// line break \n, a right-to-left override \u202e, a byte that is not UTF-8 \xff.
// Letters, marks, symbols and spaces of any script stay.
func Text(s string) string {
	if !strings.ContainsFunc(s, hidden) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			const hex = "0123456789abcdef"
			b.WriteString(`\x`)
			b.WriteByte(hex[s[0]>>4])
			b.WriteByte(hex[s[0]&15])
		case hidden(r):
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return b.String()
}

// Lines is Text for a text of several lines: line breaks and tabs stay too.
func Lines(s string) string {
	var b strings.Builder
	for s != "" {
		end := strings.IndexAny(s, "\n\t")
		if end < 0 {
			end = len(s)
		}
		b.WriteString(Text(s[:end]))
		if end < len(s) {
			b.WriteByte(s[end])
			end++
		}
		s = s[end:]
	}
	return b.String()
}

// Excerpt returns at most the first 60 characters of Text(s), with an ellipsis if more
// were left out. It reads no more of s than that.
func Excerpt(s string) string {
	end, count := 0, 0
	for end < len(s) && count < excerptLength {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
		count++
	}
	text := Text(s[:end])
	cut := end < len(s)
	if utf8.RuneCountInString(text) > excerptLength { // escapes are longer than the original
		text, cut = string([]rune(text)[:excerptLength]), true
	}
	if cut {
		text += "…"
	}
	return text
}

// hidden reports whether r does not print. Spaces, combining marks, and the joiners that
// scripts and emoji need do.
func hidden(r rune) bool {
	switch {
	case r == ' ' || r == '\u200c' || r == '\u200d' || r == utf8.RuneError:
		return false
	case unicode.Is(unicode.Zs, r): // spaces of other widths
		return false
	}
	return !unicode.IsPrint(r)
}

// Grouped formats 1000000 as 1,000,000. n is at least 0.
func Grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
