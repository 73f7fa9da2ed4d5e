package schedules

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"runexp/framework"
)

// TestRatesArePyTorchs compares with testdata/rates.py: 40 iterations from 0.3.
func TestRatesArePyTorchs(t *testing.T) {
	data, err := os.ReadFile("testdata/rates.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string][]float64
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		schedule framework.Schedule
		warmup   int
	}{
		"constant, warm-up":    {Constant{}, 7},
		"step":                 {Step{Every: 9, Gamma: 0.5}, 0},
		"exponential":          {Exponential{Gamma: 0.93}, 0},
		"exponential, warm-up": {Exponential{Gamma: 0.93}, 7},
		"cosine":               {Cosine{}, 0},
		"cosine, lowest":       {Cosine{Lowest: 0.02, Over: 40}, 0},
		"cosine, warm-up":      {Cosine{Lowest: 0.02}, 7},
	}
	if len(golden) != len(cases) {
		t.Errorf("%d schedules of PyTorch's, %d cases", len(golden), len(cases))
	}
	for name, c := range cases {
		schedule, err := framework.ScheduleSpec{Warmup: c.warmup}.Over(c.schedule, 40)
		if err != nil || len(golden[name]) != 40 {
			t.Fatalf("%s: %v, %d of PyTorch's rates", name, err, len(golden[name]))
		}
		for i, want := range golden[name] {
			if got := schedule.Rate(0.3, i); math.Abs(got-want) > 1e-12 {
				t.Fatalf("%s: iteration %d has %g, PyTorch's %g", name, i, got, want)
			}
		}
	}
}

func TestCosineStaysLow(t *testing.T) {
	c, err := Cosine{Lowest: 0.1, Over: 10}.Span(1000)
	if err != nil || c.Rate(1, 0) != 1 || c.Rate(1, 10) != 0.1 || c.Rate(1, 17) != 0.1 {
		t.Errorf("%v, %v", c, err)
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	for _, c := range []interface{ Validate() error }{
		Step{}, Exponential{}, Exponential{Gamma: math.Inf(1)}, Cosine{Lowest: -1}, Cosine{Lowest: math.NaN()}, Cosine{Over: -1},
	} {
		if c.Validate() == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
	for _, c := range []framework.ScheduleSpec{{Warmup: -1}, {Warmup: 40}} {
		if _, err := c.Over(Constant{}, 40); err == nil {
			t.Errorf("a warm-up of %d of 40 is accepted", c.Warmup)
		}
	}
	if _, err := (framework.ScheduleSpec{}).Over(Cosine{}, 0); err == nil {
		t.Error("a cosine over evaluations is accepted")
	}
}
