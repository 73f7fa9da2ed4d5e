package framework_test

import (
	"math"
	"testing"

	"runexp/framework"
)

// TestStrengthFactor: 1 in the middle, decreasing, and log-linear between the knots.
func TestStrengthFactor(t *testing.T) {
	if got := framework.StrengthFactor(0.5); got != 1 {
		t.Errorf("the recipe as written has factor %g", got)
	}
	for s := 0.0; s < 1; s += 1.0 / 64 {
		if a, b := framework.StrengthFactor(s), framework.StrengthFactor(s+1.0/64); !(a > b && b > 0) {
			t.Errorf("m(%g) = %g, m(%g) = %g", s, a, s+1.0/64, b)
		}
	}
	for _, s := range []float64{0, 0.25, 0.5, 0.75} {
		got := framework.StrengthFactor(s + 0.125)
		if want := math.Sqrt(framework.StrengthFactor(s) * framework.StrengthFactor(s+0.25)); math.Abs(got/want-1) > 1e-12 {
			t.Errorf("m(%g) = %g, want the geometric mean of its knots, %g", s+0.125, got, want)
		}
	}
}

// compared is a loss of these roles.
type compared struct {
	framework.Loss
	roles []framework.Role
}

func (c compared) Roles() []framework.Role { return c.roles }

// TestFollowsStrength: the losses that hold the picture to the content image.
func TestFollowsStrength(t *testing.T) {
	const content, style, start = framework.Content, framework.Style, framework.Start
	for _, c := range []struct {
		roles []framework.Role
		want  bool
	}{
		{[]framework.Role{content}, true},
		{[]framework.Role{start, content}, true},
		{[]framework.Role{style}, false},
		{[]framework.Role{content, style}, false},
		{nil, false},
	} {
		if got := framework.FollowsStrength(compared{roles: c.roles}); got != c.want {
			t.Errorf("a loss of %q: %t", c.roles, got)
		}
	}
}
