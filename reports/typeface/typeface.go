// Package typeface sets text of any script: it breaks a line into runs, orders them
// as they are read, and finds for each a font that has its letters: the one that
// is built in, then those of the system.
package typeface

import (
	"bytes"
	"fmt"
	"image"
	"slices"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/shaping"
)

// A Set is the built-in font and the system's. It is safe for concurrent use.
type Set struct {
	mu       sync.Mutex
	builtin  [2]*font.Face // regular and bold
	folders  []string
	files    []*file // of the system; nil until a letter is missing
	searched bool
	shaper   shaping.HarfbuzzShaper
}

// New returns a set that looks for fonts in the folders and those below them, but
// not before a letter is missing in the built-in one.
func New(folders []string) *Set {
	s := &Set{folders: folders}
	for i, data := range [][]byte{liberationsansregular.TTF, liberationsansbold.TTF} {
		face, err := font.ParseTTF(bytes.NewReader(data))
		if err != nil {
			panic(err) // it is part of the program
		}
		s.builtin[i] = face
	}
	return s
}

// System is the set of this machine, whose fonts are looked for once in a process:
// a fact of the machine like its processor, not a choice of a caller's. Every figure
// draws text, and a text handler of gonum/plot is made deep below them; to pass the
// set through all of them would burden each figure with it and change nothing.
var System = sync.OnceValue(func() *Set { return New(folders()) })

// A Run is a part of a line. Either it is Text that the built-in font draws letter
// by letter, or Glyphs.
type Run struct {
	Text    string
	Glyphs  []Glyph
	Advance float64 // of Glyphs, in sizes of the type
}

// A Glyph is a shape at X, Y from the run's beginning on the baseline, upwards, in
// sizes of the type: an outline, filled where it winds, or a picture in Box.
type Glyph struct {
	X, Y    float64
	Outline []font.Segment
	Picture image.Image
	Box     [4]float64 // left, bottom, right, top
}

// Runs breaks text into runs from left to right. Its direction is that of its
// first strong letter. What no font has is written as Go escapes it, \u5b9e, and
// so is the backslash of a text that looks like that: no two texts are set alike.
func (s *Set) Runs(text string, bold bool) []Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.plain(text, bold) && !escapeLike(text) {
		return []Run{{Text: text}}
	}
	runes := []rune(text)
	var paragraph bidi.Paragraph
	levels := paragraph.Segment(runes, bidi.Neutral)
	type piece struct {
		run   Run
		level int
	}
	var pieces []piece
	for i := range levels.NumRuns() {
		r := levels.Run(i)
		number := r.Start
		if r.Level == 2 && !rightToLeft(firstStrong(runes)) {
			number = numberEnd(runes, r.Start, r.End)
		}
		for _, run := range s.set(runes, r.Start, number, r.IsLeftToRight(), bold) {
			pieces = append(pieces, piece{run, int(r.Level)})
		}
		level := int(r.Level)
		if number > r.Start {
			level = 0
		}
		for _, run := range s.set(runes, number, r.End, r.IsLeftToRight(), bold) {
			pieces = append(pieces, piece{run, level})
		}
	}
	highest := 0
	for _, p := range pieces {
		highest = max(highest, p.level)
	}
	for level := highest; level > 0; level-- { // rule L2 of the bidirectional algorithm
		for i := 0; i < len(pieces); i++ {
			end := i
			for end < len(pieces) && pieces[end].level >= level {
				end++
			}
			slices.Reverse(pieces[i:end])
			i = max(i, end-1)
		}
	}
	runs := make([]Run, len(pieces))
	for i, p := range pieces {
		runs[i] = p.run
	}
	return runs
}

// firstStrong returns the letter that a text takes its direction from, 0 if it has none.
func firstStrong(text []rune) rune {
	for _, r := range text {
		if unicode.IsLetter(r) {
			return r
		}
	}
	return 0
}

// numberEnd returns where the number at start ends. The bidi package joins a number
// among letters from right to left, level 2, with what follows of level 0.
func numberEnd(text []rune, start, end int) int {
	digit := func(i int) bool { return i < end && unicode.IsDigit(text[i]) }
	i := start
	for i < end {
		between := i > start && strings.ContainsRune(".,:/+-", text[i]) && digit(i-1) && digit(i+1)
		if !digit(i) && !between && !strings.ContainsRune("%#$€£¥°‰", text[i]) {
			break
		}
		i++
	}
	return i
}

// plain reports whether the built-in font can draw text letter by letter.
func (s *Set) plain(text string, bold bool) bool {
	for _, r := range text {
		if _, has := s.face(bold).NominalGlyph(r); !has || rightToLeft(r) || unicode.In(r, unicode.M, unicode.Cf) {
			return false
		}
	}
	return true
}

func (s *Set) face(bold bool) *font.Face {
	if bold {
		return s.builtin[1]
	}
	return s.builtin[0]
}

// RightToLeft reports whether a text has letters that are read from right to left.
func RightToLeft(text string) bool { return strings.ContainsFunc(text, rightToLeft) }

func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Samaritan, unicode.Mandaic, unicode.Adlam)
}

// escapeLike reports whether text looks like what stands for missing letters.
func escapeLike(text string) bool {
	for rest := text; ; {
		_, after, found := strings.Cut(rest, `\`)
		if !found {
			return false
		}
		if len(after) > 4 && (after[0] == 'u' || after[0] == 'U') && isHex(after[1:5]) {
			return true
		}
		rest = after
	}
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

func escape(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
