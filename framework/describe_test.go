package framework_test

import (
	"slices"
	"testing"

	"runexp/framework"
)

func TestChanged(t *testing.T) {
	type options struct {
		Pooling string  `config:"pooling" doc:""`
		Scale   float64 `config:"scale" doc:""`
		hidden  int
	}
	usual := options{"max", 1, 0}
	for _, c := range []struct {
		options any
		want    []string
	}{{usual, nil}, {&options{"max", 1, 3}, nil}, {options{"average", 1, 0}, []string{"pooling=average"}}, {&options{"l2", 0.5, 0}, []string{"pooling=l2", "scale=0.5"}}} {
		if got := framework.Changed(c.options, &usual); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.options, got, c.want)
		}
	}
}
