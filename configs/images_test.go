package configs

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// row is one image of images/README.md: its section and its cells, by the head of their
// column.
type row struct {
	section string
	cells   map[string]string
}

// documented returns the rows of images/README.md by file.
func documented(t *testing.T) map[string]row {
	t.Helper()
	page, err := os.ReadFile("images/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]row{}
	var section string
	var head []string
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section, head = title, nil
		}
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if head == nil {
			head = cells
			continue
		}
		r := row{section, map[string]string{}}
		for i, cell := range cells {
			if cell == "" || i >= len(head) {
				t.Errorf("%s: cell %d of the row is empty or has no head", cells[0], i+1)
				continue
			}
			r.cells[head[i]] = cell
		}
		file := strings.Trim(cells[0], "`")
		if _, twice := rows[file]; twice {
			t.Errorf("%s has two rows", file)
		}
		rows[file] = r
	}
	return rows
}

// TestImagesHaveALicence: every image has a row with where it is from, its size, and a
// licence under which this repository may pass it on; the others' are in NOTICE too, as
// attribution asks. No file has metadata of a camera, such as a place, and all together
// are small.
func TestImagesHaveALicence(t *testing.T) {
	rows := documented(t)
	text, err := os.ReadFile("../NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	_, notice, _ := strings.Cut(string(text), "\nPictures, ")
	notice, _, _ = strings.Cut(notice, "\n\n")
	entries, err := os.ReadDir("images")
	if err != nil {
		t.Fatal(err)
	}
	total, count := 0, map[string]int{}
	for _, file := range entries {
		name := file.Name()
		if name == "README.md" {
			continue
		}
		r, ok := rows[name]
		if !ok {
			t.Errorf("images/README.md has no row of %s", name)
			continue
		}
		delete(rows, name)
		count[r.section]++
		data, err := os.ReadFile(path.Join("images", name))
		if err != nil {
			t.Fatal(err)
		}
		total += len(data)
		picture, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c := picture.Bounds().Size()
		if size := fmt.Sprintf("%d × %d", c.X, c.Y); size != r.cells["Size"] {
			t.Errorf("%s is %s pixels, README.md says %s", name, size, r.cells["Size"])
		}
		if max(c.X, c.Y) > 640 {
			t.Errorf("%s is %d × %d pixels, more than 640", name, c.X, c.Y)
		}
		if bytes.Contains(data, []byte("Exif\x00\x00")) {
			t.Errorf("%s has Exif metadata", name)
		}

		licence, _, _ := strings.Cut(r.cells["Licence"], ",")
		licence, _, _ = strings.Cut(licence, " (")
		if !slices.Contains([]string{"public domain", "CC0", "CC BY 2.0", "CC BY 4.0", "the repository's"}, licence) {
			t.Errorf("%s: licence %q", name, licence)
		}
		if licence == "the repository's" {
			continue
		}
		_, entry, ok := strings.Cut(notice, "\n  "+name+" ")
		entry, _, _ = strings.Cut(entry, "\n")
		author, _, _ := strings.Cut(r.cells["Photographer"]+r.cells["Painter, year"], ", ")
		author, _, _ = strings.Cut(author, " (")
		if !ok || !strings.Contains(entry, author) || !strings.Contains(entry, licence) {
			t.Errorf("NOTICE has %q of %s, want %s and %s", strings.TrimSpace(entry), name, author, licence)
		}
		if version, by := strings.CutPrefix(licence, "CC BY "); by {
			url := "https://creativecommons.org/licenses/by/" + version + "/"
			if !strings.Contains(notice, url) || !strings.Contains(entry, "scaled") {
				t.Errorf("NOTICE does not link %s, or does not say that %s was scaled", url, name)
			}
		}
	}
	for name := range rows {
		t.Errorf("images/README.md describes %s, which is missing", name)
	}
	if total > 3e6 {
		t.Errorf("the images have %.1f MB, more than 3", float64(total)/1e6)
	}
	if count["Photographs"] != 10 || count["Paintings"] != 10 || len(count) != 3 {
		t.Errorf("images by section: %v, want ten photographs, ten paintings and those painted by this repository", count)
	}
}
