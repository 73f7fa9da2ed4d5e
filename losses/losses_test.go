package losses

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
	"runexp/losses/content"
	"runexp/losses/covariance"
	"runexp/losses/emd"
	"runexp/losses/gram"
	"runexp/losses/histogram"
	"runexp/losses/hypercolumn"
	"runexp/losses/laplacian"
	"runexp/losses/mmd"
	"runexp/losses/moments"
	"runexp/losses/mrf"
	"runexp/losses/neighbours"
	"runexp/losses/palette"
	"runexp/losses/pixelrange"
	"runexp/losses/selfsimilarity"
	"runexp/losses/sliced"
	"runexp/losses/tv"
	"runexp/losses/w2"
)

// TestContract runs the suite on every loss of the registry, and on its options.
func TestContract(t *testing.T) {
	suites := map[string]func(*testing.T){
		"content": func(t *testing.T) {
			plugintest.Loss(t, content.Defaults, content.New)
			variant(t, "scaled", content.Defaults, content.New, func(c *content.Config) { c.Distance = "scaled" })
		},
		"gram": func(t *testing.T) {
			plugintest.Loss(t, gram.Defaults, gram.New)
			variant(t, "without masks", gram.Defaults, gram.New, func(*gram.Config) {}, plugintest.WithoutMasks())
			variant(t, "positions", gram.Defaults, gram.New, func(c *gram.Config) { c.Per = "positions" })
			variant(t, "scaled", gram.Defaults, gram.New, func(c *gram.Config) { c.Distance = "scaled" }, plugintest.WithoutMasks())
			variant(t, "mean", gram.Defaults, gram.New, func(c *gram.Config) { c.Styles = "mean" })
			variant(t, "sum, none", gram.Defaults, gram.New, func(c *gram.Config) { c.Per, c.Distance = "none", "sum" }, plugintest.WithoutMasks())
			variant(t, "centred", gram.Defaults, gram.New, func(c *gram.Config) { c.Centred = true })
			variant(t, "centred without masks", gram.Defaults, gram.New, func(c *gram.Config) { c.Centred = true }, plugintest.WithoutMasks())
			variant(t, "across", gram.Defaults, gram.New, func(c *gram.Config) { c.Across = "next" })
			variant(t, "across without masks", gram.Defaults, gram.New, func(c *gram.Config) { c.Across, c.Per = "next", "positions" }, plugintest.WithoutMasks())
		},
		"histogram": func(t *testing.T) {
			plugintest.Loss(t, histogram.Defaults, histogram.New)
			variant(t, "without masks", histogram.Defaults, histogram.New, func(*histogram.Config) {}, plugintest.WithoutMasks())
			variant(t, "sum", histogram.Defaults, histogram.New, func(c *histogram.Config) { c.Distance = "sum" })
			variant(t, "mean", histogram.Defaults, histogram.New, func(c *histogram.Config) { c.Styles = "mean" })
		},
		"hypercolumn": func(t *testing.T) {
			size := plugintest.PictureSize(18, 21)
			one := func(c *hypercolumn.Config) { c.Turns = false }
			variant(t, "one", hypercolumn.Defaults, hypercolumn.New, one, size)
			variant(t, "without masks", hypercolumn.Defaults, hypercolumn.New, one, size, plugintest.WithoutMasks())
			plugintest.Loss(t, hypercolumn.Defaults, hypercolumn.New, size, plugintest.NoDistance()) // turns have another mean
		},
		"mmd": func(t *testing.T) {
			plugintest.Loss(t, mmd.Defaults, mmd.New, plugintest.NoDistance())
			variant(t, "without masks", mmd.Defaults, mmd.New, func(c *mmd.Config) { c.Pairs = 30 }, plugintest.NoDistance(), plugintest.WithoutMasks())
			variant(t, "sigma", mmd.Defaults, mmd.New, func(c *mmd.Config) { c.Sigma = 5 }, plugintest.NoDistance())
			variant(t, "linear", mmd.Defaults, mmd.New, func(c *mmd.Config) { c.Kernel = "linear" })
			variant(t, "poly", mmd.Defaults, mmd.New, func(c *mmd.Config) { c.Kernel, c.Offset = "poly", 2 })
			variant(t, "poly without masks", mmd.Defaults, mmd.New, func(c *mmd.Config) { c.Kernel = "poly" }, plugintest.WithoutMasks())
		},
		"moments": func(t *testing.T) {
			plugintest.Loss(t, moments.Defaults, moments.New)
			variant(t, "without masks", moments.Defaults, moments.New, func(*moments.Config) {}, plugintest.WithoutMasks())
			for _, of := range []string{"mean", "deviation", "central"} {
				variant(t, of, moments.Defaults, moments.New, func(c *moments.Config) { c.Of = of })
			}
			variant(t, "norm", moments.Defaults, moments.New, func(c *moments.Config) { c.Of, c.Distance = "central", "norm" }, plugintest.WithoutMasks())
			variant(t, "scaled", moments.Defaults, moments.New, func(c *moments.Config) { c.Distance = "scaled" })
			variant(t, "mean of styles", moments.Defaults, moments.New, func(c *moments.Config) { c.Styles = "mean" })
		},
		"laplacian": func(t *testing.T) {
			plugintest.Loss(t, laplacian.Defaults, laplacian.New, plugintest.PictureSize(13, 17))
			variant(t, "unpooled", laplacian.Defaults, laplacian.New, func(c *laplacian.Config) { c.Pool, c.Distance = 1, "sum" })
		},
		"mrf": func(t *testing.T) {
			size := plugintest.PictureSize(15, 17) // so that each region has patches at each layer
			program := func(c *mrf.Config) { c.Stride, c.Overlap, c.Distance = 2, "mean", "sum" }
			copies := func(c *mrf.Config) { c.Rotations, c.Patch = 1, 1 }
			plugintest.Loss(t, mrf.Defaults, mrf.New, size)
			variant(t, "without masks", mrf.Defaults, mrf.New, func(*mrf.Config) {}, size, plugintest.WithoutMasks())
			variant(t, "as its program", mrf.Defaults, mrf.New, program, size)
			variant(t, "as its program, without masks", mrf.Defaults, mrf.New, program, size, plugintest.WithoutMasks())
			variant(t, "scaled", mrf.Defaults, mrf.New, func(c *mrf.Config) { c.Distance = "scaled" }, size)
			variant(t, "root", mrf.Defaults, mrf.New, func(c *mrf.Config) { c.Distance = "root" }, size)
			variant(t, "copies", mrf.Defaults, mrf.New, copies, plugintest.PictureSize(11, 10))
		},
		"neighbours": func(t *testing.T) {
			one := func(c *neighbours.Config) { c.Turns = false }
			variant(t, "one", neighbours.Defaults, neighbours.New, one)
			variant(t, "without masks", neighbours.Defaults, neighbours.New, one, plugintest.WithoutMasks())
			variant(t, "samples", neighbours.Defaults, neighbours.New, func(c *neighbours.Config) { c.Samples = 3 }, plugintest.NoDistance())
			plugintest.Loss(t, neighbours.Defaults, neighbours.New, plugintest.NoDistance())
		},
		"w2": func(t *testing.T) {
			plugintest.Loss(t, w2.Defaults, w2.New)
			variant(t, "without masks", w2.Defaults, w2.New, func(*w2.Config) {}, plugintest.WithoutMasks())
			variant(t, "mean", w2.Defaults, w2.New, func(c *w2.Config) { c.Styles = "mean" })
		},
		"sliced": func(t *testing.T) {
			plugintest.Loss(t, sliced.Defaults, sliced.New)
			variant(t, "without masks", sliced.Defaults, sliced.New, func(*sliced.Config) {}, plugintest.WithoutMasks())
			variant(t, "directions", sliced.Defaults, sliced.New, func(c *sliced.Config) { c.Directions = 3 })
			variant(t, "mean", sliced.Defaults, sliced.New, func(c *sliced.Config) { c.Styles = "mean" })
		},
		"range": func(t *testing.T) {
			plugintest.Loss(t, pixelrange.Defaults, pixelrange.New)
			variant(t, "sum", pixelrange.Defaults, pixelrange.New, func(c *pixelrange.Config) { c.Reduce = "sum" })
		},
		"tv": func(t *testing.T) {
			plugintest.Loss(t, tv.Defaults, tv.New)
			for _, form := range []string{"squared", "isotropic", "nine_point"} {
				variant(t, form, tv.Defaults, tv.New, func(c *tv.Config) { c.Form = form })
			}
			for _, power := range []float64{1.25, 2, 3} {
				variant(t, fmt.Sprint("isotropic, power ", power), tv.Defaults, tv.New, func(c *tv.Config) { c.Form, c.Reduce, c.Power = "isotropic", "sum", power })
			}
			for _, reduce := range []string{"axes", "sum"} {
				variant(t, reduce, tv.Defaults, tv.New, func(c *tv.Config) { c.Reduce = reduce })
				variant(t, "squared, "+reduce, tv.Defaults, tv.New, func(c *tv.Config) { c.Form, c.Reduce = "squared", reduce })
			}
		},
		// Of STROTSS. Fewer pixels are drawn, to save time; the picture's are not the style image's.
		"covariance": func(t *testing.T) {
			fewer := func() covariance.Config { c := covariance.Defaults(); c.Points, c.StylePoints = 60, 90; return c }
			plugintest.Loss(t, fewer, covariance.New, plugintest.NoDistance())
			variant(t, "without masks", fewer, covariance.New, func(*covariance.Config) {}, plugintest.NoDistance(), plugintest.WithoutMasks())
		},
		"emd": func(t *testing.T) {
			fewer := func() emd.Config { c := emd.Defaults(); c.Points, c.StylePoints = 60, 90; return c }
			plugintest.Loss(t, fewer, emd.New, plugintest.NoDistance())
			variant(t, "without masks", fewer, emd.New, func(*emd.Config) {}, plugintest.NoDistance(), plugintest.WithoutMasks())
		},
		"palette": func(t *testing.T) {
			fewer := func() palette.Config { c := palette.Defaults(); c.Points, c.StylePoints = 60, 90; return c }
			plugintest.Loss(t, fewer, palette.New, plugintest.NoDistance())
			variant(t, "without masks", fewer, palette.New, func(*palette.Config) {}, plugintest.NoDistance(), plugintest.WithoutMasks())
		},
		"selfsimilarity": func(t *testing.T) {
			fewer := func() selfsimilarity.Config { c := selfsimilarity.Defaults(); c.Points = 60; return c }
			plugintest.Loss(t, fewer, selfsimilarity.New)
			variant(t, "without masks", fewer, selfsimilarity.New, func(*selfsimilarity.Config) {}, plugintest.WithoutMasks())
		},
	}
	for _, name := range Registry().Names() {
		suite, ok := suites[name]
		if !ok {
			t.Errorf("%s is not tested here; add it", name)
			continue
		}
		t.Run(name, suite)
	}
}

// variant runs the suite on a loss with other options than its defaults.
func variant[C any](t *testing.T, name string, defaults func() C, build func(C) (framework.Loss, error), change func(*C), traits ...plugintest.Trait) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		plugintest.Loss(t, func() C {
			c := defaults()
			change(&c)
			return c
		}, build, traits...)
	})
}

// TestByHand compares each loss with its formula, computed by hand.
func TestByHand(t *testing.T) {
	// A picture of 2×2 pixels: channel 0 is 1 2 3 4, channel 1 all 1, channel 2 all 0.
	x := graph.Double(graph.Shape{2, 2, 3}, []float64{1, 1, 0, 2, 1, 0, 3, 1, 0, 4, 1, 0})
	zero := graph.Double(x.Shape, make([]float64, 12))
	layers := []framework.LayerWeight{{Layer: "a", Weight: 1}}
	for name, c := range map[string]struct {
		loss framework.Loss
		want float64
	}{
		// (1 + 4 + 9 + 16 + 4) / 12
		"content": {must(content.New(content.Config{Layers: layers})), 34.0 / 12},
		// the same over 1 + 2 + 3 + 4 + 4
		"content, sum":    {must(content.New(content.Config{Layers: layers, Distance: "sum"})), 34},
		"content, root":   {must(content.New(content.Config{Layers: layers, Distance: "root"})), 34 / math.Sqrt(12)},
		"content, scaled": {must(content.New(content.Config{Layers: layers, Distance: "scaled"})), 34.0 / 14},
		// FᵀF = [30 10; 10 4] in the first two channels, divided by 12; squares over 9
		"gram": {must(gram.New(gram.Config{Layers: layers})), (30*30 + 2*10*10 + 4*4) / 144.0 / 9},
		// the sum of their squares
		"gram, none, sum": {must(gram.New(gram.Config{Layers: layers, Per: "none", Distance: "sum"})), 30*30 + 2*10*10 + 4*4},
		// only channel 0 varies: (2.25 + 0.25 + 0.25 + 2.25) / 12
		"gram, centred": {must(gram.New(gram.Config{Layers: layers, Per: "elements", Centred: true})), 5.0 * 5 / 144 / 9},
		// the same divided by 4
		"gram, positions":         {must(gram.New(gram.Config{Layers: layers, Per: "positions"})), (30*30 + 2*10*10 + 4*4) / 16.0 / 9},
		"gram, positions, scaled": {must(gram.New(gram.Config{Layers: layers, Per: "positions", Distance: "scaled"})), (30*30 + 2*10*10 + 4*4) / 4.0 / (30 + 2*10 + 4)},
		// all values go to 0: squares 30 and 4
		"histogram":      {must(histogram.New(histogram.Config{Layers: layers, Distance: "squared"})), 34.0 / 12},
		"histogram, sum": {must(histogram.New(histogram.Config{Layers: layers, Distance: "sum"})), 34},
		// means 2.5, 1 and 0; the Gram matrix of gram, positions; 2·3/9 of the means' squares
		"mmd, linear": {must(mmd.New(mmd.Config{Layers: layers, Kernel: "linear"})), 7.25 / 3},
		"mmd, poly":   {must(mmd.New(mmd.Config{Layers: layers, Kernel: "poly", Offset: 3})), (30*30+2*10*10+4*4)/16.0/9 + 6*7.25/9},
		// means 2.5, 1 and 0, variances 1.25, 0 and 0; the other image's deviations are 1e-4
		"moments":            {must(moments.New(moments.Config{Layers: layers, Of: "both"})), (2.5*2.5 + 1 + math.Pow(math.Sqrt(1.25+1e-8)-1e-4, 2)) / 3},
		"moments, deviation": {must(moments.New(moments.Config{Layers: layers, Of: "deviation", Distance: "sum"})), math.Pow(math.Sqrt(1.25+1e-8)-1e-4, 2)},
		"moments, mean":      {must(moments.New(moments.Config{Layers: layers, Of: "mean", Distance: "norm"})), math.Sqrt(7.25)},
		// in [−½, 2½] and twice [0, 3]: channel 0 exceeds it by ½ and 1½ at two pixels
		"range":      {must(pixelrange.New(pixelrange.Defaults())), (0.25 + 2.25) / 12},
		"range, sum": {must(pixelrange.New(pixelrange.Config{Reduce: "sum"})), 0.25 + 2.25},
		// channel 0: |dy| = 2, 2 and |dx| = 1, 1; six differences each
		"tv": {must(tv.New(tv.Defaults())), 0.5 * (4.0/6 + 2.0/6)},
		// the sum of their squares over 12
		"tv, squared":        {must(tv.New(tv.Config{Form: "squared", Reduce: "mean"})), 10.0 / 12},
		"tv, squared, axes":  {must(tv.New(tv.Config{Form: "squared", Reduce: "axes"})), 8.0/6 + 2.0/6},
		"tv, squared, sum":   {must(tv.New(tv.Config{Form: "squared", Reduce: "sum"})), 10},
		"tv, absolute, axes": {must(tv.New(tv.Config{Form: "absolute", Reduce: "axes"})), 4.0/6 + 2.0/6},
		"tv, absolute, sum":  {must(tv.New(tv.Config{Form: "absolute", Reduce: "sum"})), 6},
		// only the first pixel has both neighbours: dy² + dx² = 5 in channel 0, three elements
		"tv, isotropic":         {must(tv.New(tv.Config{Form: "isotropic", Power: 1, Reduce: "mean"})), math.Sqrt(5) / 3},
		"tv, isotropic, square": {must(tv.New(tv.Config{Form: "isotropic", Power: 2, Reduce: "sum"})), 5},
		"tv, isotropic, cube":   {must(tv.New(tv.Config{Form: "isotropic", Power: 3, Reduce: "sum"})), 5 * math.Sqrt(5)},
		// over the nine cells of 1 1 2 2, 1 1 2 2, 3 3 4 4, 3 3 4 4 the squares along the
		// diagonals are 1 4 9 4 1 and 1 4 1 4 1
		"tv, nine_point": {must(tv.New(tv.Config{Form: "nine_point", Reduce: "mean"})), 2.0/3*10/12 + (19+11)/27.0/6},
	} {
		if got := score(t, c.loss, x, nil, zero); math.Abs(got-c.want) > 1e-7*c.want {
			t.Errorf("%s is %g, want %g", name, got, c.want)
		}
	}
}

// TestMeanOfStyles: with styles: mean the target is the mean of the Gram matrices.
func TestMeanOfStyles(t *testing.T) {
	layers := []framework.LayerWeight{{Layer: "a", Weight: 1}}
	one, three := tensor(1, 1, 3, 1), tensor(1, 1, 3, 3)
	// Gram matrices of 1/3 and 3, mean (1/3 + 3)/2; the picture's is 4/3.
	x := tensor(1, 1, 3, 2)
	each, mean := must(gram.New(gram.Config{Layers: layers})), must(gram.New(gram.Config{Layers: layers, Styles: "mean"}))
	square := func(v float64) float64 { return v * v }
	if got, want := score(t, mean, x, nil, one, three), square(4.0/3-5.0/3); math.Abs(got-want) > 1e-12 {
		t.Errorf("distance to the mean is %g, want %g", got, want)
	}
	if got, want := score(t, each, x, nil, one, three), (square(4.0/3-1.0/3)+square(4.0/3-3))/2; math.Abs(got-want) > 1e-12 {
		t.Errorf("mean distance is %g, want %g", got, want)
	}
}

// TestNormalDistributions: of one channel, the distance is that of means and deviations, with
// 1e-4 added to variances.
func TestNormalDistributions(t *testing.T) {
	loss := must(w2.New(w2.Config{Layers: []framework.LayerWeight{{Layer: "a", Weight: 1}}}))
	x := graph.Double(graph.Shape{1, 2, 1}, []float64{1, 3})       // mean 2, variance 1
	y := graph.Double(graph.Shape{1, 4, 1}, []float64{5, 5, 9, 9}) // mean 7, variance 4
	flat := graph.Double(graph.Shape{2, 1, 1}, []float64{2, 2})    // mean 2, variance 0
	deviations := math.Sqrt(4+1e-4) - math.Sqrt(1+1e-4)
	if got, want := score(t, loss, x, nil, y), 25+deviations*deviations; math.Abs(got-want) > 1e-9 {
		t.Errorf("distance is %g, want %g", got, want)
	}
	deviations = math.Sqrt(1+1e-4) - 1e-2
	if got, want := score(t, loss, x, nil, flat), deviations*deviations; math.Abs(got-want) > 1e-9 {
		t.Errorf("distance to a flat image is %g, want %g", got, want)
	}
}

// TestMixtureOfStyles: with styles: mean the target has the moments of all positions of the
// style images.
func TestMixtureOfStyles(t *testing.T) {
	loss := must(w2.New(w2.Config{Layers: []framework.LayerWeight{{Layer: "a", Weight: 1}}, Styles: "mean"}))
	x, one, other := noise(5, 6, 1), noise(4, 5, 2), noise(4, 5, 3)
	both := graph.Double(graph.Shape{8, 5, 3}, slices.Concat(one.Double, other.Double))
	if got, want := score(t, loss, x, nil, one, other), score(t, loss, x, nil, both); math.Abs(got-want) > 1e-10 {
		t.Errorf("distance to two styles is %g, to both in one %g", got, want)
	}
}

// TestMaskOfOnes: a region that is the whole image gives the loss without regions, and one
// that a style image lacks is compared with the others only.
func TestMaskOfOnes(t *testing.T) {
	layers := []framework.LayerWeight{{Layer: "a", Weight: 1}}
	x, y := noise(7, 5, 1), noise(6, 8, 2)
	for name, loss := range map[string]framework.Loss{
		"gram":            must(gram.New(gram.Config{Layers: layers})),
		"gram, positions": must(gram.New(gram.Config{Layers: layers, Per: "positions", Distance: "scaled"})),
		"w2":              must(w2.New(w2.Config{Layers: layers})),
	} {
		plain := score(t, loss, x, nil, y)
		if got := score(t, loss, x, []string{"all"}, y); math.Abs(got-plain) > 1e-12*plain {
			t.Errorf("%s: %g with a mask of ones, %g without", name, got, plain)
		}
	}
}

func must(l framework.Loss, err error) framework.Loss {
	if err != nil {
		panic(err)
	}
	return l
}

// tensor returns [h, w, c] of one value.
func tensor(h, w, c int, value float64) graph.Tensor {
	return graph.Double(graph.Shape{h, w, c}, slices.Repeat([]float64{value}, h*w*c))
}

// noise returns [h, w, 3] of numbers away from 0.
func noise(h, w int, seed uint64) graph.Tensor {
	return graph.Double(graph.Shape{h, w, 3}, plugintest.Away(h*w*3, seed))
}

// score returns the sum of a loss's terms for features x of the layer a, against target
// features of equal weights. Each image has masks of ones for regions.
func score(t *testing.T, loss framework.Loss, x graph.Tensor, regions []string, targets ...graph.Tensor) float64 {
	t.Helper()
	b := graph.NewDoubleBuilder()
	represent := func(image graph.Node) framework.Values {
		space := framework.Space{Scale: 3, Mean: [3]float64{0.5, 0, 0}, Std: [3]float64{1, 1, 1}}
		v := framework.View{Space: space, Taps: map[string]graph.Node{"a": image, framework.ImageTap: image}, Masks: map[string]map[string]graph.Node{}}
		for _, region := range regions {
			shape := image.Shape()
			v.Masks[region] = map[string]graph.Node{"a": b.Constant(region, tensor(shape[0], shape[1], 1, 1))}
		}
		nodes, err := loss.Represent(b, v)
		if err != nil {
			t.Fatal(err)
		}
		return nodes
	}
	want := framework.Targets{}
	for _, role := range loss.Roles() {
		for i, target := range targets {
			values := represent(b.Constant(fmt.Sprint("target ", i), target))
			want[role] = append(want[role], framework.Target{Values: values, Weight: 1 / float64(len(targets))})
		}
	}
	if preparer, prepares := loss.(framework.TargetPreparer); prepares {
		var err error
		if want, err = preparer.PrepareTargets(b, want); err != nil {
			t.Fatal(err)
		}
	}
	terms, err := loss.Score(b, represent(b.Variable(x.Shape...)), want)
	if err != nil {
		t.Fatal(err)
	}
	total := terms[0].Node
	for _, term := range terms[1:] {
		total = b.Add(total, term.Node)
	}
	p, err := b.Compile(total)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), x); err != nil {
		t.Fatal(err)
	}
	return p.Scalar(total)
}

// TestStylesOfRegions: a style image counts for the regions that it has, and each region
// needs one.
func TestStylesOfRegions(t *testing.T) {
	loss := must(gram.New(gram.Config{Layers: []framework.LayerWeight{{Layer: "a", Weight: 1}}}))
	b := graph.NewDoubleBuilder()
	x := b.Variable(1, 1)
	style := func(weight, value float64, regions ...string) framework.Target {
		values := framework.Values{}
		for _, region := range regions {
			values[region+"/a"] = b.Constant(fmt.Sprint(region, value), graph.Double(graph.Shape{1, 1}, []float64{value}))
		}
		return framework.Target{Values: values, Weight: weight}
	}
	styles := []framework.Target{style(0.25, 1, "sky", "land"), style(0.75, 2, "land")}
	terms, err := loss.Score(b, framework.Values{"sky/a": x, "land/a": x}, framework.Targets{framework.Style: styles})
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(terms[0].Node, terms[1].Node)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Double(graph.Shape{1, 1}, []float64{5})); err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name  string
		value float64
	}{{"land/a", 0.25*16 + 0.75*9}, {"sky/a", 16}} {
		if got := p.Scalar(terms[i].Node); terms[i].Name != want.name || math.Abs(got-want.value) > 1e-12 {
			t.Errorf("term %s is %g, want %s of %g", terms[i].Name, got, want.name, want.value)
		}
	}
	_, err = loss.Score(b, framework.Values{"sea/a": x}, framework.Targets{framework.Style: styles})
	if err == nil || !strings.Contains(err.Error(), "no style image has the region sea") {
		t.Errorf("a region that no style has: %v", err)
	}
}
