package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"

	"runexp/framework"
)

// decode makes an Experiment of checked settings, every default filled in. An
// error is a fault of this package: check has seen every key and type.
func (l *Loader) decode(settings map[string]any, path string) (framework.Experiment, error) {
	// A key cannot contain the delimiter, so no key is ever taken for a path.
	v := viper.NewWithOptions(viper.KeyDelimiter("\x00"))
	l.rates(settings)
	if err := v.MergeConfigMap(settings); err != nil {
		return framework.Experiment{}, err
	}
	e := Defaults()
	e.Style, e.Losses, e.Stages = nil, nil, nil // hold items that say nothing
	if err := v.Unmarshal(&e, strict); err != nil {
		return e, err
	}
	if e.Name == "" && path == standardInput {
		e.Name = stdinName
	}
	if e.Name == "" {
		e.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	for i := range e.Losses {
		if e.Losses[i].Name == "" {
			e.Losses[i].Name = e.Losses[i].Type
		}
	}
	fit(&e.Size)
	for i := range e.Stages {
		stage := &e.Stages[i]
		fit(&stage.Size)
		if i == 0 && stage.Size == sameSize {
			stage.Size = Defaults().Stages[0].Size
		}
	}
	return e, l.decodePlugins(reflect.ValueOf(&e).Elem())
}

// decodePlugins decodes the options of every plugin in v.
func (l *Loader) decodePlugins(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			if err := l.decodePlugins(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		keys, options := fields(v.Type())
		for _, f := range keys {
			if err := l.decodePlugins(v.Field(f.index)); err != nil {
				return err
			}
		}
		if options < 0 {
			return nil
		}
		choice := l.choose(v.Type())
		for _, f := range keys {
			if f.key == choice.key {
				return decodeOptions(choice, v.Field(f.index).String(), v.Field(options).Addr().Interface().(*any))
			}
		}
	}
	return nil
}

// fit writes out what both sides of a size mean that says nothing more.
func fit(s *framework.Size) {
	if s.Height > 0 && s.Width > 0 && s.Fit == "" {
		s.Fit = framework.FitArea
	}
}

// rates gives the stages that write no lr the one that their optimiser's options
// name, if they do.
func (l *Loader) rates(settings map[string]any) {
	stages, _ := settings["stages"].([]any)
	for _, item := range stages {
		stage, _ := item.(map[string]any)
		spec, _ := stage["optimizer"].(map[string]any)
		name, _ := spec["name"].(string)
		options, err := l.choose(reflect.TypeFor[framework.OptimizerSpec]()).options(name)
		if rater, can := options.(framework.DefaultRater); err == nil && can && spec["lr"] == nil {
			spec["lr"] = rater.DefaultRate()
		}
	}
}

// decodeOptions replaces the settings in *options by the options struct of the
// plugin called name; nil if there is no such plugin.
func decodeOptions(choice choice, name string, options *any) error {
	settings := *options
	defaults, err := choice.options(name)
	if err != nil {
		*options = nil // reported by check
		return nil
	}
	*options = defaults
	if settings == nil {
		return nil
	}
	config := &mapstructure.DecoderConfig{Result: defaults}
	strict(config)
	decoder, err := mapstructure.NewDecoder(config)
	if err != nil {
		return err
	}
	if err := decoder.Decode(settings); err != nil {
		return fmt.Errorf("options of %s: %w", name, err)
	}
	return nil
}

// strict makes mapstructure refuse unknown keys and wrong types, and start every
// item of a list from the default of such an item, not from whatever item the
// default list has at the same index.
func strict(c *mapstructure.DecoderConfig) {
	c.TagName = "config"
	c.ErrorUnused = true
	c.WeaklyTypedInput = false
	c.ZeroFields = true
	c.DecodeHook = startFromDefault
}

// startFromDefault fills an item of a list with its defaults before what is
// written is decoded over them.
func startFromDefault(from, to reflect.Value) (any, error) {
	defaults := Defaults()
	switch item := to.Addr().Interface().(type) {
	case *framework.StyleImage:
		*item = defaults.Style[0]
	case *framework.LossSpec:
		*item = defaults.Losses[0]
	case *framework.LayerWeight:
		item.Weight = layerWeight
	case *framework.Stage:
		*item = defaults.Stages[0]
		settings, _ := from.Interface().(map[string]any)
		if size, _ := settings["size"].(map[string]any); len(size) > 0 {
			item.Size = framework.Size{} // one form takes the place of another
		} else {
			item.Size = sameSize
		}
		if settings["evaluations"] != nil && settings["iterations"] == nil {
			item.Iterations = 0
		}
	}
	return from.Interface(), nil
}
