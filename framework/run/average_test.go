package run

import (
	"math"
	"testing"

	"runexp/framework/compute"
	"runexp/variables/pixels"
)

// The average of x₀ … x₂, by hand, has the weights d², d, 1.
func TestAverage(t *testing.T) {
	a := average{decay: 0.5}
	x := []float32{7}
	a.of(x)
	if x[0] != 7 {
		t.Errorf("without iterates x is %g, want it unchanged", x[0])
	}
	for _, v := range []float32{1, 2, 4} {
		a.add([]float32{v})
		a.of(x)
	}
	if want := (0.25*1 + 0.5*2 + 4) / 1.75; math.Abs(float64(x[0])-want) > 1e-6 {
		t.Errorf("average %g, want %g", x[0], want)
	}
	none := average{}
	none.add([]float32{3})
	if none.of(x); none.sum != nil {
		t.Error("a decay of 0 changes x")
	}
}

// A stage ends with the average of its start and its iterates: that is its picture, the input of its last
// loss, and the start of the next stage.
func TestStagesEndWithTheAverage(t *testing.T) {
	e := experiment(t)
	e.Stages = e.Stages[:1]
	e.Stages[0].Optimizer.LR = 10
	e.Output.Every = 1
	plain, averaged := &record{}, &record{}
	for r, decay := range map[*record]float64{plain: 0, averaged: 0.9} {
		e.Output.Average = decay
		if _, err := runIt(t, t.Context(), e, r); err != nil {
			t.Fatal(err)
		}
	}
	n := e.Stages[0].Iterations
	for i := range n {
		if plain.rows[i].Total != averaged.rows[i].Total {
			t.Fatalf("row %d: loss %g and %g: averaging must not change the iterates", i, plain.rows[i].Total, averaged.rows[i].Total)
		}
	}
	if plain.rows[n].Total == averaged.rows[n].Total {
		t.Error("the last loss is the last iterate's, not the average's")
	}
	// Iterates 1 … n−1 are the intermediate pictures of the plain run, the n-th is its result.
	p := prepare(t, e)
	start, err := p.initial(p.sizes[0].H, p.sizes[0].W)
	if err != nil {
		t.Fatal(err)
	}
	first, err := p.image(t.Context(), start, p.sizes[0].H, p.sizes[0].W)
	if err != nil {
		t.Fatal(err)
	}
	pictures := append([]Picture{{Image: first}}, plain.pictures...)
	if len(pictures) != n+1 {
		t.Fatalf("%d pictures, want %d", len(pictures), n+1)
	}
	final, moved := averaged.pictures[len(averaged.pictures)-1].Image, 0.0
	for k, u := range final.Pix {
		var sum, weights float64
		for i, p := range pictures {
			w := math.Pow(0.9, float64(n-i))
			sum, weights = sum+w*float64(p.Image.Pix[k]), weights+w
		}
		if math.Abs(float64(u)-sum/weights) > 1e-5 {
			t.Fatalf("element %d of the result is %g, of the average %g", k, u, sum/weights)
		}
		moved = max(moved, math.Abs(float64(first.Pix[k])-sum/weights))
	}
	if moved < 1e-3 {
		t.Errorf("the picture moves by %g: the test has no power", moved)
	}
}

// With bounds a picture stays in the range of a file.
func TestBounds(t *testing.T) {
	e := experiment(t)
	e.Output.Every = 1
	outside := func(bounds string) int {
		n := 0
		e.Variable.Options = &pixels.Config{Space: "normalized", Bounds: bounds}
		r := &record{}
		if _, err := runIt(t, t.Context(), e, r); err != nil {
			t.Fatal(err)
		}
		for _, v := range r.pictures[0].Image.Pix {
			if v < -1e-6 || v > 1+1e-6 {
				n++
			}
		}
		return n
	}
	if outside("none") == 0 {
		t.Error("noise of ImageNet's deviation stays in range without bounds: the test has no power")
	}
	if n := outside("clamp"); n > 0 {
		t.Errorf("%d numbers are out of bounds", n)
	}
}

// With carry a stage starts with the previous stage's optimiser state, resampled.
func TestCarry(t *testing.T) {
	e := interrupted(t)["adam"]
	second := func(carry bool) float64 {
		e.Stages[1].Carry = carry
		r := &record{}
		if _, err := runIt(t, t.Context(), e, r); err != nil {
			t.Fatal(err)
		}
		if len(r.rollbacks) > 0 {
			t.Errorf("carry %v: %d rollbacks", carry, len(r.rollbacks))
		}
		return r.rows[len(r.rows)-1].Total
	}
	if second(true) == second(false) {
		t.Error("carry does not change the second stage")
	}
	e.Stages[1].Optimizer.Name, e.Stages[1].Optimizer.Options = "lbfgs", lbfgsOptions(t)
	e.Stages[1].Carry = true
	p, err := Prepare(e, plugins(), compute.Plain[float32]{})
	if err == nil {
		_, err = p.Optimize(t.Context(), &record{})
	}
	if err == nil {
		t.Error("lbfgs accepts adam's state")
	}
}
