// Command readme makes the picture in README.md, content, style and result side by
// side, from the last finished run of the quickstart:
//
//	make quickstart && go run ./tools/readme
//
// The result is read from the store and shown at its own size.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"os"

	"runexp/framework/imaging"
	"runexp/framework/store"
	"runexp/internal/atomicfile"
	"runexp/reports/sheet"
)

const (
	storeFile = "runs/runexp.db"
	target    = "docs/quickstart.jpg"
	height    = 267 // pixels: the height of the quickstart's result
	quality   = 88  // a small file without visible blocks
)

func main() {
	if err := compose(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "readme:", err)
		os.Exit(1)
	}
	fmt.Println(target)
}

func compose(ctx context.Context) error {
	frames := make(sheet.Strip, 2, 3)
	for i, input := range []struct{ caption, file string }{
		{"content", "configs/images/chelsea.jpg"},
		{"style", "configs/images/night.jpg"},
	} {
		picture, err := imaging.Decode(input.file)
		if err != nil {
			return err
		}
		frames[i] = sheet.Frame{Picture: picture, Caption: []string{input.caption}, Input: true}
	}
	result, err := result(ctx)
	if err != nil {
		return err
	}
	frames = append(frames, sheet.Frame{Picture: result, Caption: []string{"result"}})

	canvas, err := frames.Draw(height)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, canvas, &jpeg.Options{Quality: quality}); err != nil {
		return err
	}
	return atomicfile.Write(target, file.Bytes())
}

// result reads the picture of the last finished quickstart.
func result(ctx context.Context) (*imaging.Image, error) {
	s, err := store.OpenReadOnly(ctx, storeFile)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	runs, err := s.Runs(ctx, store.Filter{Experiment: "quickstart", Status: store.Finished, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 {
		return nil, errors.New("no quickstart has finished here; make quickstart runs it")
	}
	artifacts, err := s.Artifacts(ctx, runs[0].Number)
	if err != nil {
		return nil, err
	}
	for _, a := range artifacts {
		if a.Name == "picture.png" {
			data, err := s.Blob(ctx, a.Hash)
			if err != nil {
				return nil, err
			}
			return imaging.DecodeReader(bytes.NewReader(data), a.Name)
		}
	}
	return nil, fmt.Errorf("run %d has no picture.png", runs[0].Number)
}
