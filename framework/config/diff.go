package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"runexp/framework"
)

// A Difference is a setting that two experiments do not share.
type Difference struct {
	Group string  `json:"group"` // the first key of the path: backbone, losses, stages
	Path  string  `json:"path"`  // losses.style.layers
	A     *string `json:"a"`     // the value as YAML on one line; nil if there is none
	B     *string `json:"b"`
	Doc   string  `json:"doc"` // what the setting means
}

// Differences lists the settings in which a and b differ, in the order of
// framework.Experiment: those that change what a run does, so neither the name nor checkpoint nor
// evaluate. Losses are paired by name, the others by type; where the
// plugins differ, their options are not compared one by one. A weight of a loss with weights of
// layers is the same as another with their products.
func Differences(a, b framework.Experiment) []Difference {
	d := &differ{}
	d.structs("", reflect.ValueOf(comparable(a)), reflect.ValueOf(comparable(b)))
	return d.list
}

// comparable returns e without what has no meaning.
func comparable(e framework.Experiment) framework.Experiment {
	e.Name, e.Checkpoint, e.Evaluate = "", framework.CheckpointOptions{}, framework.EvaluateOptions{}
	if e.Strength != nil && framework.StrengthFactor(*e.Strength) == 1 {
		e.Strength = nil // the recipe as written
	}
	if len(e.Style) == 1 {
		e.Style = slices.Clone(e.Style)
		e.Style[0].Weight = 1 // relative to others
	}
	return e
}

// differ collects differences.
type differ struct{ list []Difference }

// add adds a difference unless the two values are written alike; nil is no value.
func (d *differ) add(path, doc string, a, b *string) {
	if a == nil && b == nil || a != nil && b != nil && *a == *b {
		return
	}
	group, _, _ := strings.Cut(path, ".")
	group, _, _ = strings.Cut(group, "[")
	d.list = append(d.list, Difference{group, path, a, b, doc})
}

// structs compares two structs of one type, key by key.
func (d *differ) structs(path string, a, b reflect.Value) {
	keys, options := fields(a.Type())
	for _, f := range keys {
		at, doc := join(path, f.key), a.Type().Field(f.index).Tag.Get("doc")
		av, bv := a.Field(f.index), b.Field(f.index)
		switch {
		case isRecord(av.Type()):
			d.entries(at, doc, av, bv)
		case av.Type() == reflect.TypeFor[[]framework.LossSpec]():
			d.losses(at, doc, av.Interface().([]framework.LossSpec), bv.Interface().([]framework.LossSpec))
		case av.Kind() == reflect.Slice && !isShort(av.Type()):
			for i := range max(av.Len(), bv.Len()) {
				d.entries(fmt.Sprintf("%s[%d]", at, i), doc, item(av, i), item(bv, i))
			}
		default:
			d.add(at, doc, valueOf(f, av, a), valueOf(f, bv, b))
		}
	}
	if options >= 0 && !a.Field(options).IsNil() && !b.Field(options).IsNil() {
		d.structs(path, a.Field(options).Elem().Elem(), b.Field(options).Elem().Elem())
	}
}

// isRecord reports whether t is a struct whose keys are compared one by one.
func isRecord(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !zeroIsAbsent(reflect.Zero(t).Interface())
}

// item returns item i of a list, the zero Value if there is none.
func item(list reflect.Value, i int) reflect.Value {
	if i < list.Len() {
		return list.Index(i)
	}
	return reflect.Value{}
}

// entries compares two structs of one type, as a whole if one is missing or their plugins differ.
func (d *differ) entries(path, doc string, a, b reflect.Value) {
	if a.IsValid() && b.IsValid() && plugin(a) == plugin(b) {
		d.structs(path, a, b)
		return
	}
	d.add(path, doc, line(a), line(b))
}

// plugin returns the type of the options of a spec, nil if it has none.
func plugin(spec reflect.Value) reflect.Type {
	if _, options := fields(spec.Type()); options >= 0 && !spec.Field(options).IsNil() {
		return spec.Field(options).Elem().Type()
	}
	return nil
}

// losses compares losses in pairs.
func (d *differ) losses(path, doc string, a, b []framework.LossSpec) {
	rest := slices.Clone(b)
	take := func(like func(framework.LossSpec) bool) (framework.LossSpec, bool) {
		i := slices.IndexFunc(rest, like)
		if i < 0 {
			return framework.LossSpec{}, false
		}
		found := rest[i]
		rest = slices.Delete(rest, i, i+1)
		return found, true
	}
	partners := make([]reflect.Value, len(a))
	names := make([]string, len(a))
	for _, like := range []func(one, other framework.LossSpec) bool{
		func(one, other framework.LossSpec) bool { return one.Name == other.Name },
		func(one, other framework.LossSpec) bool { return one.Type == other.Type },
	} {
		for i, one := range a {
			if partners[i].IsValid() {
				continue
			}
			if other, found := take(func(other framework.LossSpec) bool { return like(one, other) }); found {
				if names[i] = other.Name; other.Name == one.Name {
					names[i] = ""
				}
				other.Name = one.Name // what it is called has no meaning
				partners[i] = reflect.ValueOf(products(other, one))
			}
		}
	}
	for i, one := range a {
		at := join(path, one.Name)
		if names[i] != "" {
			at += " (" + names[i] + ")"
		}
		d.entries(at, doc, reflect.ValueOf(one), partners[i])
	}
	for _, other := range rest {
		d.entries(join(path, other.Name), doc, reflect.Value{}, reflect.ValueOf(other))
	}
}

// products returns the loss with the weights of like, and its layers, if the products of
// the loss's weight and its layers' are the same.
func products(loss, like framework.LossSpec) framework.LossSpec {
	layers, others := layersOf(loss.Options), layersOf(like.Options)
	if len(layers) != len(others) || len(layers) == 0 || reflect.TypeOf(loss.Options) != reflect.TypeOf(like.Options) {
		return loss
	}
	const rounding = 1e-9
	for i, l := range layers {
		product, other := loss.Weight*l.Weight, like.Weight*others[i].Weight
		if l.Layer != others[i].Layer || max(product, other)-min(product, other) > rounding*max(product, other) {
			return loss
		}
	}
	options := reflect.New(reflect.TypeOf(loss.Options).Elem())
	options.Elem().Set(reflect.ValueOf(loss.Options).Elem())
	options.Elem().FieldByName("Layers").Set(reflect.ValueOf(others))
	loss.Options, loss.Weight = options.Interface(), like.Weight
	return loss
}

// layersOf returns the layers of a loss's options, nil if they have none or several lists.
func layersOf(options any) []framework.LayerWeight {
	if v := reflect.Indirect(reflect.ValueOf(options)); v.Kind() == reflect.Struct {
		if f := v.FieldByName("Layers"); f.IsValid() && f.Type() == reflect.TypeFor[[]framework.LayerWeight]() {
			return f.Interface().([]framework.LayerWeight)
		}
	}
	return nil
}

// valueOf returns the value of a field of a struct as YAML on one line; nil if it is not set.
func valueOf(f field, v, of reflect.Value) *string {
	switch {
	case f.isAbsent(v) && f.absent != "":
		return &f.absent
	case v.IsZero() && (zeroIsAbsent(of.Interface()) && v.Kind() != reflect.Bool || v.Kind() == reflect.String || v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice):
		return nil
	}
	return line(v)
}

// line returns v as YAML on one line, nil for no value.
func line(v reflect.Value) *string {
	if !v.IsValid() || v.Kind() == reflect.Struct && v.IsZero() {
		return nil
	}
	n := toYAML(v)
	onOneLine(n)
	text, err := marshal(n)
	if err != nil { // cannot happen: the config was parsed from YAML
		text = []byte(fmt.Sprint(v.Interface()))
	}
	value := strings.TrimSpace(string(text))
	return &value
}

func onOneLine(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode {
		n.Style = yaml.FlowStyle
	}
	for _, child := range n.Content {
		onOneLine(child)
	}
}
