package grid

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"strconv"

	"runexp/framework/imaging"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/reports"
	"runexp/reports/document"
)

// A reduction is how pictures are made to fit: the share of their sides, and the quality of the JPEG;
// original is the stored file itself.
type reduction struct {
	scale   float64
	quality int
}

const original = 0

// reductions are tried in this order. A quality of 95 shows no trace of
// JPEG in fine texture but in colours, which Go's encoder stores at half the resolution. Down to 70, traces
// are seen enlarged only, where a smaller picture would have lost that detail altogether; after that
// size goes, since the blocks of a lower quality look like what style transfer makes.
var reductions = []reduction{
	{1, original}, {1, 95}, {1, 92}, {1, 88}, {1, 84}, {1, 78}, {1, 70},
	{0.75, 78}, {0.6, 78}, {0.5, 78}, {0.4, 78}, {0.3, 75}, {0.2, 75}, {0.12, 75}, {0.06, 70},
}

// An embedder makes the pictures of a page.
type embedder struct {
	ctx      context.Context
	store    *store.Store
	room     int // bytes of the page that are left
	used     reduction
	pictures []document.GridPicture
	keys     map[string]string // in the page, by hash
	bad      map[string]bool   // damaged pictures, by id
	unshown  []string
}

// fit embeds all pictures by the first reduction with which they fit. A sample decides where to begin.
func (e *embedder) fit(list []wanted) error {
	const sample = 12
	some := reports.Evenly(list, sample)
	for i, r := range reductions {
		last := i == len(reductions)-1
		size, err := e.measure(some, r)
		if err != nil {
			return err
		}
		if estimate := size * len(list) / max(1, len(some)); estimate > e.room && !last {
			continue
		}
		before := e.room
		e.used, e.pictures = r, nil
		clear(e.keys)
		full, err := e.embed(list)
		if err != nil || !full || last {
			return err
		}
		e.room = before
	}
	return nil
}

// measure returns what pictures take in the page.
func (e *embedder) measure(list []wanted, r reduction) (bytes int, err error) {
	for _, w := range list {
		data, err := e.file(w, r)
		if err != nil {
			return 0, err
		}
		bytes += inPage(data)
	}
	return bytes, nil
}

// inPage is the length of a picture in base64, with what names it.
func inPage(data []byte) int { return (len(data)+2)/3*4 + keyOverhead }

// onTheWayAs is how pictures on the way are embedded where there is room for the original results.
var onTheWayAs = reduction{1, 88}

// add embeds pictures until there is no room.
func (e *embedder) add(list []wanted) error {
	if e.used.quality == original {
		e.used = onTheWayAs
		defer func() { e.used = reduction{1, original} }()
	}
	_, err := e.embed(list)
	return err
}

// embed embeds pictures in order, and reports whether one did not fit, after which it ends.
func (e *embedder) embed(list []wanted) (full bool, err error) {
	for _, w := range list {
		if _, has := e.keys[w.Key]; has {
			continue
		}
		data, err := e.file(w, e.used)
		if err != nil {
			return false, err
		}
		if data == nil {
			continue
		}
		if e.room -= inPage(data); e.room < 0 {
			return true, nil
		}
		key := strconv.Itoa(len(e.keys))
		e.keys[w.Key] = key
		e.pictures = append(e.pictures, document.GridPicture{Key: key, File: &document.File{MIME: mimeOf(data), Data: data}})
	}
	return false, nil
}

// signature begins every PNG.
const signature = "\x89PNG\r\n\x1a\n"

func mimeOf(data []byte) string {
	if bytes.HasPrefix(data, []byte(signature)) {
		return "image/png"
	}
	return "image/jpeg"
}

// file returns a picture as it goes into the page; nil for a damaged one.
func (e *embedder) file(w wanted, r reduction) ([]byte, error) {
	if e.ctx.Err() != nil {
		return nil, context.Cause(e.ctx)
	}
	if e.bad[w.id()] {
		return nil, nil
	}
	picture, err := reports.Picture(e.ctx, e.store, store.StoredArtifact{Hash: w.Key, Artifact: store.Artifact{Name: w.kind}})
	if e.damaged(w, err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if r.scale < 1 {
		picture = picture.Resize(max(1, int(r.scale*float64(picture.H))), max(1, int(r.scale*float64(picture.W))))
	}
	if r.quality == original {
		data, err := e.store.Blob(e.ctx, w.Key)
		if err != nil || mimeOf(data) == "image/png" {
			return data, err
		}
		r = reductions[1]
	}
	if max(picture.H, picture.W) >= 1<<16 { // which JPEG has not; the others are shown
		return nil, nil
	}
	var file bytes.Buffer
	err = jpeg.Encode(&file, onWhite(picture), &jpeg.Options{Quality: r.quality})
	return file.Bytes(), err
}

// onWhite returns what one sees of a picture on white, in 8 bits.
func onWhite(m *imaging.Image) image.Image {
	pix := m.Rounded().Pix
	out := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i := range m.W * m.H {
		for c := range imaging.Channels {
			out.Pix[4*i+c] = uint8(255*pix[3*i+c] + 0.5)
		}
		out.Pix[4*i+3] = 0xff
	}
	return out
}

// note says how the pictures were made to fit.
func (e *embedder) note() string {
	count := sizes.Count(len(e.pictures), "picture")
	if e.used.quality == original {
		return count + " here, results and inputs as they were made, in PNG."
	}
	text := fmt.Sprintf("%s here, as JPEG of quality %d", count, e.used.quality)
	if e.used.scale < 1 {
		text += fmt.Sprintf(" reduced to %.0f %% of their sides, so that this file stays below %d MB", 100*e.used.scale, MostBytes/1_000_000)
	} else {
		text += " in full size"
	}
	return text + ". The store has them as they were made: runexp show RUN --picture picture.png."
}

// MostBytes is the size of a report's file: what most mail servers still take as an attachment.
const MostBytes = 20_000_000
