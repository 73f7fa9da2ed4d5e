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

// decode decodes checked settings into an Experiment with all defaults. An error is
// a bug in this package: check has validated every key and type.
func (l *Loader) decode(settings map[string]any, path string) (framework.Experiment, error) {
	// No key contains the delimiter, so viper treats no key as a path.
	v := viper.NewWithOptions(viper.KeyDelimiter("\x00"))
	l.setDefaultRates(settings)
	if err := v.MergeConfigMap(settings); err != nil {
		return framework.Experiment{}, err
	}
	e := Defaults()
	e.Style, e.Losses, e.Stages = nil, nil, nil // these hold the defaults of an item
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
	setDefaultColor(&e.Color)
	setDefaultFit(&e.Size)
	for i := range e.Stages {
		stage := &e.Stages[i]
		setDefaultFit(&stage.Size)
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

// setDefaultFit sets the default fit of a size with both height and width.
func setDefaultFit(s *framework.Size) {
	if s.Height > 0 && s.Width > 0 && s.Fit == "" {
		s.Fit = framework.FitArea
	}
}

// setDefaultRates sets lr in stages without one to the default of their optimiser's
// options, if they are a framework.Rater.
func (l *Loader) setDefaultRates(settings map[string]any) {
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

// decodeOptions replaces the settings in *options with the options struct of the
// plugin called name, nil if there is no such plugin.
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

// strict makes mapstructure reject unknown keys and wrong types, and decode every
// item of a list over the default of such an item, not over the item that the default
// list has at the same index.
func strict(c *mapstructure.DecoderConfig) {
	c.TagName = "config"
	c.ErrorUnused = true
	c.WeaklyTypedInput = false
	c.ZeroFields = true
	c.DecodeHook = startFromDefault
}

// startFromDefault sets an item of a list to its defaults before it is decoded.
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
			item.Size = framework.Size{} // one form of size replaces another
		} else {
			item.Size = sameSize
		}
		if settings["evaluations"] != nil && settings["iterations"] == nil {
			item.Iterations = 0
		}
	}
	return from.Interface(), nil
}
