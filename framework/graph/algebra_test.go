package graph_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

// builder is a short name for the tables below.
type builder = graph.Builder

// shifted is x reversed: a different tensor of the same shape that depends on x.
func shifted(b *builder, x graph.Node) graph.Node {
	n := x.Shape().Len()
	index := make([]float64, n)
	for i := range index {
		index[i] = float64(n - 1 - i)
	}
	flat := b.Gather(b.Reshape(x, n), b.Constant("reversed", graph.Double(graph.Shape{n}, index)))
	return b.Add(b.Reshape(flat, x.Shape()...), b.Number(0.0123))
}

// positive is x² + 1.
func positive(b *builder, x graph.Node) graph.Node { return b.Add(b.Square(x), b.Number(1)) }

// gradientCases are the operations on tensors, by method and special case: every kind of
// broadcasting, single elements, axes first, last and between.
var gradientCases = map[string]struct {
	shape graph.Shape
	op    func(b *builder, x graph.Node) graph.Node
}{
	"Add":                {graph.Shape{3, 4}, func(b *builder, x graph.Node) graph.Node { return b.Add(b.Slice(x, 0, 1, 2), x) }},
	"Add a scalar":       {graph.Shape{3, 2}, func(b *builder, x graph.Node) graph.Node { return b.Add(x, b.Sum(x)) }},
	"Add columns":        {graph.Shape{3, 4}, func(b *builder, x graph.Node) graph.Node { return b.Add(x, b.Slice(x, 1, 2, 3)) }},
	"Sub rows":           {graph.Shape{3, 4}, func(b *builder, x graph.Node) graph.Node { return b.Sub(b.Reshape(b.Slice(x, 0, 1, 2), 4), x) }},
	"Sub between":        {graph.Shape{3, 4, 2}, func(b *builder, x graph.Node) graph.Node { return b.Sub(x, b.Slice(x, 1, 2, 3)) }},
	"Mul":                {graph.Shape{3, 4}, func(b *builder, x graph.Node) graph.Node { return b.Mul(x, shifted(b, x)) }},
	"Mul pixels":         {graph.Shape{3, 4, 2}, func(b *builder, x graph.Node) graph.Node { return b.Mul(b.Slice(x, 2, 0, 1), x) }},
	"Mul another rank":   {graph.Shape{1, 5}, func(b *builder, x graph.Node) graph.Node { return b.Mul(x, b.Reshape(x, 5)) }},
	"Mul itself":         {graph.Shape{5}, func(b *builder, x graph.Node) graph.Node { return b.Mul(x, x) }},
	"Div":                {graph.Shape{3, 4}, func(b *builder, x graph.Node) graph.Node { return b.Div(x, positive(b, shifted(b, x))) }},
	"Div by rows":        {graph.Shape{5, 3}, func(b *builder, x graph.Node) graph.Node { return b.Div(x, b.Slice(positive(b, x), 0, 4, 5)) }},
	"Div by a scalar":    {graph.Shape{5, 3}, func(b *builder, x graph.Node) graph.Node { return b.Div(x, b.Sum(positive(b, x))) }},
	"Div a scalar":       {graph.Shape{5, 3}, func(b *builder, x graph.Node) graph.Node { return b.Div(b.Sum(x), positive(b, x)) }},
	"Max":                {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.Max(x, shifted(b, x)) }},
	"Max with rows":      {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.Max(b.Slice(b.Scale(x, 1.1), 0, 1, 2), x) }},
	"Min":                {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.Min(x, shifted(b, x)) }},
	"Min with a number":  {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.Min(x, b.Number(0.011)) }},
	"Exp":                {graph.Shape{4, 3}, (*builder).Exp},
	"Log":                {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.Log(positive(b, x)) }},
	"MatMul":             {graph.Shape{3, 3}, func(b *builder, x graph.Node) graph.Node { return b.MatMul(x, shifted(b, x)) }},
	"MatMul left":        {graph.Shape{2, 5}, func(b *builder, x graph.Node) graph.Node { return b.MatMul(b.Transpose(x), b.Exp(x)) }},
	"MatMul right":       {graph.Shape{2, 5}, func(b *builder, x graph.Node) graph.Node { return b.MatMul(x, b.Transpose(shifted(b, x))) }},
	"MatMul both":        {graph.Shape{3, 3}, func(b *builder, x graph.Node) graph.Node { return b.MatMul(b.Transpose(x), b.Transpose(b.Exp(x))) }},
	"MatMul one column":  {graph.Shape{4, 1}, func(b *builder, x graph.Node) graph.Node { return b.MatMul(b.Transpose(x, 0, 1), b.Transpose(x)) }},
	"Transpose":          {graph.Shape{3, 4}, func(b *builder, x graph.Node) graph.Node { return b.Transpose(x) }},
	"Transpose three":    {graph.Shape{2, 3, 4}, func(b *builder, x graph.Node) graph.Node { return b.Transpose(x, 2, 0, 1) }},
	"Transpose a vector": {graph.Shape{3}, func(b *builder, x graph.Node) graph.Node { return b.Transpose(x) }},
	"Reshape":            {graph.Shape{3, 4}, func(b *builder, x graph.Node) graph.Node { return b.Square(b.Reshape(x, 2, 3, 2)) }},
	"Reshape last":       {graph.Shape{3, 4}, func(b *builder, x graph.Node) graph.Node { return b.Reshape(b.Square(x), 12) }},
	"Reshape and add":    {graph.Shape{4, 4, 1}, reshapedSums},
	"Reshape and Gram": {graph.Shape{1, 4, 4}, func(b *builder, x graph.Node) graph.Node {
		return b.Add(b.Reshape(b.Gram(x, 0.5), 1, 4, 4), x)
	}},
	"Slice":               {graph.Shape{3, 4, 2}, func(b *builder, x graph.Node) graph.Node { return b.Slice(x, 1, 1, 3) }},
	"Slice first":         {graph.Shape{5}, func(b *builder, x graph.Node) graph.Node { return b.Slice(x, 0, 4, 5) }},
	"Concat":              {graph.Shape{3, 2}, func(b *builder, x graph.Node) graph.Node { return b.Concat(1, x, shifted(b, x), b.Slice(x, 1, 0, 1)) }},
	"Concat rows":         {graph.Shape{3, 2}, func(b *builder, x graph.Node) graph.Node { return b.Concat(0, b.Slice(x, 0, 0, 1), b.Square(x)) }},
	"Concat one":          {graph.Shape{3, 2}, func(b *builder, x graph.Node) graph.Node { return b.Concat(0, x) }},
	"SumAlong first":      {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.SumAlong(b.Square(x), 0) }},
	"SumAlong last":       {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.SumAlong(b.Square(x), 1) }},
	"SumAlong all":        {graph.Shape{2, 3, 2}, func(b *builder, x graph.Node) graph.Node { return b.SumAlong(b.Square(x), 0, 1, 2) }},
	"MeanAlong between":   {graph.Shape{2, 3, 2}, func(b *builder, x graph.Node) graph.Node { return b.MeanAlong(b.Square(x), 1) }},
	"MeanAlong one":       {graph.Shape{2, 1, 2}, func(b *builder, x graph.Node) graph.Node { return b.MeanAlong(b.Square(x), 1) }},
	"MaxAlong first":      {graph.Shape{5, 3}, func(b *builder, x graph.Node) graph.Node { return b.MaxAlong(x, 0) }},
	"MaxAlong last":       {graph.Shape{5, 3}, func(b *builder, x graph.Node) graph.Node { return b.MaxAlong(x, 1) }},
	"MaxAlong two":        {graph.Shape{2, 3, 2}, func(b *builder, x graph.Node) graph.Node { return b.MaxAlong(x, 0, 1) }},
	"MinAlong between":    {graph.Shape{2, 3, 4}, func(b *builder, x graph.Node) graph.Node { return b.MinAlong(x, 1) }},
	"MinAlong one":        {graph.Shape{2, 1}, func(b *builder, x graph.Node) graph.Node { return b.MinAlong(x, 1) }},
	"Gather often":        {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.Gather(x, indices(b, 2, 0, 2, 2, 1)) }},
	"Gather the largest":  {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.Gather(x, b.Reshape(b.ArgMaxAlong(x, 0), 3)) }},
	"Gather the smallest": {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.Gather(x, b.Reshape(b.ArgMinAlong(x, 0), 3)) }},
	"GatherEach": {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node {
		return b.GatherEach(x, b.ArgSort(shifted(b, x)))
	}},
	"Sort": {graph.Shape{7, 3}, func(b *builder, x graph.Node) graph.Node {
		sorted, _ := b.Sort(x)
		return sorted
	}},
	"Sort a vector": {graph.Shape{9}, func(b *builder, x graph.Node) graph.Node {
		sorted, _ := b.Sort(b.Exp(x))
		return sorted
	}},
	"CosineDistance":         {graph.Shape{4, 3}, func(b *builder, x graph.Node) graph.Node { return b.CosineDistance(x, shifted(b, b.Exp(x))) }},
	"CosineDistance short":   {graph.Shape{3, 2}, func(b *builder, x graph.Node) graph.Node { return b.CosineDistance(b.Scale(x, 1e-6), shifted(b, x)) }},
	"CosineDistance itself":  {graph.Shape{3, 2}, func(b *builder, x graph.Node) graph.Node { return b.CosineDistance(b.Exp(x), x) }},
	"Subsample":              {graph.Shape{7, 5, 2}, func(b *builder, x graph.Node) graph.Node { return b.Subsample(x, offset(b, 0.9, 0.4), 2) }},
	"Subsample one column":   {graph.Shape{6, 2, 2}, func(b *builder, x graph.Node) graph.Node { return b.Subsample(x, offset(b, 0, 0.99), 3) }},
	"Patches":                {graph.Shape{5, 6, 2}, func(b *builder, x graph.Node) graph.Node { return b.Patches(b.Square(x), 3, 1) }},
	"Patches to the border":  {graph.Shape{6, 3, 2}, func(b *builder, x graph.Node) graph.Node { return b.Patches(b.Square(x), 3, 2) }},
	"ResizeBilinear smaller": {graph.Shape{7, 5, 2}, func(b *builder, x graph.Node) graph.Node { return b.ResizeBilinear(x, 2, 2) }},
	"ResizeBilinear larger":  {graph.Shape{3, 2, 2}, func(b *builder, x graph.Node) graph.Node { return b.ResizeBilinear(x, 5, 7) }},
	"ResizeCorners smaller":  {graph.Shape{7, 5, 2}, func(b *builder, x graph.Node) graph.Node { return b.ResizeCorners(x, 3, 2) }},
	"ResizeCorners larger":   {graph.Shape{3, 2, 2}, func(b *builder, x graph.Node) graph.Node { return b.ResizeCorners(x, 5, 7) }},
	"ResizeCorners to one":   {graph.Shape{3, 2, 2}, func(b *builder, x graph.Node) graph.Node { return b.ResizeCorners(x, 1, 3) }},
	"Resize smaller":         {graph.Shape{7, 5, 2}, func(b *builder, x graph.Node) graph.Node { return b.Resize(x, 3, 2) }},
	"Resize larger":          {graph.Shape{3, 2, 2}, func(b *builder, x graph.Node) graph.Node { return b.Resize(x, 5, 7) }},
	"Resize a pixel":         {graph.Shape{1, 1, 3}, func(b *builder, x graph.Node) graph.Node { return b.Resize(x, 2, 1) }},
	"SampleAt": {graph.Shape{4, 3, 2}, func(b *builder, x graph.Node) graph.Node {
		at := []float64{0.25, 1.5, 3, 2, 0, 0, 1, 1.75, 1, 1.75, 9, -4}
		return b.SampleAt(b.Square(x), b.Constant("positions", graph.Double(graph.Shape{6, 2}, at)))
	}},
	"SampleAt and more": {graph.Shape{3, 4, 5}, func(b *builder, x graph.Node) graph.Node { // adds to the gradient of others
		at := []float64{0.25, 1.5, 1, 2, 0.5, 0.5}
		y := b.Square(x)
		whole := b.MeanAlong(b.Square(b.Reshape(y, x.Shape().Len()/5, 5)), 0)
		return b.Add(b.SampleAt(y, b.Constant("positions", graph.Double(graph.Shape{3, 2}, at))), whole)
	}},
}

// offset is an offset for Subsample.
func offset(b *builder, u, v float64) graph.Node {
	return b.Constant("offset", graph.Double(graph.Shape{2}, []float64{u, v}))
}

// reshapedSums sums gradients over memory that is used in two shapes.
func reshapedSums(b *builder, x graph.Node) graph.Node {
	flat := b.Reshape(x, 4, 4)
	y := b.Add(b.Mul(flat, flat), b.Reshape(b.Gram(b.Reshape(x, 1, 4, 4), 0.5), 4, 4))
	return b.Add(b.Reshape(y, 16), b.Reshape(x, 16))
}

func indices(b *builder, index ...float64) graph.Node {
	return b.Constant("index", graph.Double(graph.Shape{len(index)}, index))
}

func TestGradientOfTheAlgebra(t *testing.T) {
	for name, c := range gradientCases {
		t.Run(name, func(t *testing.T) {
			plugintest.Gradient(t, c.shape, plugintest.Away(c.shape.Len(), 3), func(b *builder, x graph.Node) graph.Node {
				return weighted(b, c.op(b, x))
			})
		})
	}
}

// TestEveryOperationHasAGradientCase: every new method of Builder needs one.
func TestEveryOperationHasAGradientCase(t *testing.T) {
	// In TestGradientOfEveryOperation, or without a gradient that differences could check.
	elsewhere := strings.Fields("Conv ReLU MaxPool AvgPool Affine AbsDifferences Gram MSE Scale Square Abs Sqrt Sum Mean " +
		"Variable Constant Number Apply Detach NormalizeGradient ArgMaxAlong ArgMinAlong ArgSort Draws Nearest")
	methods := reflect.TypeFor[*builder]()
	for i := range methods.NumMethod() {
		m := methods.Method(i)
		if m.Type.NumOut() == 0 || m.Type.Out(0) != reflect.TypeFor[graph.Node]() || slices.Contains(elsewhere, m.Name) {
			continue
		}
		found := false
		for name := range gradientCases {
			found = found || strings.Split(name, " ")[0] == m.Name
		}
		if !found {
			t.Errorf("no gradient case for %s", m.Name)
		}
	}
}

// TestSingleFollowsDoubleAtAnyNumberOfThreads runs the algebra in single precision, as runs
// do, on tensors of several strips.
func TestSingleFollowsDoubleAtAnyNumberOfThreads(t *testing.T) {
	engines := []*compute.Engine{must(compute.NewEngine(compute.Options{Threads: 1})), must(compute.NewEngine(compute.Options{Threads: 3}))}
	for _, e := range engines {
		defer e.Close()
	}
	for name, c := range gradientCases {
		shape := slices.Clone(c.shape)
		switch strings.Split(name, " ")[0] {
		case "MatMul", "Reshape", "Resize", "ResizeBilinear", "ResizeCorners": // the shape is fixed by the case, or large sizes are tested in compute
		default:
			if shape[0] > 1 && name != "Add a scalar" { // whose sum stays short
				shape[0] *= 3500 // an odd number of strips and blocks
			}
		}
		t.Run(name, func(t *testing.T) {
			x := plugintest.Away(shape.Len(), 3)
			for i := range x { // exact in both precisions
				x[i] = float64(float32(math.Mod(x[i], 2)))
			}
			evaluate := func(b *builder) (value, gradient []float64) {
				v := b.Variable(shape...)
				y := c.op(b, v)
				total := weighted(b, y)
				p := must(b.CompileGradient(total, y))
				for range 2 { // kernels' saved state must have no effect
					run(t, p, graph.Double(shape, x))
				}
				return p.Value(y).Clone().Float64s(), p.Gradient().Clone().Float64s()
			}
			want, wantGradient := evaluate(graph.NewDoubleBuilder())
			one, oneGradient := evaluate(graph.NewBuilder(engines[0]))
			three, threeGradient := evaluate(graph.NewBuilder(engines[1]))
			if !slices.Equal(one, three) || !slices.Equal(oneGradient, threeGradient) {
				t.Error("three threads and one give different bits")
			}
			near(t, "value", one, want)
			near(t, "gradient", oneGradient, wantGradient)
		})
	}
}

// near compares by the norm of the difference.
func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	difference, length := 0.0, 0.0
	for i, v := range want {
		difference, length = math.Hypot(difference, got[i]-v), math.Hypot(length, v)
	}
	if !(difference <= 1e-5*length) {
		t.Errorf("%s is off by %g of its norm", what, difference/length)
	}
}
