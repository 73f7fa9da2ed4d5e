package plugintest

import (
	"math"
	"math/rand/v2"
	"testing"

	"runexp/framework"
	"runexp/framework/imaging"
)

// plainInitial is a correct initial value; functions that are not nil introduce faults.
type plainInitial struct {
	roles  []framework.Role
	image  func(from framework.Sources, h, w int, random *rand.Rand) *imaging.Image
	random bool
}

func (i plainInitial) Roles() []framework.Role {
	if i.roles != nil {
		return i.roles
	}
	return []framework.Role{framework.Content}
}

func (i plainInitial) Image(from framework.Sources, h, w int, random *rand.Rand) (*imaging.Image, error) {
	if i.image != nil {
		return i.image(from, h, w, random), nil
	}
	return from.Content.Resize(h, w), nil
}

func (i plainInitial) Random() bool { return i.random }

// unnamed is a plainInitial with an image file that no option names.
type unnamed struct{ plainInitial }

func (unnamed) ImageFile() (option, path string) { return "", "x.png" }

func TestInitial(t *testing.T) { Initial(t, plainInitial{}) }

// TestInitialFindsFaults introduces one fault at a time, which the named check must find.
func TestInitialFindsFaults(t *testing.T) {
	flat := func(u float32) func(framework.Sources, int, int, *rand.Rand) *imaging.Image {
		return func(_ framework.Sources, h, w int, _ *rand.Rand) *imaging.Image {
			m := imaging.New(h, w)
			for k := range m.Pix {
				m.Pix[k] = u
			}
			return m
		}
	}
	drawn := func(_ framework.Sources, h, w int, random *rand.Rand) *imaging.Image {
		m := imaging.New(h, w)
		m.Pix[0] = random.Float32()
		return m
	}
	calls := float32(0)
	for name, c := range map[string]struct {
		check string
		i     framework.Initial
	}{
		"unknown role":             {"roles", plainInitial{roles: []framework.Role{"sketch"}}},
		"an option without a name": {"roles", unnamed{}},
		"its images' size": {"image", plainInitial{image: func(from framework.Sources, _, _ int, _ *rand.Rand) *imaging.Image {
			return from.Content.Resize(20, 30)
		}}},
		"no picture": {"image", plainInitial{image: func(framework.Sources, int, int, *rand.Rand) *imaging.Image { return nil }}},
		"an undeclared role": {"image", plainInitial{image: func(from framework.Sources, h, w int, _ *rand.Rand) *imaging.Image {
			return from.Styles[0].Resize(h, w)
		}}},
		"bytes":        {"image", plainInitial{image: flat(255)}},
		"not a number": {"image", plainInitial{random: true, image: flat(float32(math.NaN()))}},
		"changed images": {"sources", plainInitial{image: func(from framework.Sources, h, w int, _ *rand.Rand) *imaging.Image {
			from.Content.Pix[0]++
			return from.Content.Resize(h, w)
		}}},
		"returns a source": {"sources", plainInitial{image: func(from framework.Sources, h, w int, _ *rand.Rand) *imaging.Image {
			if from.Content.H == h && from.Content.W == w {
				return from.Content
			}
			return from.Content.Resize(h, w)
		}}},
		"random but not declared":    {"seed", plainInitial{image: drawn}},
		"declared random but is not": {"seed", plainInitial{random: true}},
		"ignores its random source": {"seed", plainInitial{random: true, image: func(_ framework.Sources, h, w int, _ *rand.Rand) *imaging.Image {
			m := imaging.New(h, w)
			calls++
			m.Pix[0] = calls
			return m
		}}},
	} {
		found := false
		for _, check := range initialChecks() {
			if check.name == c.check {
				found = guarded(func() error { return check.check(c.i) }) != nil
			}
		}
		if !found {
			t.Errorf("%s: the check %q finds nothing", name, c.check)
		}
	}
}
