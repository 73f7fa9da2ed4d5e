package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"runexp/framework"
	"runexp/internal/flow"
)

// Resolved is a loaded experiment.
type Resolved struct {
	Experiment framework.Experiment // of a sweep: one of its trials
	Sweep      *Sweep               // nil for a single run
	Written    []byte               // the content of the file
	Overrides  []string             // as given on the command line

	loader *Loader
	path   string // of the file; the default name of the experiment
	base   *node  // the tree without the sweep, with absolute paths
}

// A Param is one setting of an experiment: its key path and its value, a string,
// int64, float64 or bool. A list of layers or numbers is one setting, a List.
type Param struct {
	Path  string
	Value any
}

// A List is a list in YAML: `[conv1_1, {layer: conv2_1, weight: 0.5}]`.
type List string

// JSON returns the value in JSON, a list as a list.
func (p Param) JSON() (json.RawMessage, error) {
	if list, is := p.Value.(List); is {
		return flow.JSON(string(list))
	}
	return json.Marshal(p.Value)
}

// YAML returns the config with all defaults, in the order of framework.Experiment. It
// loads to the same Experiment.
//
// For a sweep it returns the merged config without defaults, since they can depend on
// what is swept, followed by the sweep. It loads to the same sweep.
func (r *Resolved) YAML() ([]byte, error) {
	if r.Sweep != nil {
		return r.sweepYAML()
	}
	return marshal(toYAML(reflect.ValueOf(r.Experiment)))
}

// Params returns the config as a flat list, in the order of YAML.
func (r *Resolved) Params() ([]Param, error) {
	return params("", reflect.ValueOf(r.Experiment), nil)
}

// Initial returns the plugin of the experiment's initial value.
func (r *Resolved) Initial() (framework.Initial, error) {
	plugin, err := r.loader.Plugins.Initials.Lookup(r.Experiment.Init.From)
	if err != nil {
		return nil, fmt.Errorf("init.from: %w", err)
	}
	initial, err := plugin.New(r.Experiment.Init.Options)
	if err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	return initial, nil
}

// Draws reports whether a loss of the experiment draws random numbers.
func (r *Resolved) Draws() bool {
	return slices.ContainsFunc(r.Experiment.Losses, func(spec framework.LossSpec) bool {
		plugin, err := r.loader.Plugins.Losses.Lookup(spec.Type)
		if err != nil {
			return false
		}
		loss, err := plugin.New(spec.Options)
		drawer, can := loss.(framework.Drawer)
		return err == nil && can && drawer.Draws()
	})
}

// A member is a key of a struct and its value.
type member struct {
	key   string
	value reflect.Value
}

// members returns the keys of a struct, followed by those of its plugin's options,
// without those that are not set.
func members(v reflect.Value) []member {
	var list []member
	keys, options := fields(v.Type())
	for _, f := range keys {
		value := v.Field(f.index)
		if f.isAbsent(value) {
			continue
		}
		if !value.IsZero() || !zeroIsAbsent(v.Interface()) {
			list = append(list, member{f.key, value})
		}
	}
	if options >= 0 {
		if plugin := v.Field(options); !plugin.IsNil() {
			list = append(list, members(plugin.Elem().Elem())...)
		}
	}
	return list
}

// zeroIsAbsent reports whether a zero field of the struct means that its key is not
// set: its keys are alternatives.
func zeroIsAbsent(v any) bool {
	switch v.(type) {
	case framework.Size, framework.Stage, framework.ColorOptions:
		return true
	}
	return false
}

// toYAML returns v as a YAML node; a short list is on one line.
func toYAML(v reflect.Value) *yaml.Node {
	switch v.Kind() {
	case reflect.Struct:
		if layer, ok := v.Interface().(framework.LayerWeight); ok && layer.Weight == layerWeight {
			return toYAML(v.FieldByName("Layer"))
		}
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, m := range members(v) {
			n.Content = append(n.Content, toYAML(reflect.ValueOf(m.key)), toYAML(m.value))
		}
		return n
	case reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		if isShort(v.Type()) {
			n.Style = yaml.FlowStyle
		}
		for i := range v.Len() {
			n.Content = append(n.Content, toYAML(v.Index(i)))
		}
		return n
	case reflect.Pointer:
		return toYAML(v.Elem())
	case reflect.String:
		return textYAML(v.String())
	case reflect.Float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: numberYAML(v.Float())}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(v.Interface())}
}

// isShort reports whether list is a list of layers or scalars.
func isShort(list reflect.Type) bool {
	item := list.Elem()
	return item == reflect.TypeFor[framework.LayerWeight]() || item.Kind() != reflect.Struct
}

// params appends the settings in v, at path.
func params(path string, v reflect.Value, list []Param) ([]Param, error) {
	var err error
	switch v.Kind() {
	case reflect.Struct:
		for _, m := range members(v) {
			if list, err = params(join(path, m.key), m.value, list); err != nil {
				return nil, err
			}
		}
		return list, nil
	case reflect.Slice:
		if isShort(v.Type()) {
			line, err := marshal(toYAML(v))
			return append(list, Param{path, List(strings.TrimSpace(string(line)))}), err
		}
		for i := range v.Len() {
			if list, err = params(itemOf(path, v, i), v.Index(i), list); err != nil {
				return nil, err
			}
		}
		return list, nil
	case reflect.Pointer:
		return params(path, v.Elem(), list)
	case reflect.Int, reflect.Int64:
		return append(list, Param{path, v.Int()}), nil
	}
	return append(list, Param{path, v.Interface()}), nil
}

// itemOf returns the path of item i of a list: losses.style, style[0].
func itemOf(path string, items reflect.Value, i int) string {
	if loss, ok := items.Index(i).Interface().(framework.LossSpec); ok {
		return join(path, loss.Name)
	}
	return fmt.Sprintf("%s[%d]", path, i)
}

func marshal(n *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(n); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}
