package config

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"runexp/framework"
	"runexp/internal/parallel"
)

// Trial returns the experiment with the settings applied in order, without a sweep.
// null restores the default of a key. The error is a Problems, as of Load, with the
// positions of invalid values.
func (r *Resolved) Trial(settings []Setting) (*Resolved, error) {
	rep := &report{}
	t := r.trial(settings, rep)
	if err := rep.err(); err != nil {
		return nil, err
	}
	return t, nil
}

// Trials is Trial for several trials. It reports the problems of all of them, each
// once.
func (r *Resolved) Trials(settings [][]Setting) ([]*Resolved, error) {
	trials, reports := make([]*Resolved, len(settings)), make([]report, len(settings))
	parallel.Each(len(settings), func(i int) { trials[i] = r.trial(settings[i], &reports[i]) })
	all := &report{}
	for i := range reports {
		all.merge(&reports[i])
	}
	if err := all.err(); err != nil {
		return nil, err
	}
	return trials, nil
}

// trial is Trial; the result is complete if rep has no problem.
func (r *Resolved) trial(settings []Setting, rep *report) *Resolved {
	if r.base == nil {
		panic("config: Trial of a Resolved that is not from Load")
	}
	root, preset := r.over(settings, rep)
	// Items are removed last, from the end, so that indices stay valid.
	var removals []Setting
	for _, s := range settings {
		if s.Path == presetPath {
			continue
		}
		if styles := preset.get("style"); s.Path == "style" && styles != nil { // of a pair
			s.node = fillStyles(styles, s.node)
		}
		if s.node.null() {
			removals = append(removals, s)
			continue
		}
		r.assign(root, s, rep)
	}
	slices.SortStableFunc(removals, func(a, b Setting) int { return compareSegments(root.canonical(b.Path), root.canonical(a.Path)) })
	for _, s := range removals {
		if _, written := root.find(s.Path); written || slices.Contains(segments(s.Path), "*") {
			r.assign(root, s, rep)
		}
	}
	expandShorthands(root)
	addLists(root)
	r.loader.dropStaleOptions(root, reflect.TypeFor[framework.Experiment](), "")
	r.loader.resolvePaths(root, rep)
	trial := &Resolved{Written: r.Written, Overrides: r.Overrides, loader: r.loader, path: r.path, base: root}
	trial.Experiment = r.loader.experiment(root, r.path, rep)
	return trial
}

func (r *Resolved) assign(root *node, s Setting, rep *report) {
	segs := segments(s.Path)
	if err := assign(root, segs, s.node.asLevel()); err != nil {
		rep.add(s.at, s.Path, "%v", err)
		return
	}
	root.setKeyPosition(segs, s.at)
}

// setKeyPosition sets the position of the key at segs to that of its path, so that an
// unknown key is one problem whatever its number of values.
func (n *node) setKeyPosition(segs []string, at position) {
	if n.kind == list {
		for i := range n.items {
			if len(segs) > 1 && (segs[0] == "*" || n.itemAt(segs[0]) == i) {
				n.items[i].setKeyPosition(segs[1:], at)
			}
		}
		return
	}
	for i := range n.entries {
		if e := &n.entries[i]; e.key == segs[0] {
			if len(segs) == 1 {
				e.position = at
				return
			}
			e.value.setKeyPosition(segs[1:], at)
		}
	}
}

// canonical returns the segments of path with every item's name replaced with its
// index, so that two spellings of a path are equal.
func (n *node) canonical(path string) []string {
	segs := segments(path)
	for i, segment := range segs {
		if n == nil || n.kind == scalar {
			break
		}
		if n.kind == mapping {
			n = n.get(segment)
			continue
		}
		at := n.itemAt(segment)
		if segment == "*" && len(n.items) > 0 {
			at = 0
		} else if at >= 0 {
			segs[i] = fmt.Sprint(at)
		}
		if at < 0 {
			break
		}
		n = n.items[at]
	}
	return segs
}

// compareSegments orders segments so that 10 comes after 9.
func compareSegments(a, b []string) int {
	return slices.CompareFunc(a, b, func(x, y string) int {
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
	})
}

// experiment checks and decodes the tree of one experiment.
func (l *Loader) experiment(root *node, path string, rep *report) framework.Experiment {
	c := checker{l, rep}
	settings := c.check(root, reflect.TypeFor[framework.Experiment](), "").(map[string]any)
	experiment, err := l.decode(settings, path)
	if err != nil {
		rep.add(root.position, "", "%v", err)
		return experiment
	}
	v := validator{loader: l, root: root, report: rep, earlier: rep.problems, experiment: &experiment}
	v.validate()
	return experiment
}
