package plots

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

func TestLogSpaced(t *testing.T) {
	for _, c := range []struct {
		numbers []float64
		want    bool
	}{
		{[]float64{1, 10, 100}, true}, {[]float64{100, 1, 10}, true}, {[]float64{0.5, 1, 2}, true}, {[]float64{0, 1, 10, 100}, true},
		{[]float64{1, 2, 3}, false}, {[]float64{1, 50, 100}, false}, {[]float64{0, 10}, false}, {[]float64{0, 0.3, 0.6, 0.9}, false},
		{[]float64{1, 1000}, true}, {[]float64{1, 2}, false}, {[]float64{-1, 10, 100}, false}, {[]float64{3}, false}, {nil, false},
		{[]float64{5, 5, 5}, false}, {[]float64{0, 0, 1, 10, 100}, true},
	} {
		if got := LogSpaced(c.numbers); got != c.want {
			t.Errorf("%v: %t", c.numbers, got)
		}
	}
}

// Numbers are placed as on an axis of numbers, however few they are.
func TestNumbersArePlacedByValue(t *testing.T) {
	for _, c := range []struct {
		numbers []float64
		log     bool
		want    []float64
	}{
		{[]float64{0, 1, 4}, false, []float64{0, 1, 4}},
		{[]float64{1, 10, 1000}, true, []float64{1, 10, 1000}},
		{[]float64{0, 1, 10, 100}, true, []float64{0.1, 1, 10, 100}},
		{[]float64{2, 0, 1}, true, []float64{2, 0.5, 1}},
	} {
		e := Effects{Factor: "x", Numbers: c.numbers, Log: c.log, Levels: make([]string, len(c.numbers))}
		for i, v := range c.numbers {
			e.Levels[i] = fmt.Sprint(v)
		}
		if got := e.places(); !slices.Equal(got, c.want) {
			t.Errorf("%v stand at %v, want %v", c.numbers, got, c.want)
		}
		p := plot.New()
		styleNumbers(&p.X, e, e.dataWidth())
		if _, isLog := p.X.Scale.(plot.LogScale); isLog != c.log {
			t.Errorf("%v: logarithmic %t", c.numbers, isLog)
		}
		if got, want := len(p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max)), len(c.numbers); got != want {
			t.Errorf("%v: %d ticks, want %d", c.numbers, got, want)
		}
	}
}

// Where labels would overlap some are left out, and draws have round numbers.
func TestTicksOfNumbers(t *testing.T) {
	e := Effects{Factor: "x", Numbers: []float64{0, 0.001, 0.002, 100}, Levels: []string{"0", "0.001", "0.002", "100"}}
	p := plot.New()
	styleNumbers(&p.X, e, e.dataWidth())
	if got := labels(p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max)); got != labels([]plot.Tick{{Label: "0"}, {Label: "100"}}) {
		t.Errorf("labels %q", got)
	}
	e = Effects{Factor: "x", Numbers: []float64{0.123456, 3.14159, 9.87654}, Levels: []string{"0.123456", "3.14159", "9.87654"}, Drawn: true}
	styleNumbers(&p.X, e, e.dataWidth())
	if got := labels(p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max)); got != "0 2 4 6 8 10" {
		t.Errorf("labels %q", got)
	}
	for _, numbers := range [][]float64{{math.NaN(), 1}, {1}, nil, {math.MaxFloat64, 1}} {
		if e := (Effects{Numbers: numbers, Levels: []string{"a", "b"}}); e.numbered() {
			t.Errorf("%v are placed by value", numbers)
		}
	}
}

// The largest and the smallest numbers there are can be drawn.
func TestExtremeNumbers(t *testing.T) {
	for _, numbers := range [][]float64{
		{1, 2, 1e300}, {1e-299, 1, 1e299}, {0, 1e-299, 1e-298}, {-1e300, 0, 1e300}, {0, 1e-310}, {1e-310, 1}, {5, 5}, {0, 0}, {3e-300, 4e-300},
	} {
		for _, log := range []bool{false, true} {
			e := Effects{
				Factor: "x", Unit: "pair", Numbers: numbers, Log: log, Levels: make([]string, len(numbers)),
				Panels: []Effect{{Title: "noise", YLabel: "noise", Summary: make([]Interval, len(numbers))}},
			}
			for i, v := range numbers {
				e.Levels[i] = fmt.Sprint(v)
				e.Panels[0].Summary[i] = Interval{float64(i), math.NaN(), math.NaN()}
			}
			if _, err := Encode(e, "png"); err != nil {
				t.Errorf("%v, logarithmic %t: %v", numbers, log, err)
			}
			e.Drawn = true
			if _, err := Encode(e, "svg"); err != nil {
				t.Errorf("%v drawn, logarithmic %t: %v", numbers, log, err)
			}
		}
	}
}

// By the count of iterations a stage ends where the next one begins: its last point is part
// of its own curve.
func TestRunsOfStagesThatMeet(t *testing.T) {
	s := Series{Steps: []float64{0, 1, 2, 2, 2, 3}, Values: []float64{9, 8, 7, math.NaN(), 5, 4}}
	got := s.runs([]Stage{{At: 0}, {At: 2}}, finite)
	want := []plotter.XYs{{{X: 0, Y: 9}, {X: 1, Y: 8}, {X: 2, Y: 7}}, {{X: 2, Y: 5}, {X: 3, Y: 4}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
