package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"runtime"
	"sync"

	"golang.org/x/image/draw"

	"runexp/framework/store"
	"runexp/internal/lru"
)

const (
	thumbLong    = 256       // longest side of a thumbnail, in pixels: sharp at 128 on dense screens
	thumbQuality = 82        // of JPEG
	thumbMemory  = 128 << 20 // bytes: 10,000 thumbnails of 10 KB
	largestImage = 256 << 20 // bytes of a decoded picture: 64 megapixels of 8 bits a channel; a file of few bytes may claim more
	largeImage   = 32 << 20  // bytes of a decoded picture from which on one is decoded at a time
)

// sendBlob sends a stored picture in full resolution.
func (s *Server) sendBlob(r *http.Request) (reply, error) {
	data, err := s.store.Blob(r.Context(), r.PathValue("hash"))
	if err != nil {
		return reply{}, notFound(err)
	}
	return reply{file: data, mime: pictureType(data), forever: true}, nil
}

// notFound makes an address that is no hash one that does not exist.
func notFound(err error) error { return &badRequest{http.StatusNotFound, err} }

// pictureType is the type of a picture by its content, never by what a store says of it: a page among the stored files would
// be one of this origin. "" is no picture.
func pictureType(data []byte) string {
	switch t := http.DetectContentType(data); t {
	case "image/png", "image/jpeg", "image/webp", "image/gif":
		return t
	}
	return ""
}

// sendFile writes a file, which is a picture or is not shown by the browser.
func (s *Server) sendFile(w http.ResponseWriter, r *http.Request, a reply) {
	h := w.Header()
	if a.mime == "" {
		a.mime = "application/octet-stream"
		h.Set("Content-Disposition", "attachment")
	}
	h.Set("Content-Type", a.mime)
	h.Set("Content-Length", fmt.Sprint(len(a.file)))
	h.Set("Cache-Control", "no-cache")
	if a.forever {
		h.Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.file) // a browser that has gone is no error
	}
}

// thumbnails are small pictures, made when they are asked for and kept while there is room.
type thumbnails struct {
	cache *lru.Cache[string, []byte]
	slots chan struct{} // as many are made at once
	large sync.Mutex    // held while a large picture is in memory
}

func newThumbnails() *thumbnails {
	return &thumbnails{
		cache: lru.New[string](thumbMemory, func(data []byte) int64 { return int64(len(data)) }),
		slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), // the browser draws on the same machine
	}
}

// sendThumbnail sends a stored picture, shrunk.
func (s *Server) sendThumbnail(r *http.Request) (reply, error) {
	hash := r.PathValue("hash")
	for {
		data, err := s.thumbs.cache.Get(hash, func() ([]byte, error) { return s.thumbs.make(r.Context(), s.store, hash) })
		switch {
		case errors.Is(err, context.Canceled) && r.Context().Err() == nil: // whoever it was made for has gone
		case err != nil:
			return reply{}, notFound(err)
		default:
			return reply{file: data, mime: pictureType(data), forever: true}, nil
		}
	}
}

// make makes a thumbnail, unless the request for it ends before its turn: a grid that is scrolled leaves many behind.
func (t *thumbnails) make(ctx context.Context, s *store.Store, hash string) ([]byte, error) {
	select {
	case t.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-t.slots }()
	var small image.Image
	err := t.use(context.WithoutCancel(ctx), s, hash, func(picture image.Image) error { // others may wait for the same one
		small = shrink(picture, thumbLong)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return encodeSmall(small)
}

// blind returns a stored picture as PNG without the texts of its file.
func (t *thumbnails) blind(ctx context.Context, s *store.Store, hash string) ([]byte, error) {
	t.slots <- struct{}{}
	defer func() { <-t.slots }()
	var out bytes.Buffer
	err := t.use(ctx, s, hash, func(picture image.Image) error {
		return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, picture)
	})
	return out.Bytes(), err
}

// use decodes a stored picture and passes it on. Of large ones one is in memory at a time.
func (t *thumbnails) use(ctx context.Context, s *store.Store, hash string, use func(image.Image) error) error {
	data, err := s.Blob(ctx, hash)
	if err != nil {
		return err
	}
	if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && decodedSize(c) >= largeImage {
		t.large.Lock()
		defer t.large.Unlock()
	}
	picture, err := decodePicture(data)
	if err != nil {
		return err
	}
	return use(picture)
}

// decodedSize is about how many bytes a picture takes when it is decoded.
func decodedSize(c image.Config) int {
	size := 4 // of a pixel; JPEG and WebP have fewer, and are counted as if they were converted
	switch c.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model:
		size = 8
	case color.Gray16Model:
		size = 2
	case color.GrayModel:
		size = 1
	}
	return c.Width * c.Height * size
}

// longestSide is far above that of a picture, and what a file of few bytes can claim.
const longestSide = 1 << 15

// decodePicture decodes a picture of a size that is not absurd.
func decodePicture(data []byte) (image.Image, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("a picture cannot be read: %w", err)
	}
	if size := decodedSize(c); size > largestImage || max(c.Width, c.Height) > longestSide {
		return nil, fmt.Errorf("a picture of %d×%d pixels is too large to be shown small: decoded it takes %d MB and can take %d MB, with at most %d pixels a side; its full size can be opened",
			c.Height, c.Width, size>>20, largestImage>>20, longestSide)
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("a picture cannot be read: %w", err)
	}
	return picture, nil
}

// shrink returns a picture whose longest side is at most so long.
func shrink(picture image.Image, long int) image.Image {
	size := picture.Bounds().Size()
	longer := max(size.X, size.Y)
	if longer <= long {
		return picture
	}
	small := image.NewNRGBA(image.Rect(0, 0, max(1, size.X*long/longer), max(1, size.Y*long/longer)))
	draw.BiLinear.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil) // averages over what a pixel covers
	return small
}

// encodeSmall encodes as JPEG or, with transparency, as PNG.
func encodeSmall(picture image.Image) ([]byte, error) {
	var out bytes.Buffer
	if opaque, is := picture.(interface{ Opaque() bool }); is && !opaque.Opaque() {
		err := png.Encode(&out, picture)
		return out.Bytes(), err
	}
	err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: thumbQuality})
	return out.Bytes(), err
}
