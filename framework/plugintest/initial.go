package plugintest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/imaging"
)

// Initial tests an initial value against framework.Initial's contract.
func Initial(t *testing.T, i framework.Initial) {
	t.Helper()
	for _, c := range initialChecks() {
		t.Run(c.name, func(t *testing.T) {
			if err := guarded(func() error { return c.check(i) }); err != nil {
				t.Error(err)
			}
		})
	}
}

type initialCheck struct {
	name  string
	check func(framework.Initial) error
}

func initialChecks() []initialCheck {
	return []initialCheck{
		{"roles", initialRoles},
		{"image", initialImage},
		{"sources", initialSources},
		{"seed", initialSeed},
	}
}

// sourcesOf returns images of i's roles, and its own one if it is an ImageReader, but no
// others.
func sourcesOf(i framework.Initial) framework.Sources {
	var from framework.Sources
	if slices.Contains(i.Roles(), framework.Content) {
		from.Content = someImage(20, 30)
	}
	if slices.Contains(i.Roles(), framework.Style) {
		from.Styles = []*imaging.Image{someImage(25, 16), someImage(9, 9)}
	}
	if _, reads := i.(framework.ImageReader); reads {
		from.Own = someImage(12, 31)
	}
	return from
}

// startOf returns i's picture of h×w pixels for a seed.
func startOf(i framework.Initial, from framework.Sources, h, w int, seed uint64) (*imaging.Image, error) {
	m, err := i.Image(from, h, w, rand.New(rand.NewPCG(seed, 0)))
	if err == nil && (m == nil || m.H != h || m.W != w || len(m.Pix) != h*w*imaging.Channels) {
		err = errors.New("it has another size")
	}
	if err != nil {
		return nil, fmt.Errorf("the picture of %d×%d: %w", h, w, err)
	}
	return m, nil
}

// initialRoles checks that the roles exist and that an ImageReader names its option.
func initialRoles(i framework.Initial) error {
	for _, role := range i.Roles() {
		if role != framework.Content && role != framework.Style {
			return fmt.Errorf("no images have the role %q", role)
		}
	}
	if reader, reads := i.(framework.ImageReader); reads {
		if option, _ := reader.ImageFile(); option == "" {
			return errors.New("ImageFile names no option")
		}
	}
	return nil
}

// beyond is how far a picture that is not random may exceed [0, 1]: resizing overshoots at
// edges.
const beyond = 0.5

// initialImage checks the pictures' sizes and values, given only images of i's roles.
func initialImage(i framework.Initial) error {
	for _, size := range variableSizes() {
		h, w := size[0], size[1]
		m, err := startOf(i, sourcesOf(i), h, w, 1)
		if err != nil {
			return err
		}
		for k, u := range m.Pix {
			v := float64(u)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%d×%d: element %d is %g", h, w, k, u)
			}
			if !i.Random() && !(v >= -beyond && v <= 1+beyond) {
				return fmt.Errorf("%d×%d: element %d is %g, where 0 is black and 1 is white", h, w, k, u)
			}
		}
	}
	return nil
}

// initialSources checks that the source images are not modified, and do not share memory
// with the picture.
func initialSources(i framework.Initial) error {
	from, untouched := sourcesOf(i), sourcesOf(i)
	for _, size := range append(variableSizes(), [2]int{20, 30}, [2]int{25, 16}, [2]int{12, 31}) {
		m, err := startOf(i, from, size[0], size[1], 1)
		if err != nil {
			return err
		}
		for k := range m.Pix {
			m.Pix[k]++
		}
	}
	same := func(a, b *imaging.Image) bool { return a == nil || slices.Equal(a.Pix, b.Pix) }
	if !same(from.Content, untouched.Content) || !same(from.Own, untouched.Own) || !slices.EqualFunc(from.Styles, untouched.Styles, same) {
		return errors.New("a source image is modified, or shares memory with the picture")
	}
	return nil
}

// initialSeed checks that equal seeds make equal pictures, and that different seeds make
// different ones exactly if Random returns true.
func initialSeed(i framework.Initial) error {
	var pictures [3][]float32
	for k, seed := range []uint64{1, 1, 2} {
		m, err := startOf(i, sourcesOf(i), 16, 24, seed)
		if err != nil {
			return err
		}
		pictures[k] = m.Pix
	}
	switch same := slices.Equal(pictures[0], pictures[2]); {
	case !slices.Equal(pictures[0], pictures[1]):
		return errors.New("equal seeds make different pictures")
	case same && i.Random():
		return errors.New("Random is true, but another seed makes the same picture")
	case !same && !i.Random():
		return errors.New("Random is false, but another seed makes another picture")
	}
	return nil
}
