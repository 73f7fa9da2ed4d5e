package config

import (
	"slices"
	"strconv"
	"strings"

	"runexp/framework"
	"runexp/framework/evaluate"
)

// overlap reports whether two ways lead to the same place, or one to a place
// within the other's; * is every item.
func overlap(a, b []string) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] && a[i] != "*" && b[i] != "*" {
			return false
		}
	}
	return true
}

// apart reports paths of parameters that set the same thing: which of them
// counts would depend on their order.
func (r *sweepReader) apart() {
	type place struct {
		path, at string
		way      []string
	}
	var places []place
	for _, pair := range r.sweep.Pairs {
		for _, s := range pair.settings {
			ways := [][]string{segments(s.Path)}
			if s.Path == "style" { // its other keys are the experiment's
				ways = [][]string{{"style", "*", "image"}}
			}
			for _, way := range ways {
				if !slices.ContainsFunc(places, func(p place) bool { return p.path == s.Path }) {
					places = append(places, place{s.Path, "pairs", way})
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
			way := r.base.way(path)
			for _, other := range places {
				switch {
				case !overlap(way, other.way):
					continue
				case other.at == "pairs":
					r.add(at, "%s is what pairs give; sweep it, or give pairs", path)
				case slices.Equal(way, other.way):
					r.add(at, "%s is swept already, by %s; remove one", path, other.at)
				default:
					r.add(at, "%s overlaps with %s of %s: one would overwrite the other", path, other.path, other.at)
				}
				break
			}
			places = append(places, place{path, at, way})
		}
	}
}

// earlyStop checks that trials can be compared by the metric.
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
		r.add(metric, "of %s neither low nor high is better, so no trial is the worse one; name another (known: %s)", keys.Metric, strings.Join(r.metricNames(), ", "))
	case known:
		lower = definition.Better == framework.Lower
	case strings.HasPrefix(keys.Metric, "loss/"):
		r.comparable(metric, keys.Metric)
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

// sameStages reports what lets trials be in different stages at the same step.
func (r *sweepReader) sameStages(at string) {
	last := len(r.base.get("stages").items) - 1
	for _, p := range r.sweep.Parameters {
		for _, path := range p.Paths {
			way := r.base.way(path)
			if way[0] != "stages" || len(way) > 2 && (last < 1 || way[1] == strconv.Itoa(last)) {
				continue
			}
			if len(way) < 3 || slices.Contains([]string{"iterations", "evaluations", "optimizer"}, way[2]) && len(way) == 3 {
				r.add(at, "%s is swept, so at one step trials may be in different stages, which are not to be compared; leave early_stop out", path)
				return
			}
		}
	}
}

// comparable reports a loss that means something else from trial to trial, even
// on the same pictures, which trials are compared within.
func (r *sweepReader) comparable(at, metric string) {
	name, _, _ := strings.Cut(strings.TrimPrefix(metric, "loss/"), "/")
	losses := r.base.get("losses")
	item := losses.itemAt(name)
	if name != "total" && item < 0 {
		r.add(at, "%v", framework.UnknownName("loss", name, append(losses.itemNames(), "total")))
		return
	}
	changes := func(path string) bool {
		way := r.base.way(path)
		switch way[0] {
		case "backbone", "content", "style", "variable":
			return true
		case "stages":
			return len(way) < 3 || way[2] == "size"
		case "losses":
			if name == "total" || len(way) < 2 || !overlap(way[1:2], r.base.way(join("losses", name))[1:]) {
				return name == "total" || len(way) < 2
			}
			return len(way) != 3 || way[2] != "weight" // a loss is logged before its weight
		}
		return false
	}
	const use = "such trials cannot be compared by it; name an eval/ metric, as in eval/content"
	for _, p := range r.sweep.Parameters {
		for _, path := range p.Paths {
			if changes(path) {
				r.add(at, "%s is another number in every trial, because %s is swept: %s", metric, path, use)
				return
			}
		}
	}
}
