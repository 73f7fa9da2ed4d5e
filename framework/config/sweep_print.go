package config

// sweepYAML returns the YAML of a sweep's config.
func (r *Resolved) sweepYAML() ([]byte, error) {
	root := r.base.clone()
	root.drop("experiment")
	name := entry{root.position, "experiment", value(r.Experiment.Name)}
	root.entries = append([]entry{name}, root.entries...)
	root.set("sweep", r.Sweep.tree())
	return marshal(root.toYAML(false))
}

// tree returns the section of s with all defaults.
func (s *Sweep) tree() *node {
	out := &node{kind: mapping}
	put := func(key string, value *node) { out.set(key, value) }
	if s.Question != "" {
		put("question", value(s.Question))
	}
	put("method", value(s.Method))
	for _, o := range s.Options {
		put(o.Path, o.node)
	}
	put("metrics", texts(s.Metrics))
	if len(s.Equivalent) > 0 {
		margins := &node{kind: list}
		for _, m := range s.Equivalent {
			margins.items = append(margins.items, m.tree())
		}
		put("equivalent", margins)
	}
	if len(s.Pairs) > 0 {
		pairs := &node{kind: list}
		for _, p := range s.Pairs {
			pairs.items = append(pairs.items, p.tree())
		}
		put("pairs", pairs)
	}
	put("repeats", value(int64(s.Repeats)))
	parameters := &node{kind: list}
	for _, p := range s.Parameters {
		parameters.items = append(parameters.items, p.tree())
	}
	put("parameters", parameters)
	if len(s.Exclude) > 0 {
		var exclude []string
		for _, e := range s.Exclude {
			exclude = append(exclude, e.text)
		}
		put("exclude", texts(exclude))
	}
	put("run_cap", value(int64(s.RunCap)))
	if e := s.EarlyStop; e != nil {
		early := fieldsOf("type", value(e.Type), "metric", value(e.Metric), "warmup", value(int64(e.Warmup)), "every", value(int64(e.Every)))
		for _, o := range e.Options {
			early.set(o.Path, o.node)
		}
		put("early_stop", early)
	}
	put("on_failure", fieldsOf("retries", value(int64(s.OnFailure.Retries)), "max_failures", value(int64(s.OnFailure.MaxFailures))))
	return out
}

func (m Margin) tree() *node {
	if m.Percent > 0 {
		return fieldsOf("metric", value(m.Metric), "percent", value(m.Percent))
	}
	return fieldsOf("metric", value(m.Metric), "difference", value(m.Difference))
}

func (p Pair) tree() *node {
	out := &node{kind: mapping}
	if p.Content != "" {
		out.set("content", value(p.Content))
	}
	if len(p.Style) > 0 {
		out.set("style", texts(p.Style))
	}
	return out
}

func (p Parameter) tree() *node {
	out := p.values()
	if p.When != nil {
		out.set("when", value(p.When.text))
	}
	return out
}

// values is the tree of a parameter without its condition.
func (p Parameter) values() *node {
	if p.Range != nil {
		return fieldsOf("path", value(p.Paths[0]), "min", value(p.Range.Min), "max", value(p.Range.Max),
			"distribution", value(p.Range.Distribution))
	}
	items := make([]*node, len(p.Paths))
	var labels []string
	for k, path := range p.Paths {
		values := &node{kind: list}
		for _, l := range p.Levels {
			values.items = append(values.items, l.Settings[k].node)
		}
		items[k] = fieldsOf("path", value(path), "values", values)
	}
	for _, l := range p.Levels {
		labels = append(labels, l.Label)
	}
	out := items[0]
	if len(items) > 1 {
		out = fieldsOf("zip", &node{kind: list, items: items})
	}
	out.set("labels", texts(labels))
	return out
}

// value returns a scalar without a position.
func value(v any) *node { return &node{value: v} }

func texts(words []string) *node {
	n := &node{kind: list}
	for _, text := range words {
		n.items = append(n.items, value(text))
	}
	return n
}

// fieldsOf returns a mapping of alternating keys and values.
func fieldsOf(pairs ...any) *node {
	n := &node{kind: mapping}
	for i := 0; i < len(pairs); i += 2 {
		n.set(pairs[i].(string), pairs[i+1].(*node))
	}
	return n
}
