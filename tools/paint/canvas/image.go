// Package canvas is what all pictures of this program share: an image of
// float64 colours, noise, and a few filters. Nothing here depends on time,
// threads or map order, so a picture is a function of its size and seed.
package canvas

import (
	"image"
	"math"
)

// Image is a picture, row by row from the top.
type Image struct {
	W, H int
	Pix  []Color
}

// New returns a black picture.
func New(w, h int) *Image {
	return &Image{W: w, H: h, Pix: make([]Color, w*h)}
}

// At is the colour of a pixel; outside the picture it is the edge's.
func (m *Image) At(x, y int) Color {
	x, y = max(0, min(m.W-1, x)), max(0, min(m.H-1, y))
	return m.Pix[y*m.W+x]
}

// Sample is the colour at a place between pixels, bilinear. Pixel (i, j) has its
// centre at (i+½, j+½).
func (m *Image) Sample(x, y float64) Color {
	x, y = x-0.5, y-0.5
	i, j := int(math.Floor(x)), int(math.Floor(y))
	u, v := x-float64(i), y-float64(j)
	top := m.At(i, j).Mix(m.At(i+1, j), u)
	return top.Mix(m.At(i, j+1).Mix(m.At(i+1, j+1), u), v)
}

// Fill sets every pixel to what f gives at its centre. The unit is the picture's
// height, so that f need not know the size.
func (m *Image) Fill(f func(x, y float64) Color) {
	for j := range m.H {
		for i := range m.W {
			m.Pix[j*m.W+i] = f((float64(i)+0.5)/float64(m.H), (float64(j)+0.5)/float64(m.H))
		}
	}
}

// Shrink averages squares of k × k pixels, in light: the last step of a picture
// made k times too large, which is how edges here are smooth.
func (m *Image) Shrink(k int) *Image {
	small := New(m.W/k, m.H/k)
	for y := range small.H {
		for x := range small.W {
			var sum Color
			for j := range k {
				for i := range k {
					sum = sum.Add(m.Pix[(y*k+j)*m.W+x*k+i].Linear())
				}
			}
			small.Pix[y*small.W+x] = sum.Scale(1 / float64(k*k)).Encode()
		}
	}
	return small
}

// Blur is close to a Gaussian blur of standard deviation sigma pixels: a box
// blur three times over, whose cost does not depend on sigma. The box has 2w+1
// whole pixels, and at each end a part p of one, such that its variance, (w(w+1)(2w+1)/3
// + 2p(w+1)²)/(2w+1+2p), is a third of sigma².
func (m *Image) Blur(sigma float64) *Image {
	third := sigma * sigma / 3
	w := math.Floor((math.Sqrt(1+12*third) - 1) / 2)
	part := (2*w + 1) * (third - w*(w+1)/3) / (2 * ((w+1)*(w+1) - third))
	a, b := New(m.W, m.H), New(m.W, m.H)
	copy(a.Pix, m.Pix)
	for range 3 {
		for y := range m.H {
			box(b.Pix[y*m.W:], a.Pix[y*m.W:], m.W, 1, int(w), part)
		}
		for x := range m.W {
			box(a.Pix[x:], b.Pix[x:], m.H, m.W, int(w), part)
		}
	}
	return a
}

// box averages each of n colours, stride apart, with whole ones on either side and
// a part of the next. The row goes on beyond its ends as they are.
func box(to, from []Color, n, stride, whole int, part float64) {
	at := func(i int) Color { return from[max(0, min(n-1, i))*stride] }
	var sum Color
	for i := -whole; i <= whole; i++ {
		sum = sum.Add(at(i))
	}
	for i := range n {
		ends := at(i - whole - 1).Add(at(i + whole + 1)).Scale(part)
		to[i*stride] = sum.Add(ends).Scale(1 / (float64(2*whole+1) + 2*part))
		sum = sum.Add(at(i + whole + 1)).Add(at(i - whole).Scale(-1))
	}
}

// RGBA rounds to 8 bits.
func (m *Image) RGBA() *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i, c := range m.Pix {
		for k, v := range c {
			out.Pix[4*i+k] = uint8(Clamp(v)*255 + 0.5)
		}
		out.Pix[4*i+3] = 255
	}
	return out
}
