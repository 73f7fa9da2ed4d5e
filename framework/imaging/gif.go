package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
	"image/gif"
	"io"
)

// decodeGIF returns the first frame at its position on the logical screen, which is
// transparent elsewhere. No other frame is decoded.
func decodeGIF(r io.Reader) (image.Image, error) {
	head := make([]byte, 10) // version, width and height of the screen
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	frame, err := gif.Decode(io.MultiReader(bytes.NewReader(head), r))
	if err != nil {
		return nil, err
	}
	width, height := binary.LittleEndian.Uint16(head[6:]), binary.LittleEndian.Uint16(head[8:])
	screen := image.NewRGBA(image.Rect(0, 0, int(width), int(height)))
	draw.Draw(screen, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
	return screen, nil
}
