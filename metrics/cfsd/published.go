package cfsd

import (
	"math"
	"slices"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/measure"
)

// publishedLayer is the layer of VGG-19 that the authors' code reads.
const publishedLayer = "relu3_1"

// Published is CFSD as its authors compute it (see Metric, which makes it comparable
// between sizes and networks):
//
//	Σᵢ KL(Pᵢ ‖ Qᵢ)
//
// over all n positions of relu3_1, with the row-wise softmax P of FFᵀ/C², [n, n], for the
// content image's features F, [n, C], and Q for the picture's.
//
// It lies in [0, ∞), lower is closer: 0 for equal similarities. Chung, Hyun and Heo (2024,
// arXiv:2312.09008), checked against their code, github.com/jiwoogit/StyleID, file
// evaluation/image_metrics.py, which sums over the rows of a picture; the sum grows with the
// number of positions, so that only pictures of the same size compare. Theirs are of 512×512
// pixels, rounded to 8 bits. Time is quadratic in the number of pixels, memory is not: rows
// are computed in blocks.
type Published struct{}

var _ framework.Metric = Published{}

// Definition is part of framework.Metric.
func (Published) Definition() framework.Definition {
	return framework.Definition{
		Label: "CFSD as published", Doc: "CFSD, how differently the features resemble each other, summed over all positions",
		Low: 0, High: math.Inf(1), Better: framework.Lower, Against: framework.Content,
		Layers: framework.FixedLayers, Fixed: []string{publishedLayer},
		Formula: "Σᵢ KL(softmax(FFᵀ/C²)ᵢ of the content image ‖ the picture's)", Source: source,
		Comparable: "with CFSD in papers that use the authors' code: vgg19 with torchvision's weights, content image and picture of 512×512 pixels",
		OnRequest:  true,
	}
}

// Prepare copies the content image's features and sums its similarities by row.
func (Published) Prepare(image *measure.Image, layer string) (framework.Score, error) {
	f := image.Features(layer)
	want := newRows(image.Kernels, measure.Features{H: f.H, W: f.W, C: f.C, Values: slices.Clone(f.Values)})
	logSums := make([]float64, want.n)
	want.each(func(first int, block []float32) {
		want.k.Parallel(len(block)/want.n, 1, func(from, to int) {
			for i := from; i < to; i++ {
				logSums[first+i] = logSum(block[i*want.n:][:want.n], want.scale)
			}
		})
	})
	return func(picture *measure.Image) float64 {
		got := newRows(picture.Kernels, picture.Features(layer))
		divergences := make([]float64, want.n)
		reference := want.block()
		got.each(func(first int, block []float32) {
			rows := len(block) / got.n
			want.similarities(reference, first, rows)
			want.k.Parallel(rows, 1, func(from, to int) {
				for i := from; i < to; i++ {
					p, q := reference[i*want.n:][:want.n], block[i*got.n:][:got.n]
					divergences[first+i] = divergence(p, q, logSums[first+i], want.scale)
				}
			})
		})
		sum := 0.0
		for _, d := range divergences {
			sum += d
		}
		return max(sum, 0) // rounding may give slightly less than 0 for equal pictures
	}, nil
}

// rows computes the similarities S = FFᵀ of features F, [n, C], without its scale 1/C², in
// blocks of rows.
type rows struct {
	k        compute.Kernels[float32]
	features []float32
	n, c     int
	scale    float64
}

// rowsAtOnce are computed by one product: 8 MiB for 512×512 pixels.
const rowsAtOnce = 128

func newRows(k compute.Kernels[float32], f measure.Features) rows {
	return rows{k, f.Values, f.H * f.W, f.C, 1 / (float64(f.C) * float64(f.C))}
}

// block returns memory for rowsAtOnce rows.
func (r rows) block() []float32 { return compute.Aligned[float32](min(rowsAtOnce, r.n) * r.n) }

// each calls visit for all blocks of S, [rows, n], each with its first row.
func (r rows) each(visit func(first int, block []float32)) {
	block := r.block()
	for first := 0; first < r.n; first += rowsAtOnce {
		count := min(rowsAtOnce, r.n-first)
		r.similarities(block, first, count)
		visit(first, block[:count*r.n])
	}
}

// similarities writes count rows of S into dst.
func (r rows) similarities(dst []float32, first, count int) {
	r.k.MatMul(dst[:count*r.n], r.features[first*r.c:][:count*r.c], r.features, count, r.c, r.n, false, true)
}

// logSum returns log Σⱼ exp(scale·sⱼ).
func logSum(s []float32, scale float64) float64 {
	largest := float64(slices.Max(s)) * scale
	sum := 0.0
	for _, v := range s {
		sum += math.Exp(float64(v)*scale - largest)
	}
	return math.Log(sum) + largest
}

// divergence returns KL(P ‖ Q) of the softmax P of scale·p, whose logSum is given, and Q of
// scale·q.
func divergence(p, q []float32, logSumP, scale float64) float64 {
	sum := 0.0
	for j, v := range p {
		s := float64(v) * scale
		sum += math.Exp(s-logSumP) * (s - float64(q[j])*scale)
	}
	return sum - logSumP + logSum(q, scale)
}
