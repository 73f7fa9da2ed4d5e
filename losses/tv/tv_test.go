package tv

import (
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	for _, c := range []Config{
		{"isotropic", 2, "sum"}, {"isotropic", 1, "mean"}, {"squared", 1, "axes"}, {"absolute", 1, "sum"}, {"nine_point", 1, "mean"},
	} {
		if err := c.Validate(); err != nil {
			t.Errorf("%v: %v", c, err)
		}
	}
	for want, c := range map[string]Config{
		"form: unknown":                {"round", 1, "mean"},
		"reduce: unknown":              {"squared", 1, "max"},
		"power: 0.5 is not":            {"isotropic", 0.5, "mean"},
		"power: only form: isotropic":  {"squared", 2, "mean"},
		"form: isotropic has no axes":  {"isotropic", 1, "axes"},
		"form: nine_point has no sum;": {"nine_point", 1, "sum"},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", c, err, want)
		}
	}
}
