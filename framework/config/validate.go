package config

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"runexp/framework"
	"runexp/framework/evaluate"
	"runexp/framework/sizes"
	"runexp/internal/printable"
)

// maxLossName is the maximum length of a loss's name, which labels curves and columns.
const maxLossName = 100

// A validator checks what types cannot express and resolves layers to names.
type validator struct {
	loader     *Loader
	root       *node
	report     *report
	earlier    Problems // found before; their consequences are not reported
	experiment *framework.Experiment
	reading    []string // the keys that read the content image
}

// add reports a problem at path, with the position of its deepest existing part.
func (v *validator) add(path, format string, args ...any) {
	if v.earlier.concerns(path) {
		return
	}
	n, _ := v.root.find(path)
	v.report.add(n.position, path, format, args...)
}

// addError reports an error of a plugin's options, which are keys at path.
func (v *validator) addError(path string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			v.addError(path, e)
		}
		return
	}
	var field *framework.FieldError
	if errors.As(err, &field) {
		v.add(join(path, field.Field), "%s", field.Problem)
		return
	}
	v.add(path, "%v", err)
}

// choose reports a value that is not one of the choices of its path.
func (v *validator) choose(path, kind, value string) {
	if known := v.loader.Choices(path); !slices.Contains(known, value) {
		v.add(path, "%v", framework.UnknownName(kind, value, known))
	}
}

func (v *validator) validate() {
	e := v.experiment
	if err := framework.CheckNewName(e.Name); err != nil {
		v.add("experiment", "%v", err)
	}
	build(v, v.loader.Plugins.Variables, e.Variable.Name, e.Variable.Options, "variable")
	v.images()
	v.losses()
	v.color()
	v.size("size", e.Size)
	v.margin()
	if limit, err := time.ParseDuration(e.Time); e.Time != "" && (err != nil || limit <= 0) {
		v.add("time", "must be a time with its unit, as in 90s, 2m or 1h30m, not %s", quote(e.Time))
	}
	for i, stage := range e.Stages {
		v.stage(fmt.Sprintf("stages[%d]", i), i, stage)
	}
	if len(e.Stages) == 0 {
		v.add("stages", "needs at least one stage; leave the key out for the default one")
	}
	v.scales()
	v.content()
	v.every("output.every", e.Output.Every, "0 keeps no intermediate pictures")
	if average := e.Output.Average; !(average >= 0 && average < 1) {
		v.add("output.average", "must be at least 0 and below 1, not %v; 0 averages nothing", average)
	}
	v.evaluate()
	if every, err := time.ParseDuration(e.Checkpoint.Every); err != nil || every < 0 {
		v.add("checkpoint.every", "must be a time with its unit, as in 30s or 5m, not %s; 0s writes no checkpoints", quote(e.Checkpoint.Every))
	}
}

// evaluate checks the interval, the metrics and the backbone of scoring.
func (v *validator) evaluate() {
	e := v.experiment.Evaluate
	for i, name := range e.Metrics {
		at := indexed("evaluate.metrics", i)
		if _, known := evaluate.Describe(v.loader.Plugins.Metrics, name); !known {
			v.add(at, "%v", framework.UnknownName("metric", name, evaluate.Names(v.loader.Plugins.Metrics)))
		} else if slices.Index(e.Metrics, name) < i {
			v.add(at, "%s is written twice; remove one", name)
		}
	}
	v.every("evaluate.every", e.Every, "0 scores only the final picture")
	build(v, v.loader.Plugins.Backbones, e.Backbone.Name, e.Backbone.Options, scorerPath)
}

// images checks content, style and init.
func (v *validator) images() {
	e := v.experiment
	v.crop("content.crop", e.Content.Crop)
	regions := v.masks("content", e.Content.Masks)
	total := 0.0
	for i, path := range v.root.get("style").itemPaths("style") {
		style := e.Style[i]
		v.image(join(path, "image"), style.Image, "a style image")
		v.weight(join(path, "weight"), style.Weight)
		v.crop(join(path, "crop"), style.Crop)
		for i, region := range v.masks(path, style.Masks) {
			if !slices.Contains(regions, region) {
				v.add(join(v.maskPaths(path)[i], "name"), "the content image has no region %s; add a mask of that name to content.masks", quote(region))
			}
		}
		v.region(path, style, regions)
		total += style.Weight
		if _, err := sizes.ParseRule(style.Size); err != nil {
			v.add(join(path, "size"), "%v", err)
		}
	}
	if math.IsInf(total, 0) {
		v.add("style", "the sum of the weights is infinite; they are relative, so scale them all down")
	}
	if len(e.Style) > 0 && total == 0 {
		v.add("style", "every weight is 0; give one style image a positive weight")
	}
	initial, ok := build(v, v.loader.Plugins.Initials, e.Init.From, e.Init.Options, "init")
	if ok && slices.Contains(initial.Roles(), framework.Content) {
		v.reading = append(v.reading, "init.from")
	}
	if ok && slices.Contains(initial.Roles(), framework.Style) && len(e.Style) == 0 {
		v.add("init.from", "starts from a style image, but there is none; give style: [{image: FILE}]")
	}
}

// masks checks the masks of an image and returns the names of their regions.
func (v *validator) masks(path string, masks []framework.Mask) (regions []string) {
	for i, at := range v.maskPaths(path) {
		name := masks[i].Name
		switch {
		case !namePattern.MatchString(name):
			v.add(join(at, "name"), "%s must be lower-case letters, digits, _ and -, a letter first", quote(name))
		case slices.Contains(regions, name):
			v.add(join(at, "name"), "%s has two masks here; remove one", quote(name))
		}
		v.image(join(at, "image"), masks[i].Image, "a mask")
		regions = append(regions, name)
	}
	return regions
}

// maskPaths returns the paths of the masks of an image.
func (v *validator) maskPaths(path string) []string {
	n, ok := v.root.find(path + ".masks")
	if !ok {
		return nil
	}
	return n.itemPaths(path + ".masks")
}

// image checks that a file exists. what names the image if the file is required.
func (v *validator) image(path, file, what string) {
	if file == "" {
		hint := ""
		if _, err := os.Stat(filepath.Join(v.loader.WorkDir, "null")); err == nil {
			hint = `; null restores the default, "null" in quotes is a file of that name`
		}
		v.add(path, "needs the file of %s%s", what, hint)
		return
	}
	info, err := os.Stat(file)
	if v.loader.Absent || err == nil && info.Mode().IsRegular() {
		return
	}
	shown := printable.Text(file) // in full: the system's limit is 4096 bytes
	if len(file) > 4096 {
		shown = printable.Excerpt(file)
	}
	relative, written := "", file
	if n, ok := v.root.find(path); ok && n.written != file && !strings.HasPrefix(n.written, "~") {
		relative = fmt.Sprintf(" (%s is relative to %s)", printable.Excerpt(n.written), n.source.base)
		written = n.written
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if near := NearestFile(file, ImageExtensions()...); near != "" {
			relative += "; did you mean " + printable.Text(filepath.Join(filepath.Dir(written), near)) + "?"
		}
		v.add(path, "no such file: %s%s", shown, relative)
	case err != nil:
		v.add(path, "cannot read %s: %v%s", shown, cause(err), relative)
	default:
		v.add(path, "not a regular file: %s%s", shown, relative)
	}
}

func (v *validator) crop(path string, fraction float64) {
	if !(fraction > 0 && fraction <= 1) {
		v.add(path, "must be above 0 and at most 1, not %v; 1 keeps the whole image", fraction)
	}
}

func (v *validator) weight(path string, weight float64) {
	if !(weight >= 0) || math.IsInf(weight, 0) {
		v.add(path, "must be at least 0, not %v", weight)
	}
}

// losses checks the backbone and the losses, which name its layers.
func (v *validator) losses() {
	e := v.experiment
	layers := v.layers()
	paths := v.root.get("losses").itemPaths("losses")
	first := map[string]int{}
	total, masked, following := 0.0, false, false
	for i, loss := range e.Losses {
		path := paths[i]
		if at, taken := first[loss.Name]; taken {
			v.add(join(path, "name"), "%s is also the name of losses[%d]; give each its own", quote(loss.Name), at)
		} else {
			first[loss.Name] = i
		}
		if loss.Name == "total" { // loss/total is the sum
			v.add(join(path, "name"), `"total" is the name of the sum of all losses; choose another name`)
		} else if !namePattern.MatchString(loss.Name) {
			v.add(join(path, "name"), "%s must be lower-case letters, digits, _ and -, a letter first", quote(loss.Name))
		} else if len(loss.Name) > maxLossName {
			v.add(join(path, "name"), "%s has %d characters, more than %d", quote(loss.Name), len(loss.Name), maxLossName)
		}
		v.weight(join(path, "weight"), loss.Weight)
		v.overruled(path, loss.Name)
		total += loss.Weight
		if loss.Options != nil && layers != nil {
			v.resolveLayers(loss.Options, path, layers)
		}
		made, ok := build(v, v.loader.Plugins.Losses, loss.Type, loss.Options, path)
		if ok && !slices.ContainsFunc(made.Taps(), func(tap framework.Tap) bool { return tap.Weight > 0 }) {
			v.add(join(path, "layers"), "every weight is 0, so there is nothing to compare; give one layer a positive weight")
		}
		if reader, can := made.(framework.MaskReader); ok && can && reader.ReadsMasks() {
			masked = true
		}
		if ok && slices.Contains(made.Roles(), framework.Content) {
			v.reading = append(v.reading, join("losses", loss.Name))
		}
		following = following || !ok || framework.FollowsStrength(made) && v.weighs(loss)
		if ok && slices.Contains(made.Roles(), framework.Style) && len(e.Style) == 0 {
			v.add(path, "needs a style image, but there is none; give style: [{image: FILE}]")
		}
	}
	if len(e.Content.Masks) > 0 && !masked {
		v.add("content.masks", "no loss here uses masks, so they have no effect; remove them, or add a loss with regions")
	}
	v.autoMasks(masked)
	v.strength(following)
	if total == 0 {
		v.add("losses", "needs at least one loss with a positive weight")
	}
}

// weighs reports whether a loss has a positive weight in any stage.
func (v *validator) weighs(loss framework.LossSpec) bool {
	return loss.Weight > 0 || slices.ContainsFunc(v.experiment.Stages, func(s framework.Stage) bool {
		return slices.ContainsFunc(s.Weights, func(w framework.StageWeight) bool { return w.Name == loss.Name && w.Weight > 0 })
	})
}

// strength checks the strength. following says whether it changes the weight of a loss.
func (v *validator) strength(following bool) {
	strength := v.experiment.Strength
	switch {
	case strength == nil:
	case !(*strength >= 0 && *strength <= 1):
		v.add("strength", "must be from 0, faint, to 1, bold, not %v", *strength)
	case !following:
		v.add("strength", "has no effect here, since no loss compares with the content image alone; "+
			"add one, as in losses: [{type: content, layers: [relu4_2]}], or leave strength out (strength=null)")
	}
}

// layers returns the layers of the backbone, nil if there is no such backbone. If its
// options are invalid they are those of the default options.
func (v *validator) layers() []framework.Layer {
	spec, registry := v.experiment.Backbone, v.loader.Plugins.Backbones
	if backbone, ok := build(v, registry, spec.Name, spec.Options, "backbone"); ok {
		return backbone.Layers()
	}
	plugin, err := registry.Lookup(spec.Name)
	if err != nil {
		return nil
	}
	backbone, err := plugin.New(plugin.Options())
	if err != nil {
		return nil
	}
	return backbone.Layers()
}

// build validates options and creates the plugin. Options are nil if the plugin is
// unknown, which is already reported.
func build[T any](v *validator, r *framework.Registry[T], name string, options any, path string) (made T, ok bool) {
	if options == nil {
		return made, false
	}
	if validated, can := options.(framework.Validator); can {
		if err := validated.Validate(); err != nil {
			v.addError(path, err)
			return made, false
		}
	}
	reported := len(v.report.problems)
	for _, f := range filesIn(path, reflect.ValueOf(options).Elem(), nil) {
		if f.Name != "" {
			v.image(f.Path, f.Name, "")
		}
	}
	if len(v.report.problems) > reported { // the plugin would report it again
		return made, false
	}
	plugin, err := r.Lookup(name)
	if err == nil {
		made, err = plugin.New(options)
	}
	if err != nil {
		v.addError(path, err)
	}
	return made, err == nil
}
