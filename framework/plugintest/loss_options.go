package plugintest

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"runexp/framework"
)

// lossOptions checks a loss's options.
func lossOptions[C any](defaults func() C, build func(C) (framework.Loss, error)) error {
	c := defaults()
	if err := validate(&c); err != nil {
		return fmt.Errorf("the defaults are not valid: %w", err)
	}
	for _, o := range framework.Describe(&c) {
		if o.Doc == "" {
			return fmt.Errorf("the option %s has no `doc` tag", o.Name)
		}
	}
	if _, err := build(c); err != nil {
		return fmt.Errorf("the defaults cannot be built: %w", err)
	}
	for i, o := range layersOptions(&c) {
		for _, bad := range [][]framework.LayerWeight{nil, {{Layer: "conv1_1", Weight: -1}}, {{Layer: "conv1_1", Weight: math.NaN()}}, {{Layer: "conv1_1", Weight: math.Inf(1)}}} {
			c := defaults()
			layersOptions(&c)[i].set(bad)
			var wrong *framework.FieldError
			if err := validate(&c); !errors.As(err, &wrong) || wrong.Field != o.name {
				return fmt.Errorf("Validate returns %q for the %s %v; use framework.NeedLayers", fmt.Sprint(err), o.name, bad)
			}
		}
	}
	// The config checks names: a loss must accept any.
	c = withLayers(defaults())
	l, err := build(c)
	if err != nil {
		return fmt.Errorf("two layers: %w", err)
	}
	for _, o := range layersOptions(&c) {
		for _, want := range o.get() {
			if !slices.Contains(l.Taps(), framework.Tap(want)) {
				return fmt.Errorf("the layer %s of weight %g is not among the taps %v", want.Layer, want.Weight, l.Taps())
			}
		}
	}
	return nil
}

// validate calls the options' Validate, if they have one.
func validate(options any) error {
	if v, ok := options.(framework.Validator); ok {
		return v.Validate()
	}
	return nil
}

// A layersOption is one list of layers among options.
type layersOption struct {
	name  string // in the config
	value reflect.Value
}

func (o layersOption) get() []framework.LayerWeight {
	return o.value.Interface().([]framework.LayerWeight)
}

func (o layersOption) set(l []framework.LayerWeight) { o.value.Set(reflect.ValueOf(l)) }

// layersOptions returns the lists of layers in the struct that options points to.
func layersOptions(options any) []layersOption {
	var all []layersOption
	v := reflect.ValueOf(options).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("config"), ",")
		if name != "" && v.Field(i).Type() == reflect.TypeFor[[]framework.LayerWeight]() {
			all = append(all, layersOption{name, v.Field(i)})
		}
	}
	return all
}

// withLayers returns c with two layers in each list of layers.
func withLayers[C any](c C) C {
	for i, o := range layersOptions(&c) {
		o.set([]framework.LayerWeight{{Layer: fmt.Sprintf("conv%d_1", i+1), Weight: 1}, {Layer: fmt.Sprintf("conv%d_2", i+1), Weight: 0.5}})
	}
	return c
}
