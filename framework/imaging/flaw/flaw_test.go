package flaw

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework/imaging"
	"runexp/internal/shared"
)

// pictures returns the photographs and paintings at hand by their names, smaller.
func pictures(t *testing.T) map[string]*imaging.Image {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(shared.Dir(t), "images", "*.jpg"))
	if err != nil || len(names) < 19 {
		t.Fatalf("%d images, %v", len(names), err)
	}
	all := map[string]*imaging.Image{}
	for _, name := range names {
		m, err := imaging.Decode(name)
		if err != nil {
			t.Fatal(err)
		}
		scale := 100 / float64(max(m.H, m.W))
		all[strings.TrimSuffix(filepath.Base(name), ".jpg")] = m.Resize(int(float64(m.H)*scale), int(float64(m.W)*scale))
	}
	return all
}

// No photograph and no painting at hand has a flaw, as a result of any two of them, of
// none, or much darker than it is.
func TestRealPictures(t *testing.T) {
	all := pictures(t)
	for name, m := range all {
		if f, has := Find(m, nil, nil); has {
			t.Errorf("%s, of no images: %+v", name, f)
		}
		night := imaging.New(m.H, m.W)
		for i, v := range m.Pix {
			night.Pix[i] = v / 3
		}
		for from, content := range all {
			for of, style := range all {
				if f, has := Find(m, nil, []*imaging.Image{content, style}); has {
					t.Errorf("%s, of %s and %s: %+v", name, from, of, f)
				}
			}
			if f, has := Find(night, nil, []*imaging.Image{m, content}); has {
				t.Errorf("%s by night: %+v", name, f)
			}
		}
	}
}

// Pictures that were spoilt on purpose, each in every real picture's place.
func TestSpoiltPictures(t *testing.T) {
	all := pictures(t)
	random := rand.New(rand.NewPCG(1, 1))
	for name, m := range all {
		inputs := []*imaging.Image{m, all["starry_night"]}
		change := func(f func(i int, v float64) float64) *imaging.Image {
			out := imaging.New(m.H, m.W)
			for i, v := range m.Pix {
				out.Pix[i] = float32(f(i, float64(v)))
			}
			return out
		}
		for what, c := range map[string]struct {
			picture, untouched *imaging.Image
			want               Kind
		}{
			"NaN":                  {change(func(i int, v float64) float64 { return v + math.Log(float64(i-5)) }), m, NotFinite},
			"itself":               {m, m, Unchanged},
			"itself, rounded":      {m.Rounded(), m, Unchanged},
			"a little off":         {change(func(_ int, v float64) float64 { return v + 0.001*random.NormFloat64() }), m, Unchanged},
			"black":                {change(func(_ int, v float64) float64 { return v / 50 }), m, Black},
			"far out of range":     {change(func(_ int, v float64) float64 { return 0.5 + 10*(v-0.43) }), m, Saturated},
			"noise out of range":   {change(func(int, float64) float64 { return 0.5 + 2*random.NormFloat64() }), m, Saturated},
			"white":                {change(func(int, float64) float64 { return 1.1 }), m, Saturated},
			"one colour":           {change(func(i int, _ float64) float64 { return 0.3 + float64(i%3)/10 }), m, Grey},
			"grey with some noise": {change(func(int, float64) float64 { return 0.5 + 0.015*random.NormFloat64() }), m, Grey},
			"a bit brighter":       {change(func(_ int, v float64) float64 { return v*0.9 + 0.02 }), m, ""},
			"half its contrast":    {change(func(_ int, v float64) float64 { return 0.4 + v/2.5 }), m, ""},
		} {
			if got, has := Find(c.picture, c.untouched, inputs); got.Kind != c.want || has != (c.want != "") {
				t.Errorf("%s: %s: %+v, want %q", name, what, got, c.want)
			}
		}
	}
}

// A picture of images that are black, flat or clipped themselves may be so too.
func TestLikeItsImages(t *testing.T) {
	filled := func(share, value, other float32) *imaging.Image {
		m := imaging.New(40, 40)
		for i := range m.Pix {
			m.Pix[i] = value
			if float32(i) >= share*float32(len(m.Pix)) {
				m.Pix[i] = other
			}
		}
		return m
	}
	for name, m := range map[string]*imaging.Image{
		"stars on black": filled(0.97, 0, 0.8), "a shape on white": filled(0.8, 1, 0.3), "fog": filled(0.5, 0.7, 0.71),
	} {
		if f, has := Find(m, nil, []*imaging.Image{m}); has {
			t.Errorf("%s: %+v", name, f)
		}
		if _, has := Find(m, nil, nil); !has {
			t.Errorf("%s passes without images", name)
		}
	}
}
