// Command strength measures the knots of framework.StrengthFactor for a recipe:
//
//	make build && go run ./tools/strength PHOTO PAINTING [PHOTO PAINTING …] [path=value …]
//
// It runs the recipe on each pair with the weights of the losses that follow a strength
// multiplied by 64 to 1/64, as a sweep of bin/runexp, which can be resumed, and reads the
// scores of the pictures. See knots for how these become the table; -step 4 is a quick look.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"runexp"
	"runexp/configs"
	"runexp/framework"
	"runexp/framework/config"
)

// options are the flags.
type options struct {
	program, preset, folder string
	size                    int
	step                    float64
}

func main() {
	var o options
	flag.StringVar(&o.program, "runexp", "bin/runexp", "the program")
	flag.StringVar(&o.preset, "preset", "standard", "the recipe")
	flag.StringVar(&o.folder, "folder", "runs/strength", "for the store and the pictures")
	flag.IntVar(&o.size, "size", 256, "longer side of the pictures")
	flag.Float64Var(&o.step, "step", 2, "ratio of neighbouring factors")
	flag.Parse()
	if err := o.run(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "strength:", err)
		os.Exit(1)
	}
}

func (o options) run(args []string) error {
	images, overrides := split(args)
	if len(images) < 2 || len(images)%2 > 0 || !(o.step > 1) {
		return fmt.Errorf("give pairs of a photo and a painting, and a -step above 1")
	}
	factors := factors(o.step)
	text, weight, err := o.sweep(images, overrides, factors)
	if err != nil {
		return err
	}
	runs, err := o.runSweep(text)
	if err != nil {
		return err
	}
	curves := make([]curve, len(images)/2)
	for _, run := range runs {
		made, err := o.show(run)
		if err != nil {
			return err
		}
		pair := -1
		for i := range curves {
			if made.Content == images[2*i] && slices.Equal(made.Styles, images[2*i+1:2*i+2]) {
				pair = i
			}
		}
		at := slices.IndexFunc(factors, func(f float64) bool { return math.Abs(made.number(weight.path)/(weight.value*f)-1) < 1e-6 })
		if pair < 0 || at < 0 {
			return fmt.Errorf("run %d has neither the images nor the weight of the sweep", run)
		}
		if curves[pair] == nil {
			curves[pair] = make(curve, len(factors))
		}
		curves[pair][at] = point{made.metric("eval/content"), made.metric("eval/style")}
	}
	return report(factors, curves)
}

// split separates the images, made absolute, from overrides.
func split(args []string) (images, overrides []string) {
	for _, arg := range args {
		if strings.Contains(arg, "=") {
			overrides = append(overrides, arg)
		} else if path, err := filepath.Abs(arg); err == nil {
			images = append(images, path)
		}
	}
	return images, overrides
}

// factors are the powers of step from 64 down to 1/64.
func factors(step float64) (all []float64) {
	most := int(math.Log(64)/math.Log(step) + 1e-9)
	for k := most; k >= -most; k-- {
		all = append(all, math.Pow(step, float64(k)))
	}
	return all
}

// A weight is a setting that follows the strength.
type weight struct {
	path  string
	value float64
}

// sweep returns the config of the sweep, and the first of the weights that it multiplies.
func (o options) sweep(images, overrides []string, factors []float64) ([]byte, weight, error) {
	base := fmt.Sprintf("experiment: strength\nextends: [%s]\nsize: %d\ncontent: %s\nstyle: %s\n",
		o.preset, o.size, config.Text(images[0]), config.Text(images[1]))
	loader := &config.Loader{Plugins: runexp.Builtin(), Presets: configs.Presets(), Stdin: strings.NewReader(base)}
	resolved, err := loader.Load("-", overrides)
	if err != nil {
		return nil, weight{}, err
	}
	resolved.Experiment.Strength = nil
	weights, err := following(resolved.Experiment)
	if err != nil {
		return nil, weight{}, err
	}
	text, err := resolved.YAML()
	if err != nil {
		return nil, weight{}, err
	}
	page := bytes.NewBuffer(text)
	fmt.Fprintf(page, "sweep:\n  metrics: [eval/content, eval/style]\n  pairs:\n")
	for i := 0; i < len(images); i += 2 {
		fmt.Fprintf(page, "    - {content: %s, style: %s}\n", config.Text(images[i]), config.Text(images[i+1]))
	}
	fmt.Fprintf(page, "  parameters:\n    - zip:\n")
	for _, w := range weights {
		values, err := json.Marshal(scaled(w.value, factors))
		if err != nil {
			return nil, w, err
		}
		fmt.Fprintf(page, "        - {path: %s, values: %s}\n", w.path, values)
	}
	return page.Bytes(), weights[0], nil
}

func scaled(value float64, factors []float64) []float64 {
	all := make([]float64, len(factors))
	for i, f := range factors {
		all[i] = value * f
	}
	return all
}

// following lists the weights that a strength multiplies.
func following(e framework.Experiment) (all []weight, err error) {
	plugins := runexp.Builtin()
	for _, spec := range e.Losses {
		plugin, err := plugins.Losses.Lookup(spec.Type)
		if err != nil {
			return nil, err
		}
		loss, err := plugin.New(spec.Options)
		if err != nil {
			return nil, err
		}
		if !framework.FollowsStrength(loss) {
			continue
		}
		if spec.Weight > 0 {
			all = append(all, weight{"losses." + spec.Name + ".weight", spec.Weight})
		}
		for i, stage := range e.Stages {
			for _, w := range stage.Weights {
				if w.Name == spec.Name && w.Weight > 0 {
					all = append(all, weight{fmt.Sprintf("stages.%d.weights.%s.weight", i, w.Name), w.Weight})
				}
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the recipe has no loss that follows a strength")
	}
	return all, nil
}

// runSweep runs the sweep, and returns the numbers of its runs.
func (o options) runSweep(text []byte) (runs []int64, err error) {
	out, err := o.call(bytes.NewReader(text), "-c", "-", "--out", o.folder)
	var ended struct {
		Pictures []struct{ Run int64 }
		Trials   int
	}
	if err == nil {
		err = json.Unmarshal(out, &ended)
	}
	for _, picture := range ended.Pictures {
		runs = append(runs, picture.Run)
	}
	if err == nil && len(runs) < ended.Trials {
		err = fmt.Errorf("%d of %d trials have pictures below %s; another -folder starts over", len(runs), ended.Trials, o.folder)
	}
	return runs, err
}

// call runs the program on the store of the folder.
func (o options) call(stdin *bytes.Reader, args ...string) ([]byte, error) {
	c := exec.Command(o.program, append(args, "--json", "--db", filepath.Join(o.folder, "strength.db"))...)
	if c.Stderr = os.Stderr; stdin != nil {
		c.Stdin = stdin
	}
	return c.Output()
}

// A made is a run as runexp show prints it.
type made struct {
	Content string
	Styles  []string
	Params  []struct {
		Path  string
		Value json.RawMessage
	}
	Metrics []struct {
		Name string
		Last float64
	}
}

func (o options) show(run int64) (m made, err error) {
	out, err := o.call(nil, "show", fmt.Sprint(run))
	if err == nil {
		err = json.Unmarshal(out, &m)
	}
	return m, err
}

// number returns a parameter, NaN if there is none. A path in a list has brackets.
func (m made) number(path string) float64 {
	for _, p := range m.Params {
		value := math.NaN()
		if strings.NewReplacer("[", ".", "]", "").Replace(p.Path) == path && json.Unmarshal(p.Value, &value) == nil {
			return value
		}
	}
	return math.NaN()
}

func (m made) metric(name string) float64 {
	for _, metric := range m.Metrics {
		if metric.Name == name {
			return metric.Last
		}
	}
	return math.NaN()
}
