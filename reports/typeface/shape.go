package typeface

import (
	"bytes"
	"image"
	_ "image/jpeg" // of pictures in fonts
	_ "image/png"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// A segment is a part of a text that one font has.
type segment struct {
	start, end int
	face       *font.Face // nil if none has it
}

// set sets a part of one direction: its runs in the order of the text.
func (s *Set) set(text []rune, start, end int, leftToRight, bold bool) []Run {
	var list []segment
	for i := start; i < end; {
		n := i + 1
		for n < end && joins(text, n) {
			n++
		}
		face := s.find(text[i:n], bold, list)
		if last := len(list) - 1; last >= 0 && list[last].face == face && alike(script(text, list[last].start, i), script(text, i, n)) {
			list[last].end = n
		} else {
			list = append(list, segment{i, n, face})
		}
		i = n
	}
	var runs []Run
	for _, part := range list {
		txt := string(text[part.start:part.end])
		switch {
		case part.face == nil || escapeLike(txt) && s.plain(txt, bold):
			var b strings.Builder
			for _, r := range txt {
				if part.face == nil || r == '\\' {
					b.WriteString(escape(r))
				} else {
					b.WriteRune(r)
				}
			}
			runs = append(runs, Run{Text: b.String()})
		case leftToRight && s.plain(txt, bold): // from right to left brackets are mirrored
			runs = append(runs, Run{Text: txt})
		default:
			run, ok := s.shape(text, part, leftToRight)
			if !ok {
				run = Run{Text: escaped(txt)}
			}
			runs = append(runs, run)
		}
	}
	return runs
}

func escaped(txt string) string {
	var b strings.Builder
	for _, r := range txt {
		b.WriteString(escape(r))
	}
	return b.String()
}

// joins reports whether text[i] is drawn together with what is before it.
func joins(text []rune, i int) bool {
	const joiner = '\u200d'
	return unicode.Is(unicode.M, text[i]) || text[i] == joiner || text[i-1] == joiner || text[i] >= 0x1f3fb && text[i] <= 0x1f3ff
}

// script returns the first script of a part, Common if it has none of its own.
func script(text []rune, start, end int) language.Script {
	for _, r := range text[start:end] {
		if s := language.LookupScript(r); s.Strong() {
			return s
		}
	}
	return language.Common
}

// alike reports whether letters of two scripts are shaped together: spaces,
// digits and signs are of any.
func alike(a, b language.Script) bool {
	return a == b || a == language.Common || b == language.Common
}

// find returns the first font that has all letters of a cluster: that of the
// segment before for a space, the built-in one, one that is in use, and another.
func (s *Set) find(cluster []rune, bold bool, before []segment) *font.Face {
	if n := len(before); n > 0 && unicode.IsSpace(cluster[0]) && before[n-1].face != nil {
		return before[n-1].face
	}
	if has(s.face(bold), cluster) {
		return s.face(bold)
	}
	if n := len(before); n > 0 && before[n-1].face != nil && has(before[n-1].face, cluster) {
		return before[n-1].face
	}
	return s.search(cluster, bold)
}

func has(face *font.Face, cluster []rune) bool {
	for _, r := range cluster {
		if _, found := face.NominalGlyph(r); !found && !unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
			return false
		}
	}
	return true
}

// shape turns a segment into glyphs; not ok means that the font is broken.
func (s *Set) shape(text []rune, part segment, leftToRight bool) (run Run, ok bool) {
	defer func() {
		if recover() != nil { // a font that nobody checked must not end the program
			run, ok = Run{}, false
		}
	}()
	const size = 1000
	in := shaping.Input{
		Text: text, RunStart: part.start, RunEnd: part.end, Face: part.face, Size: fixed.I(size),
		Script: script(text, part.start, part.end), Language: languageOf(text), Direction: di.DirectionLTR,
	}
	if !leftToRight {
		in.Direction = di.DirectionRTL
	}
	out := s.shaper.Shape(in)
	em := func(v fixed.Int26_6) float64 { return float64(v) / 64 / size }
	for _, g := range out.Glyphs {
		shape, drawn := glyph(part.face, g.GlyphID, em(g.Advance))
		if g.GlyphID == 0 {
			return Run{}, false
		}
		ok = ok || drawn
		shape.X, shape.Y = run.Advance+em(g.XOffset), em(g.YOffset)
		run.Glyphs = append(run.Glyphs, shape)
		run.Advance += em(g.Advance)
	}
	return run, ok || strings.TrimSpace(string(text[part.start:part.end])) == ""
}

// languageOf is the language whose shapes of Chinese characters are meant.
func languageOf(text []rune) language.Language {
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			return language.NewLanguage("ja")
		case unicode.Is(unicode.Hangul, r):
			return language.NewLanguage("ko")
		case unicode.Is(unicode.Arabic, r):
			return language.NewLanguage("ar")
		}
	}
	return language.NewLanguage("zh-hans")
}

// glyph returns the shape of a glyph, and whether there is something to see.
func glyph(face *font.Face, id font.GID, advance float64) (Glyph, bool) {
	if outline, ok := face.GlyphDataOutline(id); ok && len(outline.Segments) > 0 {
		scale := 1 / float32(face.Upem())
		scaled := make([]font.Segment, len(outline.Segments))
		for i, segment := range outline.Segments {
			for j := range segment.Args {
				segment.Args[j].X *= scale
				segment.Args[j].Y *= scale
			}
			scaled[i] = segment
		}
		return Glyph{Outline: scaled}, true
	}
	bitmap, ok := face.GlyphDataBitmap(id)
	if !ok || bitmap.Format != font.PNG && bitmap.Format != font.JPG || len(bitmap.Data) > maxPicture {
		return Glyph{}, false
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(bitmap.Data))
	if err != nil || config.Width < 1 || config.Height < 1 || config.Width > maxSide || config.Height > maxSide {
		return Glyph{}, false
	}
	picture, _, err := image.Decode(bytes.NewReader(bitmap.Data))
	if err != nil {
		return Glyph{}, false
	}
	const below = 0.22 // of emoji, under the baseline
	return Glyph{Picture: picture, Box: [4]float64{0, -below, advance, advance*float64(config.Height)/float64(config.Width) - below}}, true
}

// Bounds of a picture in a font, in bytes and pixels.
const (
	maxPicture = 1 << 20
	maxSide    = 1024
)
