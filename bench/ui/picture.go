package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"

	"runexp/framework/imaging"
)

// Size of all pictures, in pixels.
const pictureHeight, pictureWidth = 150, 225

// An album holds the images of the pairs, at the size of pictures.
type album map[string]*imaging.Image

// add reads an image, unless the album has it.
func (a album) add(path string) error {
	if a[path] != nil {
		return nil
	}
	read, err := imaging.Decode(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	a[path] = read.Resize(pictureHeight, pictureWidth)
	return nil
}

// png returns an image of the album as a PNG file.
func (a album) png(path string) ([]byte, error) {
	var file bytes.Buffer
	err := imaging.EncodePNG(&file, a[path], nil)
	return file.Bytes(), err
}

// encode returns a picture as a PNG file, sooner than imaging.EncodePNG.
func encode(picture image.Image) ([]byte, error) {
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	err := encoder.Encode(&file, picture)
	return file.Bytes(), err
}

// paint makes up a picture: the content, with the style shining through in waves, in a few
// tones, each as random has it. No two are alike. Tones make a file of about 20 KB.
func paint(content, style *imaging.Image, random *rand.Rand) image.Image {
	share := 0.1 + 0.7*random.Float64()
	amplitude, length := 20*random.Float64(), 5+20*random.Float64()
	zoom, phase := 0.5+random.Float64(), 2*math.Pi*random.Float64()
	tones := float64(6 + random.IntN(8))
	gain := [3]float64{}
	for c := range gain {
		gain[c] = 0.75 + 0.5*random.Float64()
	}
	picture := image.NewRGBA(image.Rect(0, 0, pictureWidth, pictureHeight))
	for y := range pictureHeight {
		shift := amplitude * math.Sin(float64(y)/length+phase)
		for x := range pictureWidth {
			var rgb [3]uint8
			sx, sy := wrap(zoom*(float64(x)+shift), style.W), wrap(zoom*float64(y)+phase*10, style.H)
			for c := range 3 {
				from := float64(content.Pix[(y*content.W+x)*3+c])
				to := float64(style.Pix[(sy*style.W+sx)*3+c])
				value := min(gain[c]*((1-share)*from+share*to), 1)
				rgb[c] = uint8(math.Round(value*tones) / tones * 255)
			}
			picture.SetRGBA(x, y, color.RGBA{rgb[0], rgb[1], rgb[2], 255})
		}
	}
	return picture
}

// wrap returns a position within n, going back and forth.
func wrap(position float64, n int) int {
	at := int(math.Abs(position)) % (2 * n)
	return min(at, 2*n-1-at)
}
