package votes

import (
	"bytes"
	_ "embed" // the page's template and script
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"runexp/framework/imaging"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/internal/printable"
)

//go:embed ballot.html.tmpl
var pageTemplate string

//go:embed ballot.js
var pageScript string

// besideLong is the longest side of content and style images on a page, in pixels. Pictures that are voted on
// have all of theirs.
const besideLong = 480

// A page is the input of the template.
type page struct {
	Number   int
	Text     string
	Count    string
	Widest   int // width of the widest picture, in pixels
	Pictures []template.URL
	Asked    []asked
	Script   template.JS
}

// asked is a question with the places of its images among the page's.
type asked struct {
	UID         string
	Left, Right int
	Beside      []besideShown
}

type besideShown struct {
	Kind    string
	Picture int
}

// Page writes the ballot as one self-contained HTML page, which saves the answers as the file that Read
// reads. read returns a picture by its hash. The page has nothing of a picture but its pixels: each is encoded again,
// without the texts of its file, and in the order in which questions first show it.
func (b Ballot) Page(w io.Writer, read func(hash string) (*imaging.Image, error)) error {
	p := page{Number: b.Number, Text: b.Text, Count: sizes.Count(len(b.Questions), "question"), Script: template.JS(pageScript)}
	type key struct {
		hash   string
		beside bool
	}
	places := map[key]int{}
	place := func(hash string, beside bool) (int, error) {
		k := key{hash, beside}
		if at, has := places[k]; has {
			return at, nil
		}
		picture, err := read(hash)
		if err != nil {
			return 0, err
		}
		if beside {
			picture = fitted(picture, besideLong)
		} else {
			p.Widest = max(p.Widest, picture.W)
		}
		var png bytes.Buffer
		if err := imaging.EncodePNG(&png, picture, nil); err != nil {
			return 0, err
		}
		places[k] = len(p.Pictures)
		p.Pictures = append(p.Pictures, template.URL("data:image/png;base64,"+base64.StdEncoding.EncodeToString(png.Bytes())))
		return places[k], nil
	}
	for _, q := range b.Questions {
		one := asked{UID: q.UID.String()}
		var err error
		for _, side := range []struct {
			place *int
			shown store.Shown
		}{{&one.Left, q.Left}, {&one.Right, q.Right}} {
			if *side.place, err = place(side.shown.Picture, false); err != nil {
				return fmt.Errorf("picture of run %d: %w", side.shown.Run, err)
			}
		}
		for _, beside := range q.Beside {
			at, err := place(beside.Picture, true)
			if err != nil {
				return fmt.Errorf("%s image of run %d: %w", beside.Kind, q.Left.Run, err)
			}
			one.Beside = append(one.Beside, besideShown{beside.Kind, at})
		}
		p.Asked = append(p.Asked, one)
	}
	t, err := template.New("ballot").Parse(pageTemplate)
	if err != nil {
		return err
	}
	var html bytes.Buffer
	if err := t.Execute(&html, p); err != nil {
		return err
	}
	_, err = io.WriteString(w, printable.Lines(html.String()))
	return err
}

// fitted returns a picture shrunk to a longest side, or itself if it is no longer.
func fitted(m *imaging.Image, long int) *imaging.Image {
	longer := max(m.H, m.W)
	if longer <= long {
		return m
	}
	h, w := max(1, m.H*long/longer), max(1, m.W*long/longer)
	out := imaging.New(h, w)
	for i, v := range imaging.Resample(m.Pix, m.H, m.W, 3, h, w) {
		out.Pix[i] = min(max(v, 0), 1)
	}
	return out
}
