package run

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"runexp/framework/imaging"
)

// numbered returns an image in which no two values are equal.
func numbered(h, w int) *imaging.Image {
	image := imaging.New(h, w)
	for i := range image.Pix {
		image.Pix[i] = float32(i)
	}
	return image
}

// A crop is a contiguous window of the image.
func TestCropIsAWindow(t *testing.T) {
	image := numbered(20, 30)
	for seed := range int64(50) {
		cut := crop(image, 0.5, seed, contentStream)
		if cut.H != 10 || cut.W != 15 {
			t.Fatalf("%d×%d, want 10×15", cut.H, cut.W)
		}
		first := int(cut.Pix[0]) / 3
		top, left := first/30, first%30
		for y := range cut.H {
			want := image.Pix[((top+y)*30+left)*3:][:15*3]
			if !slices.Equal(cut.Pix[y*45:(y+1)*45], want) {
				t.Fatalf("seed %d: row %d differs from the image at (%d, %d)", seed, y, top, left)
			}
		}
	}
}

// A fraction of 1 returns the same image; one that rounds to 0 leaves one pixel.
func TestCropBounds(t *testing.T) {
	image := numbered(4, 6)
	for _, fraction := range []float64{0, 1} {
		if crop(image, fraction, 1, contentStream) != image {
			t.Errorf("a fraction of %v changes the image", fraction)
		}
	}
	if cut := crop(image, 1e-9, 1, contentStream); cut.H != 1 || cut.W != 1 {
		t.Errorf("%d×%d, want 1×1", cut.H, cut.W)
	}
	if cut := crop(image, 0.99, 1, contentStream); cut.H != 4 || cut.W != 6 {
		t.Errorf("%d×%d, want 4×6", cut.H, cut.W)
	}
}

// Every position is equally likely: half of 4×6 leaves 3×4 positions.
func TestCropIsUniform(t *testing.T) {
	image := numbered(4, 6)
	const draws = 6000
	count := map[int]int{}
	for seed := range int64(draws) {
		count[int(crop(image, 0.5, seed, contentStream).Pix[0])/3]++
	}
	for top := range 3 {
		for left := range 4 {
			if n := count[top*6+left]; math.Abs(float64(n)/draws-1./12) > 0.015 { // 4.2 standard deviations
				t.Errorf("%d of %d crops start at row %d, column %d", n, draws, top, left)
			}
		}
	}
}

// Each image has its own random stream, which depends on the seed.
func TestCropStreams(t *testing.T) {
	e := experiment(t)
	e.Content.Crop, e.Style[0].Crop, e.Style[1].Crop = 0.8, 0.5, 1
	p, again := prepare(t, e), prepare(t, e)
	if p.content.H != 24 || p.content.W != 32 || p.styles[0].H != 25 || p.styles[0].W != 10 || p.styles[1].H != 20 {
		t.Fatalf("content %d×%d, styles %d×%d and %d×%d", p.content.H, p.content.W, p.styles[0].H, p.styles[0].W, p.styles[1].H, p.styles[1].W)
	}
	if !slices.Equal(p.content.Pix, again.content.Pix) || !slices.Equal(p.styles[0].Pix, again.styles[0].Pix) {
		t.Error("the same seed gives another crop")
	}
	e.Content.Crop = 1
	if whole := prepare(t, e); !slices.Equal(whole.styles[0].Pix, p.styles[0].Pix) {
		t.Error("the crop of the style image depends on the content's")
	}
	e.Content.Crop, e.Seed = 0.8, 2
	if other := prepare(t, e); slices.Equal(other.content.Pix, p.content.Pix) && slices.Equal(other.styles[0].Pix, p.styles[0].Pix) {
		t.Error("another seed gives the same crops")
	}
	// One file used three times is cropped at three positions.
	for i := range e.Style {
		e.Style[i].Image, e.Style[i].Crop = e.Content.Image, 0.2
	}
	e.Content.Crop = 0.2
	p = prepare(t, e)
	first, second := p.styles[0].Pix, p.styles[1].Pix
	if slices.Equal(first, second) || slices.Equal(first, p.content.Pix) || slices.Equal(second, p.content.Pix) {
		t.Error("two images have the same crop")
	}
}

// Pictures of every kind are as transparent as the content image, cropped and resized.
func TestAlphaIsKept(t *testing.T) {
	e := experiment(t)
	image := imaging.New(30, 40)
	image.Alpha = make([]float32, 30*40)
	for i := range image.Alpha {
		image.Alpha[i] = float32(i%40) / 39
	}
	e.Content.Image = filepath.Join(t.TempDir(), "cutout.png")
	if err := imaging.WriteFile(e.Content.Image, image, nil); err != nil {
		t.Fatal(err)
	}
	e.Content.Crop, e.Output.Every = 0.5, 2
	p, r := prepare(t, e), &record{}
	outcome, err := p.Optimize(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, picture := range append(r.pictures, Picture{Kind: "outcome", Image: outcome.Final}) {
		kinds[picture.Kind] = true
		want := p.Content().ResizeAlpha(picture.Image.H, picture.Image.W)
		if len(want) == 0 || !slices.Equal(picture.Image.Alpha, want) {
			t.Errorf("%s: alpha %.3v…, want %.3v…", picture.Kind, picture.Image.Alpha[:min(5, len(picture.Image.Alpha))], want[:5])
		}
	}
	if len(kinds) != 4 {
		t.Errorf("pictures of the kinds %v", kinds)
	}
	if c := p.Content(); c.W != 20 || c.Alpha[19]-c.Alpha[0] < 0.4 || c.Alpha[19]-c.Alpha[0] > 0.6 {
		t.Errorf("the cropped alpha goes from %g to %g", c.Alpha[0], c.Alpha[19])
	}
}
