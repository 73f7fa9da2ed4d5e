package run

import (
	"math"
	"testing"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/imaging/recolor"
)

// picturesWith runs the experiment with some colours and returns its pictures, with an
// intermediate one, and what was prepared.
func picturesWith(t *testing.T, e framework.Experiment, c framework.ColorOptions) ([]Picture, *Prepared) {
	t.Helper()
	e.Output.Every, e.Color = 2, c
	p, r := prepare(t, e), &record{}
	if _, err := p.Optimize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r.pictures, p
}

// furthest is the largest difference of two pictures, or of their moments.
func furthest(a, b []float32) float64 {
	most := math.Abs(float64(len(a) - len(b)))
	for i := range min(len(a), len(b)) {
		most = max(most, math.Abs(float64(a[i]-b[i])))
	}
	return most
}

func clamped(m *imaging.Image) *imaging.Image {
	out := m.Resize(m.H, m.W)
	clampUnit(out)
	return out
}

// After the optimisation the stored pictures have the content's colours, or its or the
// styles' moments; the optimisation itself is not changed.
func TestColorsAfter(t *testing.T) {
	e := experiment(t)
	plain, p := picturesWith(t, e, framework.ColorOptions{})
	joined, _ := picturesWith(t, e, framework.ColorOptions{Keep: "luminance", Space: "yiq", When: "after"})
	toContent, _ := picturesWith(t, e, framework.ColorOptions{Match: "symmetric", To: "content", When: "after"})
	toStyle, _ := picturesWith(t, e, framework.ColorOptions{Match: "pca", To: "style", When: "after"})
	if len(plain) < 4 || len(joined) != len(plain) {
		t.Fatalf("%d and %d pictures", len(plain), len(joined))
	}
	styles := recolor.Mix([]recolor.Moments{recolor.Of(p.Styles()[0]), recolor.Of(p.Styles()[1])}, []float64{3, 1})
	for i := range plain {
		content := p.Content().Resize(plain[i].Image.H, plain[i].Image.W)
		want := recolor.YIQ.Join(clamped(plain[i].Image), content)
		if d := furthest(joined[i].Image.Pix, want.Pix); !(d < 1e-6) {
			t.Errorf("%s: off by %g from its luminance with the content's colours", plain[i].Kind, d)
		}
		for _, c := range []struct {
			got  Picture
			want recolor.Moments
		}{{toContent[i], recolor.Of(p.Content())}, {toStyle[i], styles}} {
			got := recolor.Of(c.got.Image)
			for r := range 3 {
				if d := math.Abs(got.Mean[r] - c.want.Mean[r]); !(d < 1e-5) {
					t.Errorf("%s: the mean is off by %g", plain[i].Kind, d)
				}
				for k := range 3 {
					if d := math.Abs(got.Cov[r][k] - c.want.Cov[r][k]); !(d < 1e-5) {
						t.Errorf("%s: the covariance is off by %g", plain[i].Kind, d)
					}
				}
			}
		}
	}
}

// Before the optimisation the run sees other images: the styles with the content's
// moments, the content with the styles', or both in grey. What is scored and stored as
// input stays as it was read.
func TestColorsBefore(t *testing.T) {
	e := experiment(t)
	_, plain := picturesWith(t, e, framework.ColorOptions{})
	unchanged := func(what string, p *Prepared) {
		t.Helper()
		if furthest(p.Content().Pix, plain.Content().Pix) != 0 || furthest(p.Styles()[1].Pix, plain.Styles()[1].Pix) != 0 {
			t.Errorf("%s: the images as read have changed", what)
		}
	}
	_, p := picturesWith(t, e, framework.ColorOptions{Match: "cholesky", To: "content", When: "before"})
	unchanged("match", p)
	want, err := recolor.Match("cholesky", recolor.Of(plain.Styles()[1]), recolor.Of(plain.Content()))
	if err != nil {
		t.Fatal(err)
	}
	if d := furthest(p.styles[1].Pix, clamped(want.Apply(plain.Styles()[1])).Pix); d != 0 || furthest(p.content.Pix, plain.content.Pix) != 0 {
		t.Errorf("match to content: the style is off by %g", d)
	}

	_, p = picturesWith(t, e, framework.ColorOptions{Match: "pca", To: "style", When: "before"})
	unchanged("match to style", p)
	if furthest(p.content.Pix, plain.content.Pix) == 0 || furthest(p.styles[0].Pix, plain.styles[0].Pix) != 0 {
		t.Error("match to style does not change the content image alone")
	}

	pictures, p := picturesWith(t, e, framework.ColorOptions{Match: "histogram", To: "style", When: "after"})
	unchanged("match histogram", p)
	finished := pictures[len(pictures)-1].Image
	both := recolor.HistogramOf(plain.Styles(), []float64{e.Style[0].Weight, e.Style[1].Weight})
	if d := furthest(finished.Pix, both.Apply(finished).Pix); !(d < 0.02) || furthest(p.content.Pix, plain.content.Pix) != 0 {
		t.Errorf("match histogram: the result is off the styles' by %g", d)
	}

	joined, p := picturesWith(t, e, framework.ColorOptions{Keep: "luminance", Space: "lab", When: "before"})
	unchanged("keep", p)
	for _, m := range []*imaging.Image{p.content.Image, p.styles[0].Image, p.styles[1].Image} {
		if d := furthest(m.Pix, clamped(recolor.Lab.Grey(m)).Pix); !(d < 1e-5) {
			t.Errorf("keep: an image that the run sees is off grey by %g", d)
		}
	}
	last := joined[len(joined)-1].Image
	if d := furthest(last.Pix, clamped(recolor.Lab.Grey(last)).Pix); d < 0.1 {
		t.Error("keep: the result has not the content's colours")
	}
}

// An initial value from the style sees what the run sees.
func TestColorsOfTheInitial(t *testing.T) {
	e := experiment(t)
	plugin, err := plugins().Initials.Lookup("style")
	if err != nil {
		t.Fatal(err)
	}
	e.Init = framework.InitSpec{From: "style", Options: plugin.Options()}
	plain, err := prepare(t, e).initial(18, 24)
	if err != nil {
		t.Fatal(err)
	}
	e.Color = framework.ColorOptions{Match: "symmetric", To: "content", When: "before"}
	p := prepare(t, e)
	got, err := p.initial(18, 24)
	if err != nil {
		t.Fatal(err)
	}
	if furthest(got, plain) == 0 {
		t.Error("the picture starts from the style in its own colours")
	}
}
