package recolor

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"runexp/framework/imaging"
)

// numpy is testdata/colors.json.
type numpy struct {
	Images map[string][]float32
	Maps   map[string]struct{ A, Pixels []float64 }
	Joined map[Space][]float64
	Grey   map[Space][]float64
}

func readNumpy(t *testing.T) (n numpy, from, to *imaging.Image) {
	t.Helper()
	text, err := os.ReadFile("testdata/colors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &n); err != nil {
		t.Fatal(err)
	}
	row := func(pix []float32) *imaging.Image { return &imaging.Image{H: 1, W: len(pix) / 3, Pix: pix} }
	return n, row(n.Images["from"]), row(n.Images["to"])
}

// near compares with tolerances of float32 pixels.
func near[T float32 | float64](t *testing.T, what string, got []T, want []float64, within float64) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i, v := range got {
		if !(math.Abs(float64(v)-want[i]) <= within) {
			t.Fatalf("%s: value %d is %.9g, want %.9g", what, i, v, want[i])
		}
	}
}

// The three maps are NumPy's.
func TestMapsAsNumPy(t *testing.T) {
	n, from, to := readNumpy(t)
	for _, kind := range []string{Cholesky, PCA, Symmetric} {
		m, err := Match(kind, Of(from), Of(to))
		if err != nil {
			t.Fatal(err)
		}
		var a []float64
		for _, row := range m.A {
			a = append(a, row[:]...)
		}
		near(t, kind+": A", a, n.Maps[kind].A, 1e-6)
		near(t, kind, m.Apply(from).Pix, n.Maps[kind].Pixels, 1e-6)
	}
	if _, err := Match("palette", Of(from), Of(to)); err == nil {
		t.Error("an unknown kind is accepted")
	}
}

// Luminance and colours are joined, and grey is matched, as in NumPy.
func TestLuminanceAsNumPy(t *testing.T) {
	n, from, to := readNumpy(t)
	for _, space := range []Space{YIQ, Lab} {
		near(t, string(space)+": joined", space.Join(from, to).Pix, n.Joined[space], 2e-6)
		near(t, string(space)+": grey", space.GreyLike(from, to).Pix, n.Grey[space], 2e-6)
		near(t, string(space)+": luminance of the joined", space.Luminance(space.Join(from, to)), space.Luminance(from), 2e-4)
		near(t, string(space)+": itself", space.Join(from, from).Pix, doubles(from.Pix), 2e-6)
		near(t, string(space)+": luminance of the grey", space.Luminance(space.Grey(from)), space.Luminance(from), 2e-4)
	}
}

func doubles(pix []float32) (out []float64) {
	for _, v := range pix {
		out = append(out, float64(v))
	}
	return out
}

// The mapped image has the moments of the other.
func TestMoments(t *testing.T) {
	_, from, to := readNumpy(t)
	want := Of(to)
	for _, kind := range []string{Cholesky, PCA, Symmetric} {
		m, err := Match(kind, Of(from), want)
		if err != nil {
			t.Fatal(err)
		}
		got := Of(m.Apply(from))
		near(t, kind+": mean", got.Mean[:], want.Mean[:], 1e-6)
		for r := range got.Cov {
			near(t, kind+": covariance", got.Cov[r][:], want.Cov[r][:], 1e-6)
		}
	}
}

// The moments of a mixture are those of all its pixels.
func TestMix(t *testing.T) {
	_, from, to := readNumpy(t)
	twice := &imaging.Image{H: 1, W: 3 * from.W}
	for _, m := range []*imaging.Image{from, to, to} {
		twice.Pix = append(twice.Pix, m.Pix...)
	}
	want, got := Of(twice), Mix([]Moments{Of(from), Of(to)}, []float64{5, 10})
	near(t, "mean", got.Mean[:], want.Mean[:], 1e-9)
	for r := range got.Cov {
		near(t, "covariance", got.Cov[r][:], want.Cov[r][:], 1e-9)
	}
}

// Grey images, of exact grey, of grey that was rounded channel by channel, and of one
// colour: no colour appears and nothing is amplified.
func TestGreyImages(t *testing.T) {
	_, from, to := readNumpy(t)
	grey := YIQ.Grey(from)
	rounded := imaging.New(1, from.W)
	for i := range rounded.Pix { // up to half a level off, differently in each channel
		rounded.Pix[i] = grey.Pix[i] + float32((i*7)%5-2)/5/255
	}
	flat := imaging.New(1, from.W)
	for i := range flat.Pix {
		flat.Pix[i] = 0.25
	}
	for _, kind := range []string{Cholesky, PCA, Symmetric} {
		for name, m := range map[string]*imaging.Image{"grey": grey, "rounded": rounded, "of one colour": flat} {
			there, err := Match(kind, Of(m), Of(to))
			if err != nil {
				t.Fatalf("%s: %s: %v", kind, name, err)
			}
			for r := range there.A {
				for c, gain := range there.A[r] {
					if !(math.Abs(gain) < 5) { // the ratio of deviations is near 1
						t.Errorf("%s: %s: A[%d][%d] is %g", kind, name, r, c, gain)
					}
				}
			}
			got, want := Of(there.Apply(m)), Of(to)
			near(t, kind+": "+name+": mean", got.Mean[:], want.Mean[:], 1e-5)
			back, err := Match(kind, Of(to), Of(m))
			if err != nil {
				t.Fatalf("%s: to %s: %v", kind, name, err)
			}
			got, want = Of(back.Apply(to)), Of(m)
			for r := range got.Cov {
				near(t, kind+": to "+name+": covariance", got.Cov[r][:], want.Cov[r][:], 1e-5)
			}
		}
	}
	for _, space := range []Space{YIQ, Lab} {
		matched := space.GreyLike(flat, to)
		if _, deviation := meanOf(space.Luminance(matched)); !(deviation < 1e-4) {
			t.Errorf("%s: a style of one colour varies by %g", space, deviation)
		}
	}
}

// Values that are not finite are an error and not a picture.
func TestNotFinite(t *testing.T) {
	_, from, to := readNumpy(t)
	broken := Of(to)
	broken.Cov[1][1] = math.NaN()
	for _, kind := range []string{Cholesky, PCA, Symmetric} {
		if _, err := Match(kind, Of(from), broken); err == nil {
			t.Errorf("%s: NaN is accepted", kind)
		}
	}
}
