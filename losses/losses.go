// Package losses lists the built-in losses.
package losses

import (
	"runexp/framework"
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

// Registry returns a new registry of all losses.
func Registry() *framework.Registry[framework.Loss] {
	r := framework.NewRegistry[framework.Loss]("loss")
	framework.Register(r, "content", "mean squared error of features against the content image's", content.Defaults, content.New)
	framework.Register(r, "covariance", "mean absolute difference of features' means and covariances at random pixels from the style image's (STROTSS)", covariance.Defaults, covariance.New)
	framework.Register(r, "emd", "relaxed earth mover's distance of features at random pixels from the style image's (STROTSS)", emd.Defaults, emd.New)
	framework.Register(r, "gram", "mean squared error of Gram matrices against the style image's", gram.Defaults, gram.New)
	framework.Register(r, "histogram", "squared distance of features from their remap to the style image's histogram, channel by channel", histogram.Defaults, histogram.New)
	framework.Register(r, "hypercolumn", "cosine distance of many layers' features together to their nearest neighbours in the style, matched once a stage", hypercolumn.Defaults, hypercolumn.New)
	framework.Register(r, "laplacian", "mean squared error of the averaged picture's Laplacian against the content image's, which keeps edges (Lapstyle)", laplacian.Defaults, laplacian.New)
	framework.Register(r, "mmd", "maximum mean discrepancy of features from the style image's, by a linear, polynomial or Gaussian kernel", mmd.Defaults, mmd.New)
	framework.Register(r, "moments", "difference of each channel's mean and deviation, or central moments, from the style image's", moments.Defaults, moments.New)
	framework.Register(r, "mrf", "squared distance of patches of features from the most similar patches of the style image's (CNNMRF)", mrf.Defaults, mrf.New)
	framework.Register(r, "neighbours", "cosine distance of each layer's features to their nearest neighbours in the style, matched in each step", neighbours.Defaults, neighbours.New)
	framework.Register(r, "palette", "relaxed earth mover's distance of colours at random pixels from the style image's (STROTSS)", palette.Defaults, palette.New)
	framework.Register(r, "range", "mean square of what pixels exceed the range of a file by", pixelrange.Defaults, pixelrange.New)
	framework.Register(r, "selfsimilarity", "difference of the similarities between features at random pixels from the content image's (STROTSS)", selfsimilarity.Defaults, selfsimilarity.New)
	framework.Register(r, "sliced", "sliced Wasserstein distance of features from the style image's: along random directions, sorted", sliced.Defaults, sliced.New)
	framework.Register(r, "tv", "total variation: mean absolute difference of neighbouring pixels", tv.Defaults, tv.New)
	framework.Register(r, "w2", "2-Wasserstein distance of the features' mean and covariance from the style image's", w2.Defaults, w2.New)
	return r
}
