package config

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"runexp/framework"
	"runexp/internal/printable"
)

// A sweep on the command line:
//
//	losses.tv.weight=0,10,100              several values; commas within brackets or quotes do not separate
//	losses.tv.weight=choice(0,10)          the same
//	losses.tv.weight=range(0,5,2)          0, 2, 4: start, stop (exclusive) and step, as in Hydra
//	losses.tv.weight=interval(0,100)       a range for method: random
//	losses.tv.weight=log_interval(1,1e3)   the same, log-uniform
//	losses.content.layers=glob(relu*)      the matching layers of the backbone, one at a time

// callPattern matches a function call.
var callPattern = regexp.MustCompile(`^([a-z_]+)\((.*)\)$`)

// parameterOf parses the right side of an override with several values into a
// parameter of the sweep. It returns nil, nil for a single value.
func parameterOf(src *source, path, text string, dst target) (*node, error) {
	if dst.text && (dst.unsweepable || dst.namesFile(src, text)) {
		return nil, nil
	}
	at := position{source: src}
	parameter := &node{position: at, kind: mapping}
	put := func(key string, n *node, err error) (*node, error) {
		if err != nil {
			return nil, err
		}
		parameter.set(key, n)
		return parameter, nil
	}
	parameter.set("path", &node{position: at, value: path})
	split, parts := splitTop, splitTop(text)
	m := callPattern.FindStringSubmatch(strings.TrimSpace(text))
	if dst.text {
		split = dst.texts
		if m == nil || len(parts) > 1 || m[1] != "choice" && (m[1] != "glob" || dst.file) {
			m, parts = nil, dst.texts(text) // range(3) is plain text
		}
	}
	if len(parts) == 1 && m == nil {
		return nil, nil
	}
	if len(parts) > 1 {
		values, err := valuesOf(src, parts, dst)
		return put("values", values, err)
	}
	function, arguments := m[1], split(m[2])
	switch function {
	case "choice":
		values, err := valuesOf(src, arguments, dst)
		return put("values", values, err)
	case "glob":
		pattern := strings.Trim(strings.TrimSpace(m[2]), `'"`)
		return put("glob", &node{position: at, value: pattern}, nil)
	case "range":
		values, err := rangeOf(src, arguments)
		return put("values", values, err)
	case "interval", "log_interval":
		numbers, err := numbersOf(src, function, arguments, 2, 2)
		if err != nil {
			return nil, err
		}
		parameter.set("min", numbers[0])
		if function == "log_interval" {
			parameter.set("distribution", &node{position: at, value: "log_uniform"})
		}
		return put("max", numbers[1], nil)
	}
	known := []string{"choice", "range", "interval", "log_interval", "glob"}
	return nil, fmt.Errorf("%w; put quotes around a text", framework.UnknownName("function", function, known))
}

// valuesOf parses each part as a value of the setting.
func valuesOf(src *source, parts []string, dst target) (*node, error) {
	values := &node{position: position{source: src}, kind: list}
	for _, part := range parts {
		part = strings.TrimSpace(part)
		if part == "" {
			return nil, fmt.Errorf(`has an empty value; write null for the default, or "" for an empty text`)
		}
		value, err := dst.value(src, part)
		if err != nil {
			return nil, err
		}
		values.items = append(values.items, value)
	}
	return values, nil
}

// numbersOf parses the arguments of a function of numbers.
func numbersOf(src *source, function string, arguments []string, least, most int) ([]*node, error) {
	values, err := valuesOf(src, arguments, target{})
	if err != nil {
		return nil, err
	}
	if n := len(values.items); n < least || n > most {
		want := fmt.Sprint(least)
		if most > least {
			want = fmt.Sprintf("%d to %d", least, most)
		}
		return nil, fmt.Errorf("%s takes %s numbers, not %d", function, want, n)
	}
	for _, item := range values.items {
		if why, isUnusable := item.value.(unusable); isUnusable {
			return nil, fmt.Errorf("%s: %s", function, string(why))
		}
		if _, isNumber := number(item); !isNumber {
			return nil, fmt.Errorf("%s takes numbers, not %s", function, describe(item))
		}
	}
	return values.items, nil
}

// number returns the value of a scalar that is a number.
func number(n *node) (float64, bool) {
	switch v := n.value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// rangeOf lists range(stop), range(start, stop) or range(start, stop, step).
func rangeOf(src *source, arguments []string) (*node, error) {
	items, err := numbersOf(src, "range", arguments, 1, 3)
	if err != nil {
		return nil, err
	}
	numbers := []*big.Rat{new(big.Rat), nil, big.NewRat(1, 1)}
	whole := true
	for i, item := range items {
		x, _ := number(item)
		numbers[i+1-min(len(items)-1, 1)] = decimalOf(x)
		_, isInt := item.value.(int64)
		whole = whole && isInt
	}
	start, stop, step := numbers[0], numbers[1], numbers[2]
	written := printable.Excerpt(strings.Join(arguments, ","))
	if step.Sign() == 0 {
		return nil, fmt.Errorf("range needs a step that is not 0")
	}
	steps := new(big.Rat).Sub(stop, start)
	steps.Quo(steps, step)
	switch {
	case steps.Sign() <= 0:
		return nil, fmt.Errorf("range(%s) is empty: the end is exclusive, and the step does not lead towards it", written)
	case steps.Cmp(big.NewRat(maxLevels, 1)) > 0:
		return nil, fmt.Errorf("range(%s) has more than %d values", written, maxLevels)
	}
	values := &node{position: position{source: src}, kind: list}
	for i := int64(0); big.NewRat(i, 1).Cmp(steps) < 0; i++ {
		x := new(big.Rat).Mul(big.NewRat(i, 1), step)
		x.Add(x, start)
		value := &node{position: values.position}
		if whole {
			value.value = x.Num().Int64()
		} else {
			value.value, _ = x.Float64()
		}
		values.items = append(values.items, value)
	}
	return values, nil
}

// decimalOf returns the exact value of the shortest decimal of x: 1/10 for 0.1.
func decimalOf(x float64) *big.Rat {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(x, 'g', -1, 64)) // cannot fail
	return r
}

// splitTop splits at commas outside brackets and quotes.
func splitTop(text string) []string {
	var parts []string
	depth, quote, begin, before := 0, byte(0), 0, byte(',')
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '\'' || c == '"') && strings.IndexByte(",[{(: ", before) >= 0: // else an apostrophe in a word
			quote = c
		case c == '[' || c == '{' || c == '(':
			depth++
		case c == ']' || c == '}' || c == ')':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, text[begin:i])
			begin = i + 1
		}
		before = c
	}
	return append(parts, text[begin:])
}

// addParameter adds a parameter of the command line to the sweep, replacing the one
// with the same path, whose condition stays. It adds the section if there is none.
func addParameter(root, parameter *node) error {
	section := root.get("sweep")
	if section == nil || section.null() {
		section = &node{position: parameter.position, kind: mapping}
		root.set("sweep", section)
	}
	parameters := section.get("parameters")
	if parameters == nil {
		parameters = &node{position: parameter.position, kind: list}
		section.set("parameters", parameters)
	}
	segs := root.canonical(parameter.get("path").text())
	for i, item := range parameters.items {
		if slices.Equal(root.canonical(item.get("path").text()), segs) {
			if when := item.get("when"); when != nil {
				parameter.set("when", when)
			}
			parameters.items[i] = parameter
			return nil
		}
		if zip := item.get("zip"); zip != nil {
			for _, member := range zip.items {
				if slices.Equal(root.canonical(member.get("path").text()), segs) {
					return fmt.Errorf("varies together with others in a zip; set it to one value first (%s=VALUE), or replace sweep.parameters", parameter.get("path").text())
				}
			}
		}
	}
	parameters.items = append(parameters.items, parameter)
	return nil
}

// removeSwept removes a path from the sweep's parameters and reports whether it was
// there.
func removeSwept(root *node, path string) (found bool) {
	parameters := root.get("sweep").get("parameters")
	if parameters == nil {
		return false
	}
	fixed := func(item *node) bool {
		swept := item.get("path").text()
		match := swept != "" && covers(root.canonical(path), root.canonical(swept))
		found = found || match
		return match
	}
	parameters.items = slices.DeleteFunc(parameters.items, func(item *node) bool {
		if zip := item.get("zip"); zip != nil && len(zip.items) > 0 {
			zip.items = slices.DeleteFunc(zip.items, fixed)
			return len(zip.items) == 0
		}
		return fixed(item)
	})
	return found
}

// covers reports whether a matches b, where * in a matches every item.
func covers(a, b []string) bool {
	return slices.EqualFunc(a, b, func(x, y string) bool { return x == y || x == "*" })
}

// reportOverwritten reports an override path=text that every trial of the sweep would
// overwrite.
func reportOverwritten(root *node, path, text string, at position, rep *report) {
	section := root.get("sweep")
	if section == nil || section.kind != mapping {
		return
	}
	segs := root.canonical(path)
	image := !strings.Contains(text, "{") && strings.TrimSpace(text) != "null" // content=x.png sets content.image
	if pairs := section.get("pairs"); pairs != nil && len(pairs.items) > 0 {
		for _, pair := range pairs.items {
			content := pair.get("content") != nil && overlap(segs, []string{"content", "image"})
			style := pair.get("style") != nil && overlap(segs, []string{"style", "*", "image"})
			if content && (len(segs) > 1 || image) || style && (len(segs) > 2 || image) {
				rep.add(at, path, "has no effect, because the sweep's pairs set the images; sweep.pairs=null removes them")
				return
			}
		}
	}
	var swept []string
	if parameters := section.get("parameters"); parameters != nil {
		for _, item := range parameters.items {
			for _, member := range append([]*node{item}, item.get("zip").members()...) {
				if written := member.get("path"); written != nil && written.source != at.source {
					swept = append(swept, written.text())
				}
			}
		}
	}
	for _, other := range swept {
		if to := root.canonical(other); other != "" && len(to) <= len(segs) && overlap(segs, to) {
			rep.add(at, path, "has no effect, because the sweep sets %s; set that to one value, or replace sweep.parameters", other)
			return
		}
	}
}

// members returns the items of a list, which may be nil.
func (n *node) members() []*node {
	if n == nil {
		return nil
	}
	return n.items
}
