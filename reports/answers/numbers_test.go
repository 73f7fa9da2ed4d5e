package answers

import (
	"testing"

	"runexp/reports/effects"
)

// span is an estimate with its interval.
func span(value, low, high float64) effects.Estimate {
	return effects.Estimate{Value: value, Interval: &effects.Interval{Low: low, High: high, Level: 0.95}}
}

// Numbers have as many digits as their interval has a use for.
func TestEstimateText(t *testing.T) {
	for _, c := range []struct {
		e    effects.Estimate
		unit string
		want string
	}{
		{span(62.7, 55.1, 70.2), "%", "63% [55, 70]"},
		{span(-1.2, -4.1, 2.9), "%", "−1% [−4, 3]"},
		{span(0.312, 0.22, 0.4), "%", "0.31% [0.22, 0.40]"},
		{span(-0.2, -3, 2), "", "0 [−3, 2]"},
		{effects.Estimate{Value: 63.4}, "%", "63%"},
		{effects.Estimate{Value: 0.0123}, " s", "0.012 s"},
		{span(0, 0, 0), "", "0 [0, 0]"},
		{span(2.5e-9, 2e-9, 3e-9), "", "2.5e−09 [2e−09, 3e−09]"},
	} {
		if got := write(c.e).text(c.unit); got != c.want {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
}
