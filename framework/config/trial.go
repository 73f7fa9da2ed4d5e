package config

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"runexp/framework"
)

// Trial returns the experiment with other settings, without a sweep. Of a path
// that is set twice the last counts; null takes a key away, back to its default.
// The error is a Problems, as of Load; a bad value is reported where it was written.
func (r *Resolved) Trial(settings []Setting) (*Resolved, error) {
	rep := &report{}
	t := r.trial(settings, rep)
	if err := rep.err(); err != nil {
		return nil, err
	}
	return t, nil
}

// Trials is Trial for each of several. It reports what is wrong with any of them,
// each problem once.
func (r *Resolved) Trials(settings [][]Setting) ([]*Resolved, error) {
	all := &report{}
	trials := make([]*Resolved, len(settings))
	for i, s := range settings {
		rep := &report{}
		trials[i] = r.trial(s, rep)
		all.merge(rep)
	}
	if err := all.err(); err != nil {
		return nil, err
	}
	return trials, nil
}

// trial is Trial; without a problem in rep the result is whole.
func (r *Resolved) trial(settings []Setting, rep *report) *Resolved {
	if r.base == nil {
		panic("config: a Resolved that Load has not made has no trials")
	}
	root := r.base.clone()
	// What takes items away comes last and from the end, so that indices stay true.
	var away []Setting
	for _, s := range settings {
		if s.node.null() {
			away = append(away, s)
			continue
		}
		r.assign(root, s, rep)
	}
	slices.SortStableFunc(away, func(a, b Setting) int { return compareWays(root.way(b.Path), root.way(a.Path)) })
	for _, s := range away {
		if _, written := root.find(s.Path); written || slices.Contains(segments(s.Path), "*") {
			r.assign(root, s, rep)
		}
	}
	expandShorthands(root)
	addLists(root)
	r.loader.resolvePaths(root, rep)
	trial := &Resolved{Written: r.Written, Overrides: r.Overrides, loader: r.loader, path: r.path, base: root}
	trial.Experiment = r.loader.experiment(root, r.path, rep)
	return trial
}

func (r *Resolved) assign(root *node, s Setting, rep *report) {
	way := segments(s.Path)
	if err := assign(root, way, s.node); err != nil {
		rep.add(s.at, s.Path, "%v", err)
		return
	}
	root.place(way, s.at)
}

// place puts the key at the end of way where its path was written: an unknown key
// is then one problem, however many values it has.
func (n *node) place(way []string, at position) {
	if n.kind == list {
		for i := range n.items {
			if len(way) > 1 && (way[0] == "*" || n.itemAt(way[0]) == i) {
				n.items[i].place(way[1:], at)
			}
		}
		return
	}
	for i := range n.entries {
		if e := &n.entries[i]; e.key == way[0] {
			if len(way) == 1 {
				e.position = at
				return
			}
			e.value.place(way[1:], at)
		}
	}
}

// way returns the segments of path with every item's name turned into its index,
// so that two spellings of one place are equal.
func (n *node) way(path string) []string {
	way := segments(path)
	for i, segment := range way {
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
			way[i] = fmt.Sprint(at)
		}
		if at < 0 {
			break
		}
		n = n.items[at]
	}
	return way
}

// compareWays orders ways so that 10 comes after 9.
func compareWays(a, b []string) int {
	return slices.CompareFunc(a, b, func(x, y string) int {
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
	})
}

// experiment checks the tree of one run and makes it.
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
