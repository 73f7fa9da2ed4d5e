package framework

import "testing"

// Numbers are short, and still distinct in a narrow range.
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

// Drawn numbers lie in the closed range, whatever the rounding.
func TestRangeAt(t *testing.T) {
	for _, r := range []SweepRange{
		{0.12345674, 1, "uniform"}, {0.5, 1.0000004, "uniform"}, {-3, 3, "uniform"},
		{1e-7, 1.2345674e3, "log_uniform"}, {1.2345678, 1e3, "log_uniform"}, {-2, 5, "int"},
	} {
		for _, u := range []float64{0, 1e-9, 0.5, 1 - 1e-9, 1 - 0x1p-53} {
			if x := r.At(u); !(x >= r.Min && x <= r.Max) {
				t.Errorf("%+v at %g is %v", r, u, x)
			}
		}
	}
	if r := (SweepRange{1e-2, 1e4, "log_uniform"}); r.At(0.5) != 10 {
		t.Errorf("half of the logarithms from -2 to 4 are below %g", r.At(0.5))
	}
	if r := (SweepRange{-2, 5, "int"}); r.At(0) != -2 || r.At(0.13) != -1 || r.At(1-0x1p-53) != 5 {
		t.Errorf("whole numbers are %g, %g, %g", r.At(0), r.At(0.13), r.At(1-0x1p-53))
	}
}
