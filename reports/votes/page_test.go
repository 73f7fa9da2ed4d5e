package votes

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"runexp/framework/imaging"
)

// stored is a picture as a run stores it: a PNG whose texts tell the settings.
func stored(t *testing.T, tint float32, h, w int) []byte {
	t.Helper()
	m := imaging.New(h, w)
	for i := range m.Pix {
		m.Pix[i] = tint
	}
	var file bytes.Buffer
	if err := imaging.EncodePNG(&file, m, map[string]string{"runexp": "losses.tv.weight: 10", "uid": "5ec4e7"}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// A page has the pixels of its pictures and nothing else of them: no text of their files, no setting, no name, run
// or hash; it loads nothing.
func TestPagesAreBlind(t *testing.T) {
	list := entries(2, 3)
	files := map[string][]byte{}
	for i, e := range list {
		list[i].Run.Number += 70000
		files[e.Picture] = stored(t, float32(10*i)/255, 20, 30)
		for k, beside := range e.Beside {
			files[beside.Picture] = stored(t, float32(100+10*e.Unit+k)/255, 600, 30)
		}
	}
	b := Design{Entries: list, Seed: 1, Text: `Which <script>alert(1)</script> is "better"?`}.Ballots(1, 100)[0]
	var page bytes.Buffer
	read := func(hash string) (*imaging.Image, error) {
		if files[hash] == nil {
			return nil, fmt.Errorf("no picture %s", hash)
		}
		return imaging.DecodeReader(bytes.NewReader(files[hash]), hash)
	}
	if err := b.Page(&page, read); err != nil {
		t.Fatal(err)
	}
	html := html.UnescapeString(page.String()) // + is escaped
	data := regexp.MustCompile(`data:image/png;base64,([A-Za-z0-9+/=]+)`)
	tints := map[int]int{} // pictures by tint
	for _, found := range data.FindAllStringSubmatch(html, -1) {
		png, err := base64.StdEncoding.DecodeString(found[1])
		if err != nil {
			t.Fatal(err)
		}
		text, err := imaging.ReadPNGText(bytes.NewReader(png))
		if err != nil || len(text) > 0 {
			t.Errorf("a picture tells %v, %v", text, err)
		}
		m, err := imaging.DecodeReader(bytes.NewReader(png), "picture")
		if err != nil {
			t.Fatal(err)
		}
		tints[int(m.Pix[0]*255+0.5)]++
		if m.H > besideLong {
			t.Errorf("a picture beside has height %d", m.H)
		}
	}
	if got := slices.Sorted(maps.Keys(tints)); !slices.Equal(got, []int{0, 10, 20, 30, 40, 50, 100, 101, 110, 111}) || len(data.FindAllString(html, -1)) != len(got) {
		t.Errorf("pictures of tint %v, each once", tints)
	}
	rest := data.ReplaceAllString(html, "")
	for _, q := range b.Questions {
		for _, shown := range []string{q.Left.Picture, q.Right.Picture, q.Beside[0].Picture} {
			if strings.Contains(rest, shown) {
				t.Error("the page has the hash of a picture")
			}
		}
		if strings.Count(rest, q.UID.String()) != 1 {
			t.Error("the page does not have each question once")
		}
	}
	for _, e := range list {
		for _, tell := range []string{e.Run.UID.String(), e.Run.UID.Short(), fmt.Sprint(e.Run.Number)} {
			if strings.Contains(rest, tell) {
				t.Errorf("the page has %s of run %d", tell, e.Run.Number)
			}
		}
	}
	for _, bad := range []string{"tv", "weight", "runs/", "http:", "https:", "<link", " src=\"/"} {
		if strings.Contains(rest, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	if strings.Contains(page.String(), "<script>alert") {
		t.Error("the question is markup")
	}
	delete(files, list[4].Picture)
	if err := b.Page(&page, read); err == nil || !strings.Contains(err.Error(), "picture of run 70201") {
		t.Errorf("a missing picture: %v", err)
	}
}

// The script writes the columns that Read reads.
func TestScriptAndFileAgree(t *testing.T) {
	for _, part := range []string{`["number", "answer", "question"]`, `["voter", `, `["left", "right", "tie"]`} {
		if !strings.Contains(pageScript, part) {
			t.Errorf("the script lacks %s", part)
		}
	}
}
