// Package metrics lists the built-in metrics.
//
// Those on held-out features are relative: an equal picture scores 0, one without features (for
// CFSD, without structure) scores 1. All but CFSD are ratios of squares of features, so
// that layers and networks of different scale are comparable. Content and style are
// opposed, so they are not combined into one number.
//
// Those of publications, in the last part of the list, are computed as published, at the
// layers of their publications.
package metrics

import (
	"runexp/framework"
	"runexp/metrics/cfsd"
	"runexp/metrics/content"
	"runexp/metrics/dists"
	"runexp/metrics/edges"
	"runexp/metrics/effectiveness"
	"runexp/metrics/frechet"
	"runexp/metrics/hellinger"
	"runexp/metrics/lpips"
	"runexp/metrics/noise"
	"runexp/metrics/palette"
	"runexp/metrics/ssim"
	"runexp/metrics/style"
	"runexp/metrics/tv"
)

// Registry returns a new registry of all metrics, in the order of reports. A change of a
// metric's values requires incrementing version in framework/evaluate.
func Registry() *framework.Registry[framework.Metric] {
	r := framework.NewRegistry[framework.Metric]("metric")
	framework.RegisterMetric(r, "content", content.Metric{})
	framework.RegisterMetric(r, "cfsd", cfsd.Metric{})
	framework.RegisterMetric(r, "ssim", ssim.Metric{})
	framework.RegisterMetric(r, "edges", edges.Metric{})
	framework.RegisterMetric(r, "style", style.Metric{})
	framework.RegisterMetric(r, "frechet", frechet.Metric{})
	framework.RegisterMetric(r, "palette", palette.Metric{})
	framework.RegisterMetric(r, "noise", noise.Metric{})
	framework.RegisterMetric(r, "noise_relative", noise.Relative{})
	framework.RegisterMetric(r, "tv", tv.Metric{})
	framework.RegisterMetric(r, "cfsd_published", cfsd.Published{})
	framework.RegisterMetric(r, "hellinger", hellinger.Metric{})
	framework.RegisterMetric(r, "effectiveness", effectiveness.Metric{})
	framework.RegisterMetric(r, "sifid_vgg", frechet.SingleImage{})
	framework.RegisterMetricFile(r, "lpips", lpips.Read)
	framework.RegisterMetricFile(r, "dists", dists.Read)
	return r
}
