// Command looks makes the pictures of docs/looks.md by the commands of that page:
//
//	make build && go run ./tools/looks [-only NAME]
//
// Each picture there has beside each other what its config makes as it is, and what each
// command of its section makes, with captions from the picture's text. The commands run in
// runs/looks, which keeps their store: a command that has run is not run again.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image/jpeg"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"runexp/framework/imaging"
	"runexp/internal/atomicfile"
	"runexp/reports/sheet"
)

const (
	page    = "docs/looks.md"
	folder  = "runs/looks"
	height  = 213 // pixels: the height of most results of the page
	quality = 82  // small files without visible blocks
)

func main() {
	only := flag.String("only", "", "make only the picture of this name, as in strength.jpg")
	flag.Parse()
	if err := makeAll(*only); err != nil {
		fmt.Fprintln(os.Stderr, "looks:", err)
		os.Exit(1)
	}
}

func makeAll(only string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("%w; run this from the root of the repository", err)
	}
	setup, looks, err := parse(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	if err := prepare(); err != nil {
		return err
	}
	for _, command := range setup {
		if _, err := call(append(command, "--force")); err != nil {
			return err
		}
	}
	made := 0
	for _, l := range looks {
		if only != "" && filepath.Base(l.picture) != only {
			continue
		}
		if err := l.make(); err != nil {
			return err
		}
		made++
		fmt.Println(filepath.Join(filepath.Dir(page), l.picture))
	}
	if made == 0 {
		return fmt.Errorf("%s has no picture %s", page, only)
	}
	return nil
}

// prepare makes the folder where the commands run, with links to what they read, so that
// their paths are those of the repository's root.
func prepare() error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"bin", "configs", "docs"} {
		err := os.Symlink(filepath.Join("..", "..", name), filepath.Join(folder, name))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// make runs the commands of the look and writes its picture.
func (l look) make() error {
	frames := make(sheet.Strip, len(l.captions))
	for i, command := range append([][]string{l.neutral()}, l.commands...) {
		picture, err := run(command)
		if err != nil {
			return err
		}
		frames[i] = sheet.Frame{Picture: picture, Caption: l.captions[i : i+1], Input: i == 0}
	}
	canvas, err := frames.Draw(height)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, canvas, &jpeg.Options{Quality: quality}); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(filepath.Dir(page), l.picture), file.Bytes())
}

// run runs an experiment, unless it has run, and returns its picture.
func run(command []string) (*imaging.Image, error) {
	out, err := call(append(command, "--json"))
	var ended struct{ Folder string }
	if err == nil {
		err = json.Unmarshal(out, &ended)
	}
	if err != nil {
		return nil, err
	}
	return imaging.Decode(filepath.Join(folder, ended.Folder, "picture.png"))
}

// call runs a command of the page and returns what it prints.
func call(words []string) ([]byte, error) {
	c := exec.Command(words[0], words[1:]...)
	c.Dir, c.Stderr = folder, os.Stderr
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("%q: %w", words, err)
	}
	return out, nil
}
