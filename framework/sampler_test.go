package framework

import "testing"

// Short numbers, and still different ones in a narrow range.
func TestDrawsAreShort(t *testing.T) {
	for _, test := range []struct{ x, narrow, want float64 }{
		{123.4567891, 1, 123.457},
		{0.000123456789, 10, 0.000123457},
		{1000000.12345678, 1e-6, 1000000.12346},
	} {
		if got := digits(test.x, test.narrow); got != test.want {
			t.Errorf("%v becomes %v, want %v", test.x, got, test.want)
		}
	}
}
