// Package mountain is a picture that could be a photograph: a lake under a
// mountain on an autumn evening. The land is eroded, not drawn.
package mountain

import (
	"math/rand/v2"

	"runexp/tools/paint/canvas"
)

// fine is the supersampling factor: the picture is rendered this many times larger.
const fine = 2

// Paint returns the picture, 3:2, of a width in pixels. The same seed gives the
// same picture.
func Paint(width int, seed uint64) *canvas.Image {
	land := newTerrain(max(32, width*512/600/2*2), seed)
	v := &view{land: land, shade: newShade(land), noise: canvas.Noise(seed) + 1000, eye: 0.012, focal: 1.62, horizon: 0.63}
	image := canvas.New(fine*width, fine*width*2/3)
	unit := float64(image.H)
	wide := float64(image.W) / unit
	image.Fill(func(x, y float64) canvas.Color {
		return v.sky((x-wide/2)/v.focal, max(0, v.horizon-y)/v.focal)
	})
	for column := range image.W {
		v.slice(image, column)
	}
	above := canvas.New(image.W, image.H)
	copy(above.Pix, image.Pix)
	for j := range image.H {
		y := (float64(j) + 0.5) / unit
		for i := range image.W {
			x := (float64(i) + 0.5) / unit
			if depth := y - v.horizon; depth > 0 {
				z := v.focal * v.eye / depth
				if z > size || v.land.height((x-wide/2)/v.focal*z, z) < 0.002 {
					image.Pix[j*image.W+i] = v.water(above, x, y)
				}
			}
		}
	}
	f := &front{image, canvas.Noise(seed) + 2000, rand.New(rand.NewPCG(seed, 3))}
	f.draw()
	for i, c := range image.Pix {
		image.Pix[i] = develop(c, 0.92)
	}
	return image.Shrink(fine)
}
