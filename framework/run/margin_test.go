package run

import (
	"math"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/variables/initials/content"
	"runexp/variables/initials/image"
)

// TestTheMarginIsCutOff: what is stored has the sizes that it has without a margin, and lies
// where it lay on the content image. The losses see the margin; style images keep their sizes.
func TestTheMarginIsCutOff(t *testing.T) {
	e := experiment(t)
	e.Init = framework.InitSpec{From: "content", Options: &content.Config{}}
	e.Stages[0].Size, e.Stages[1].Size = framework.Size{Height: 15}, framework.Size{Scale: 2} // 30×40, the content image's
	e.Stages = e.Stages[:2]
	for i := range e.Stages {
		e.Stages[i].Optimizer.LR = 1e-12 // stays where it starts
	}
	e.Output.Every = 2
	e.Style[1].Size = "result" // relative to the picture
	without := prepare(t, e)
	e.Margin = 0.1
	p := prepare(t, e)
	r := &record{}
	done, err := p.Optimize(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for i, stage := range r.stages {
		if want := without.Stages()[i]; stage.Height != want.Height || stage.Width != want.Width {
			t.Errorf("stage %d is %d×%d, want %d×%d", i, stage.Height, stage.Width, want.Height, want.Width)
		}
		if got, want := p.Images(i), without.Images(i); !slices.Equal(got, want) {
			t.Errorf("stage %d uses %v, want %v", i, got, want)
		}
	}
	if canvas := p.sizes[1]; canvas.H != 30+2*4 || canvas.W != 40+2*4 {
		t.Errorf("painted at %v", canvas)
	}
	for _, picture := range r.pictures {
		if want := r.stages[picture.Stage]; picture.Image.H != want.Height || picture.Image.W != want.Width {
			t.Errorf("a picture %s of %d×%d", picture.Kind, picture.Image.H, picture.Image.W)
		}
	}
	// The second stage starts from the first, half as large: start there at once.
	e.Stages = e.Stages[1:]
	e.Stages[0].Size = framework.Size{Height: 30}
	p, r = prepare(t, e), &record{}
	if done, err = p.Optimize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if term := r.rows[0].Terms[0]; term.Loss != "c" || term.Value > 1e-9 {
		t.Errorf("the picture is the content image, and its loss is %+v", term)
	}
	for i, v := range p.Content().Pix {
		if d := v - done.Final.Pix[i]; d > 1e-6 || d < -1e-6 {
			t.Fatalf("element %d is %v, the content image's %v", i, done.Final.Pix[i], v)
		}
	}
	untouched, err := p.Untouched(t.Context())
	if err != nil || untouched.H != 30 || untouched.W != 40 {
		t.Errorf("%v, %v", untouched, err)
	}
}

// The picture's masks are mirrored into the margin as the content image is.
func TestMasksInTheMargin(t *testing.T) {
	e := experiment(t)
	e.Content.Masks = []framework.Mask{{Name: "left", Image: writeImage(t, "left.png", 30, 40)}}
	for i := range e.Style {
		e.Style[i].Region = "left"
	}
	e.Margin = 0.05
	p := prepare(t, e)
	mask := p.content.masks["left"].Mirrored(2, 2)
	if got := p.canvas.masks["left"]; got.H != mask.H || !slices.Equal(got.Pix, mask.Pix) {
		t.Errorf("the mask is %d×%d", got.H, got.W)
	}
}

// So are masks that the run finds.
func TestFoundMasksInTheMargin(t *testing.T) {
	e, plugins := withAuto(t)
	e.Margin = 0.1
	p, _ := masked(t, e, plugins, compute.Plain[float32]{})
	if len(p.content.masks) < 2 {
		t.Fatalf("%d regions", len(p.content.masks))
	}
	for region, mask := range p.content.masks {
		if got, want := p.canvas.masks[region], p.margin.extend(mask); got == nil || !slices.Equal(got.Pix, want.Pix) || got.H == mask.H {
			t.Errorf("the mask of %s is not extended", region)
		}
	}
}

// An image of its own that the picture starts from lies on the picture.
func TestTheStartInTheMargin(t *testing.T) {
	e := experiment(t)
	e.Init = framework.InitSpec{From: "image", Options: &image.Config{Image: e.Content.Image}}
	e.Stages[0].Size = framework.Size{Height: 30}
	e.Margin = 0.1
	p := prepare(t, e)
	x, err := p.initial(p.sizes[0].H, p.sizes[0].W)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := p.image(t.Context(), x, p.sizes[0].H, p.sizes[0].W)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range p.withoutMargin(picture).Pix {
		if d := v - p.Content().Pix[i]; d > 1e-6 || d < -1e-6 {
			t.Fatalf("element %d is %v, the image's %v", i, v, p.Content().Pix[i])
		}
	}
}

// The losses see the picture's masks with their margin.
func TestLossesSeeTheMarginOfMasks(t *testing.T) {
	e, plugins := withRegions(t)
	e.Content.Masks = []framework.Mask{{Name: "left", Image: halves(t, 30, 40, 0.25)}}
	e.Stages = e.Stages[:1]
	e.Stages[0].Size = framework.Size{Height: 30}
	e.Margin = 0.1 // 4 pixels on each side
	p, err := Prepare(e, plugins, compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	r := &record{}
	if _, err := p.Optimize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	share := (10.0 + 4) / (40 + 2*4) // of the picture that is left
	want := 0.75*(share-0.2)*(share-0.2) + 0.25*(share-1)*(share-1)
	if last := r.rows[0].Terms[len(r.rows[0].Terms)-1]; last.Loss != "areas" || math.Abs(last.Value-want) > 1e-3 {
		t.Errorf("%+v, want %g", last, want)
	}
}
