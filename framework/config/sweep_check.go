package config

import (
	"slices"
	"strconv"
	"strings"

	"runexp/framework"
	"runexp/framework/evaluate"
	"runexp/framework/store/record"
)

// overlap reports whether two paths are equal or one contains the other; * matches
// every item.
func overlap(a, b []string) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] && a[i] != "*" && b[i] != "*" {
			return false
		}
	}
	return true
}

// checkOverlaps reports paths of parameters and pairs that overlap: the result would
// depend on their order.
func (r *sweepReader) checkOverlaps() {
	type place struct {
		path, at string
		segs     []string
	}
	var places []place
	for _, pair := range r.sweep.Pairs {
		for _, s := range pair.settings {
			all := [][]string{segments(s.Path)}
			if s.Path == "style" { // pairs do not set its other keys
				all = [][]string{{"style", "*", "image"}}
			}
			for _, segs := range all {
				if !slices.ContainsFunc(places, func(p place) bool { return p.path == s.Path }) {
					places = append(places, place{s.Path, "pairs", segs})
				}
			}
		}
	}
	for i, p := range r.sweep.Parameters {
		for k, path := range p.Paths {
			at := join(indexed("parameters", i), "path")
			if n := r.section.get("parameters").items[i]; n.get("zip") != nil {
				at = join(join(indexed("parameters", i), indexed("zip", k)), "path")
			}
			segs := r.base.canonical(path)
			for _, other := range places {
				switch {
				case !overlap(segs, other.segs):
					continue
				case other.at == "pairs":
					r.add(at, "%s is set by pairs too; remove one of them", path)
				case slices.Equal(segs, other.segs):
					r.add(at, "%s is already swept by %s; remove one", path, other.at)
				default:
					r.add(at, "%s overlaps with %s of %s: one would overwrite the other", path, other.path, other.at)
				}
				break
			}
			places = append(places, place{path, at, segs})
		}
	}
}

// earlyStop reads early_stop and checks that trials can be compared by its metric.
func (r *sweepReader) earlyStop(keys framework.PrunerSpec) {
	if !r.written("early_stop") {
		return
	}
	if keys.Metric == "" && len(r.sweep.Metrics) > 0 {
		keys.Metric = r.sweep.Metrics[0]
	}
	const metric = "early_stop.metric"
	lower := true
	definition, known := evaluate.Describe(r.loader.Plugins.Metrics, keys.Metric)
	switch {
	case known && definition.Better == framework.Neither:
		r.add(metric, "neither a lower nor a higher %s is better, so it cannot rank trials; name another (known: %s)", keys.Metric, strings.Join(r.metricNames(), ", "))
	case known:
		lower = definition.Better == framework.Lower
	case strings.HasPrefix(keys.Metric, "loss/"):
		r.comparable(metric, keys.Metric)
	case keys.Metric == record.Votes:
		r.add(metric, "people vote on finished pictures only, so %s cannot end a trial; name another (known: %s)", keys.Metric, strings.Join(r.metricNames(), ", "))
	default:
		r.add(metric, "%v", framework.UnknownName("metric", keys.Metric, append(r.metricNames(), "loss/total", "loss/NAME")))
	}
	r.sameStages(metric)
	if keys.Warmup < 0 {
		r.add("early_stop.warmup", "must be at least 0, not %d", keys.Warmup)
	}
	if keys.Every < 1 {
		r.add("early_stop.every", "must be at least 1, not %d", keys.Every)
	}
	r.sweep.EarlyStop = &EarlyStop{Type: keys.Type, Metric: keys.Metric, Lower: lower, Warmup: keys.Warmup, Every: keys.Every}
	r.pruner(keys)
}

// sameStages reports a parameter that can put trials in different stages at the same
// step.
func (r *sweepReader) sameStages(at string) {
	last := len(r.base.get("stages").items) - 1
	for _, p := range r.sweep.Parameters {
		for _, path := range p.Paths {
			segs := r.base.canonical(path)
			if segs[0] != "stages" || len(segs) > 2 && (last < 1 || segs[1] == strconv.Itoa(last)) {
				continue
			}
			if len(segs) < 3 || slices.Contains([]string{"iterations", "evaluations", "optimizer"}, segs[2]) && len(segs) == 3 {
				r.add(at, "%s is swept, so trials can be in different stages at the same step and cannot be compared; remove early_stop", path)
				return
			}
		}
	}
}

// comparable reports a loss that is defined differently in each trial, even for the
// same pair of images.
func (r *sweepReader) comparable(at, metric string) {
	name, _, _ := strings.Cut(strings.TrimPrefix(metric, "loss/"), "/")
	losses := r.base.get("losses")
	item := losses.itemAt(name)
	if name != "total" && item < 0 {
		r.add(at, "%v", framework.UnknownName("loss", name, append(losses.itemNames(), "total")))
		return
	}
	changes := func(path string) bool {
		segs := r.base.canonical(path)
		switch segs[0] {
		case "backbone", "content", "style", "variable":
			return true
		case "stages":
			return len(segs) < 3 || segs[2] == "size"
		case "losses":
			if name == "total" || len(segs) < 2 || !overlap(segs[1:2], r.base.canonical(join("losses", name))[1:]) {
				return name == "total" || len(segs) < 2
			}
			return len(segs) != 3 || segs[2] != "weight" // a loss is logged before its weight
		}
		return false
	}
	const use = "trials cannot be compared by it; use an eval/ metric, as in eval/content"
	for _, p := range r.sweep.Parameters {
		for _, path := range p.Paths {
			if changes(path) {
				r.add(at, "%s is defined differently in each trial because %s is swept: %s", metric, path, use)
				return
			}
		}
	}
}
