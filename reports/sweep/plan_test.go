package sweep

import (
	"slices"
	"testing"

	"runexp/framework/store/record"
)

// What decides a parameter is what its condition names, as a whole path or as the mapping that it is in.
func TestDeciding(t *testing.T) {
	named := func(path, when string) parameter {
		return parameter{Parameter: record.Parameter{Path: path, When: when}}
	}
	for when, want := range map[string][]int{
		"":                                      nil,
		"losses.tv.weight > 1":                  {0},
		"stages[0].size.long > 64":              {3},
		"stages.0.optimizer.name == 'adam'":     {1},
		"size > 64 && losses.tv.weight > 1":     {0, 2},
		`get("losses.tv.weight") > 1 || size>2`: {0, 2},
	} {
		p := plan{Parameters: []parameter{
			named("losses.tv.weight", ""), named("stages.0.optimizer", ""), named("size", ""), named("seed + stages.0.size.long", ""), named("losses.style.weight", when),
		}}
		if got := p.deciding(p.Parameters[4]); !slices.Equal(got, want) {
			t.Errorf("%q is decided by %v, want %v", when, got, want)
		}
	}
}
