package config

import (
	"math"
	"path/filepath"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/evaluate"
)

// A sweepReader reads the `sweep:` section into a Sweep.
type sweepReader struct {
	loader  *Loader
	report  *report
	base    *node // the experiment's tree, without the section; over the first preset if presets are swept
	own     *node // base without a swept preset
	section *node
	sweep   *Sweep
}

// add reports a problem at a key of the section, "" for the section itself.
func (r *sweepReader) add(key, format string, args ...any) {
	path := "sweep"
	n := r.section
	if key != "" {
		n, _ = r.section.find(key)
		path = join(path, key)
	}
	if r.report.problems.concerns(path) && key != "" {
		return // follows from an earlier problem
	}
	r.report.add(n.position, path, format, args...)
}

// written reports whether a key of the section is set.
func (r *sweepReader) written(key string) bool {
	_, ok := r.section.find(key)
	return ok
}

// read reads the whole section. The Sweep is complete if no problem was reported.
func (r *sweepReader) read() {
	if pairs := r.section.get("pairs"); pairs != nil {
		for _, pair := range pairs.items {
			if style := pair.get("style"); style != nil && style.text() != "" {
				*style = node{position: style.position, kind: list, items: []*node{style.clone()}}
			}
		}
	}
	keys, err := r.keys()
	if err != nil { // a bug in this package: keys are already checked
		r.report.add(r.section.position, "sweep", "%v", err)
		return
	}
	if r.section.kind != mapping {
		return
	}
	if !r.written("metrics") {
		keys.Metrics = append(keys.Metrics, r.questionMetrics(keys)...)
	}
	s := r.sweep
	*s = Sweep{
		Question: keys.Question, Method: keys.Method, Metrics: keys.Metrics, Repeats: keys.Repeats,
		RunCap: keys.RunCap, OnFailure: keys.OnFailure, section: r.section,
	}
	r.sampler(keys)
	r.numbers(keys)
	seed, at := r.base.get("seed"), r.base.position
	if seed == nil {
		seed = &node{position: at, value: Defaults().Seed}
	}
	s.seed = newSetting("seed", seed, seed.position)
	if first, is := seed.value.(int64); is && keys.Repeats > 1 && first > math.MaxInt64-int64(keys.Repeats) {
		r.add("repeats", "raise the seed, %d, above the largest 64-bit integer; use a smaller seed", first)
	}
	for i, pair := range keys.Pairs {
		r.pair(i, pair)
	}
	for i, parameter := range keys.Parameters {
		s.Parameters = append(s.Parameters, r.parameter(i, parameter))
	}
	r.checkOverlaps()
	for i, parameter := range keys.Parameters {
		r.condition(i, parameter.When)
	}
	r.metrics(keys)
	r.margins(keys)
	r.earlyStop(keys.EarlyStop)
	for i, text := range keys.Exclude {
		r.exclusion(i, text)
	}
	if !r.written("parameters") && !r.written("pairs") && !r.written("repeats") {
		r.add("", "has nothing to vary; give parameters, pairs or repeats")
	}
}

// numbers checks numeric keys.
func (r *sweepReader) numbers(keys sweepKeys) {
	if keys.Repeats < 1 {
		r.add("repeats", "must be at least 1, not %d", keys.Repeats)
	}
	switch {
	case keys.RunCap < 0:
		r.add("run_cap", "must be at least 0, not %d; 0 runs every trial", keys.RunCap)
	case keys.RunCap == 0 && r.draws():
		r.add("run_cap", "method: %s needs the number of settings to draw, as in run_cap: 20", keys.Method)
	}
	if keys.OnFailure.Retries < 0 {
		r.add("on_failure.retries", "must be at least 0, not %d", keys.OnFailure.Retries)
	}
	if keys.OnFailure.MaxFailures < 0 {
		r.add("on_failure.max_failures", "must be at least 0, not %d; 0 never stops the sweep", keys.OnFailure.MaxFailures)
	}
}

// metrics checks the names of the metrics.
func (r *sweepReader) metrics(keys sweepKeys) {
	if len(keys.Metrics) == 0 {
		r.add("metrics", "needs at least one metric; leave the key out for eval/content and eval/style")
	}
	for i, name := range keys.Metrics {
		at := indexed("metrics", i)
		definition, known := evaluate.Describe(r.loader.Plugins.Metrics, name)
		r.objective(at, i, name, definition.Better)
		if strings.HasPrefix(name, "loss/") {
			known = true
			r.comparable(at, name)
		}
		if !known {
			r.add(at, "%v", framework.UnknownName("metric", name, r.metricNames()))
		} else if slices.Index(keys.Metrics, name) < i {
			r.add(at, "%s is written twice; remove one", name)
		}
	}
}

// objective makes metric i one to search by, if the sampler does.
func (r *sweepReader) objective(at string, i int, name string, better framework.Direction) {
	adaptive := r.sweep.Adaptive()
	if adaptive == nil || i >= adaptive.Objectives() {
		return
	}
	if better == framework.Neither {
		r.add(at, "neither a lower nor a higher %s is better, so method: %s cannot search by it; name another first", name, r.sweep.Method)
	}
	r.sweep.Objectives = append(r.sweep.Objectives, Objective{name, better != framework.Higher})
}

// questionMetrics returns the metrics that swept losses are about, beside the default ones.
func (r *sweepReader) questionMetrics(keys sweepKeys) []string {
	var paths, names []string
	for _, p := range keys.Parameters {
		paths = append(paths, p.Path)
		for _, z := range p.Zip {
			paths = append(paths, z.Path)
		}
	}
	for _, path := range paths {
		segs := segments(path)
		if len(segs) < 2 || segs[0] != "losses" {
			continue
		}
		item, found := r.base.find(join("losses", segs[1]))
		if !found || item.get("type") == nil {
			continue
		}
		plugin, err := r.loader.Plugins.Losses.Lookup(item.get("type").text())
		if err != nil { // reported elsewhere
			continue
		}
		if about, is := plugin.Options().(framework.QuestionMetrics); is {
			for _, name := range about.QuestionMetrics() {
				if !slices.Contains(names, name) && !slices.Contains(keys.Metrics, name) {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// margins reads what counts as no difference: one margin for each metric at most, a metric's own
// before that of all.
func (r *sweepReader) margins(keys sweepKeys) {
	for i, k := range keys.Equivalent {
		at := indexed("equivalent", i)
		switch {
		case k.Percent < 0 || k.Difference < 0 || (k.Percent > 0) == (k.Difference > 0):
			r.add(at, "needs percent or difference, one of them and above 0")
			continue
		case k.Metric == "":
			continue
		case !slices.Contains(keys.Metrics, k.Metric):
			r.add(at, "%v", framework.UnknownName("metric of the question", k.Metric, keys.Metrics))
			continue
		case slices.ContainsFunc(r.sweep.Equivalent, func(m Margin) bool { return m.Metric == k.Metric }):
			r.add(at, "%s has a margin already; give one", k.Metric)
			continue
		}
		r.sweep.Equivalent = append(r.sweep.Equivalent, Margin(k))
	}
	all := 0
	for i, k := range keys.Equivalent {
		if k.Metric != "" {
			continue
		}
		if all++; all > 1 {
			r.add(indexed("equivalent", i), "is a second margin for all metrics; name the metric of one")
			continue
		}
		for _, name := range keys.Metrics {
			if !slices.ContainsFunc(r.sweep.Equivalent, func(m Margin) bool { return m.Metric == name }) {
				r.sweep.Equivalent = append(r.sweep.Equivalent, Margin{name, k.Percent, k.Difference})
			}
		}
	}
}

// metricNames lists the metrics, without those of single layers.
func (r *sweepReader) metricNames() []string { return evaluate.Names(r.loader.Plugins.Metrics) }

// pair reads one pair. Its images replace the experiment's; their other keys (size,
// weight, crop) stay.
func (r *sweepReader) pair(i int, keys pairKeys) {
	at := indexed("pairs", i)
	n := r.section.get("pairs").items[i]
	if n.kind != mapping {
		return
	}
	var p Pair
	content, style := n.get("content"), n.get("style")
	if content == nil && style == nil {
		r.add(at, "needs content, style or both: files of images")
		return
	}
	if content != nil && keys.Content == "" {
		r.add(join(at, "content"), "needs the file of a content image")
	}
	if style != nil && len(keys.Style) == 0 {
		r.add(join(at, "style"), "needs the file of a style image")
	}
	for k, file := range keys.Style {
		if file == "" {
			r.add(join(at, indexed("style", k)), "needs the file of a style image")
		}
	}
	root := r.own.clone() // a swept preset's keys of style are filled in by the trial
	if content != nil {
		r.replace(root, "content.image", content)
	}
	if style != nil && style.kind == list {
		images := &node{position: style.position, kind: list}
		own := root.get("style").items
		for k, file := range style.items {
			item := &node{position: file.position, kind: mapping}
			if k < len(own) && own[k].kind == mapping {
				item = own[k].clone()
			}
			item.set("image", file.clone())
			images.items = append(images.items, item)
		}
		r.replace(root, "style", images)
	}
	r.loader.resolvePaths(root, r.report)
	if content != nil {
		image, _ := root.find("content.image")
		p.Content = image.text()
		p.settings = append(p.settings, newSetting("content.image", image, content.position))
	}
	if style != nil {
		p.settings = append(p.settings, newSetting("style", root.get("style"), style.position))
		for _, item := range root.get("style").items {
			p.Style = append(p.Style, item.get("image").text())
		}
	}
	if image, ok := root.find("content.image"); ok && image.text() != "" {
		p.content = stem(image.text())
	}
	var styles []string
	for _, item := range root.get("style").items {
		styles = append(styles, stem(item.get("image").text()))
	}
	p.style = strings.Join(styles, "+")
	p.Name = strings.Join(slices.DeleteFunc([]string{p.content, p.style}, func(name string) bool { return name == "" }), " × ")
	for k, other := range r.sweep.Pairs {
		if other.Content == p.Content && slices.Equal(other.Style, p.Style) {
			r.add(at, "is the same as pairs[%d]; remove one", k)
		}
	}
	r.sweep.Pairs = append(r.sweep.Pairs, p)
}

// replace assigns value in root. It only fails after another problem.
func (r *sweepReader) replace(root *node, path string, value *node) {
	if err := assign(root, segments(path), value); err != nil {
		r.report.add(value.position, path, "%v", err)
	}
}

// stem returns the name of a file without folder and extension.
func stem(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}
