package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"

	"runexp/framework/config"
	"runexp/framework/store"
)

// invented is what a run recorded that no program ran.
type invented struct {
	status  store.Status // Lost: it has no end
	message string
	steps   [][]store.Value
	picture store.Artifact
	scores  []store.Value // of a finished run
}

// An end is how runs end, with the share of those that do.
type end struct {
	share   float64
	status  store.Status
	message string
}

// ends returns how runs end other than well; most do of a sweep.
func ends(swept bool) []end {
	if swept {
		return []end{
			{0.02, store.Pruned, "pruned at iteration 20: eval/style was above the median"},
			{0.01, store.Failed, "the loss is not finite; try a lower stages.0.optimizer.lr"},
			{0.01, store.Killed, "stopped by signal: interrupt"},
		}
	}
	return []end{
		{0.05, store.Failed, "the loss is not finite; try a lower stages.0.optimizer.lr"},
		{0.05, store.Killed, "stopped by signal: interrupt"},
		{0.02, store.Lost, ""},
	}
}

// invent makes up the run with this number, the same for the same seed.
func invent(j job, n size, number int, swept bool, images album) (invented, error) {
	random := rand.New(rand.NewPCG(n.seed, uint64(number)))
	made := invented{status: store.Finished}
	at := random.Float64()
	for _, e := range ends(swept) {
		if at -= e.share; at < 0 {
			made.status, made.message = e.status, e.message
			break
		}
	}
	names := j.terms()
	steps := max(2, (n.rows-len(j.metrics)+names.values()-1)/names.values())
	if made.status != store.Finished {
		steps = 1 + random.IntN(steps)
	}
	for step := range steps {
		made.steps = append(made.steps, names.row(step, step == steps-1, random))
	}
	if made.status == store.Failed {
		made.steps[steps-1][0].Value = math.NaN() // loss/total
	}
	if made.status == store.Finished {
		made.scores = j.score(random)
		made.steps[steps-1] = append(made.steps[steps-1], made.scores...)
	}
	inputs := j.inputs()
	file, err := encode(paint(images[inputs[0]], images[inputs[1]], random))
	if err != nil {
		return made, err
	}
	name := "picture.png"
	if made.status != store.Finished {
		name = "last.png"
	}
	made.picture = store.Artifact{
		Kind: "picture", Name: name, Stage: 1, Step: steps - 1, MIME: "image/png",
		Data: file, Width: pictureWidth, Height: pictureHeight,
	}
	return made, nil
}

// A term is a loss: its weight, and what its numbers are called.
type term struct {
	name   string // style
	weight float64
	layers []string
}

type terms []term

// terms returns the losses of a job's trial. Their layers are in its parameters.
func (j job) terms() terms {
	var list terms
	e := j.trial.Config.Experiment
	for _, l := range e.Losses {
		t := term{l.Name, l.Weight, []string{"image"}}
		params, _ := j.trial.Config.Params() // newRun reports the error
		for _, p := range params {
			if list, is := p.Value.(config.List); is && p.Path == "losses."+l.Name+".layers" {
				t.layers = strings.Split(strings.Trim(string(list), "[]"), ", ")
			}
		}
		list = append(list, t)
	}
	return list
}

// values returns the number of values in a row: loss/total, evaluations, time/iteration, rate, and
// those of losses.
func (t terms) values() int {
	n := 4
	for _, one := range t {
		n += 1 + len(one.layers)
	}
	return n
}

// row makes up the values of a step: losses that fall.
func (t terms) row(step int, last bool, random *rand.Rand) []store.Value {
	values := []store.Value{{Name: "loss/total"}}
	for _, one := range t {
		sum := store.Value{Name: "loss/" + one.name}
		at := len(values)
		values = append(values, sum)
		for i, layer := range one.layers {
			value := (0.1 + math.Exp(-float64(step)/10)) * (1 + 0.05*random.NormFloat64()) / float64(1+i)
			values = append(values, store.Value{Name: "loss/" + one.name + "/" + layer, Value: value})
			values[at].Value += value
		}
		values[0].Value += one.weight * values[at].Value
	}
	values = append(values, store.Value{Name: "evaluations", Value: float64(step + 1)})
	if !last {
		values = append(values, store.Value{Name: "time/iteration", Value: 0.1 * (1 + 0.1*random.Float64())}, store.Value{Name: "rate", Value: 0.03})
	}
	return values
}

// score makes up scores in which settings have effects: each level of each setting, and
// each pair, moves each metric by a factor of its own.
func (j job) score(random *rand.Rand) []store.Value {
	var list []store.Value
	for _, m := range j.metrics {
		effect := normal("metric", m.Name) + 0.5*normal(m.Name, fmt.Sprint(j.trial.Pair)) + 0.1*random.NormFloat64()
		for _, s := range j.trial.Settings {
			effect += 0.3 * normal(m.Name, s.Path, s.Text)
		}
		value := math.Exp(effect)
		if m.Low != nil && m.High != nil { // within its bounds
			value = *m.Low + (*m.High-*m.Low)*value/(1+value)
		}
		list = append(list, store.Value{Name: m.Name, Value: value})
	}
	return list
}

// normal returns a number that depends on the texts alone, approximately from a standard
// normal distribution.
func normal(texts ...string) float64 {
	h := fnv.New64a()
	for _, text := range texts {
		h.Write([]byte(text))
		h.Write([]byte{0})
	}
	return rand.New(rand.NewPCG(h.Sum64(), 0)).NormFloat64()
}
