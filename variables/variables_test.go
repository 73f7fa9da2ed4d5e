package variables_test

import (
	"fmt"
	"testing"

	"runexp/framework/plugintest"
	"runexp/variables"
	"runexp/variables/fourier"
	"runexp/variables/pixels"
	"runexp/variables/pyramid"
)

// TestContract runs the suite on every variable, with each of its options.
func TestContract(t *testing.T) {
	suites := map[string]func(*testing.T){
		"pixels": func(t *testing.T) {
			for _, space := range []string{"unit", "bytes", "normalized"} {
				for _, bounds := range []string{"none", "clamp"} {
					t.Run(space+" "+bounds, func(t *testing.T) {
						v, err := pixels.New(pixels.Config{Space: space, Bounds: bounds})
						if err != nil {
							t.Fatal(err)
						}
						plugintest.Variable(t, v)
					})
				}
			}
		},
		"fourier": func(t *testing.T) {
			for _, c := range []fourier.Config{{Decay: 1, Bounds: "none"}, {Decay: 0, Bounds: "clamp"}, {Decay: 1.5, Bounds: "clamp"}} {
				t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
					v, err := fourier.New(c)
					if err != nil {
						t.Fatal(err)
					}
					plugintest.Variable(t, v)
				})
			}
		},
		"pyramid": func(t *testing.T) {
			for _, c := range []pyramid.Config{
				{Filter: "bicubic", Bounds: "none"}, {Levels: 1, Filter: "bicubic", Bounds: "clamp"},
				{Levels: 2, Filter: "bilinear", Bounds: "none"}, {Levels: 5, Filter: "bicubic", Bounds: "clamp"},
				{Smallest: 2, Filter: "bilinear", Bounds: "clamp"}, {Smallest: 7, Filter: "bicubic", Bounds: "none"},
			} {
				c.Space = "normalized"
				t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
					v, err := pyramid.New(c)
					if err != nil {
						t.Fatal(err)
					}
					plugintest.Variable(t, v)
				})
			}
		},
	}
	for _, name := range variables.Registry().Names() {
		suite, ok := suites[name]
		if !ok {
			t.Errorf("%s is not tested here; add it", name)
			continue
		}
		t.Run(name, suite)
	}
}
