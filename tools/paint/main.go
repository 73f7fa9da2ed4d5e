// Command paint makes the computed images in configs/images, byte for byte: make paint, from the repository's root. It is a separate module, since
// runexp does not need it.
//
// All arithmetic is in one goroutine and in float64, so the bytes depend only on
// the code, on amd64 and GOAMD64=v1, where the compiler does not fuse
// multiplications with additions, and on the Go version in go.mod, whose encoders
// wrote them.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"runexp/tools/paint/autumn"
	"runexp/tools/paint/bay"
	"runexp/tools/paint/canvas"
	"runexp/tools/paint/mountain"
	"runexp/tools/paint/night"
	"runexp/tools/paint/woodcut"
)

// picture is one file of configs/images.
type picture struct {
	file  string // its extension is its format
	paint func(width int, seed uint64) *canvas.Image
}

// gallery returns all pictures. The quickstart's two are lossless, so that its
// result does not depend on a JPEG decoder; the others are small.
func gallery() []picture {
	return []picture{
		{"autumn.png", autumn.Paint},
		{"bay.jpg", bay.Paint},
		{"mountain.png", mountain.Paint},
		{"night.jpg", night.Paint},
		{"woodcut.jpg", woodcut.Paint},
	}
}

const (
	width   = 600 // pixels; the height is two thirds of it, the proportions of d2l's 150 × 225
	seed    = 1
	quality = 92
)

// encode returns the file's content, at the size in the repository.
func (p picture) encode() ([]byte, error) {
	var b bytes.Buffer
	image := p.paint(width, seed).RGBA()
	var err error
	if filepath.Ext(p.file) == ".png" {
		err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, image)
	} else {
		err = jpeg.Encode(&b, image, &jpeg.Options{Quality: quality})
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.file, err)
	}
	return b.Bytes(), nil
}

func main() {
	out := flag.String("out", filepath.Join("..", "..", "configs", "images"), "the folder to write to")
	flag.Parse()
	if err := run(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "paint:", err)
		os.Exit(1)
	}
}

// run writes the pictures of these files into a folder, or all if files is empty.
func run(out string, files []string) error {
	if _, err := os.Stat(out); err != nil {
		return fmt.Errorf("%w: run it in tools/paint, or name a folder with -out", err)
	}
	todo := gallery()
	if len(files) > 0 {
		todo = nil
	}
	for _, file := range files {
		at := slices.IndexFunc(gallery(), func(p picture) bool { return p.file == file })
		if at < 0 {
			return fmt.Errorf("unknown picture %q (known: %s)", file, strings.Join(names(), ", "))
		}
		todo = append(todo, gallery()[at])
	}
	for _, p := range todo {
		data, err := p.encode()
		if err != nil {
			return err
		}
		path := filepath.Join(out, p.file)
		if err := replace(path, data); err != nil {
			return err
		}
		fmt.Println(path)
	}
	return nil
}

// replace writes a file beside path and renames it to path, so that an existing file
// is replaced atomically.
func replace(path string, data []byte) error {
	temp := path + ".new"
	err := os.WriteFile(temp, data, 0o644)
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}

func names() []string {
	var all []string
	for _, p := range gallery() {
		all = append(all, p.file)
	}
	return all
}
