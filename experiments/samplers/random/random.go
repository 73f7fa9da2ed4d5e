// Package random is the sampler that draws independent settings: Bergstra and Bengio
// (2012), Random Search for Hyper-Parameter Optimization.
package random

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"runexp/framework"
)

// Config is empty: random has no options.
type Config struct{}

// Defaults returns it.
func Defaults() Config { return Config{} }

// Sampler draws settings.
type Sampler struct{}

var _ framework.Sampler = Sampler{}

// New returns the sampler.
func New(Config) (framework.Sampler, error) { return Sampler{}, nil }

// Draws returns true: it draws from levels and ranges.
func (Sampler) Draws() bool { return true }

// Sample draws cap distinct settings, or as many as there are, and returns each on every
// block. A setting that is excluded on every block does not count.
//
// Every parameter has its own random stream, seeded with its name: its draws depend
// neither on the order of the parameters nor on the others.
func (Sampler) Sample(s framework.SweepSpace, excluded func([]framework.Choice, int) bool) ([]framework.SweepPoint, error) {
	streams := make([]*rand.Rand, len(s.Parameters))
	for i, p := range s.Parameters {
		streams[i] = rand.New(rand.NewPCG(uint64(s.Seed), streamOf(p)))
	}
	return s.Draw(func() []framework.Choice { return draw(s.Parameters, streams) }, excluded)
}

// streamOf returns a parameter's random stream.
func streamOf(p framework.SweepParameter) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, p.Name)
	return h.Sum64()
}

// draw draws a level or a number for every parameter.
func draw(parameters []framework.SweepParameter, streams []*rand.Rand) []framework.Choice {
	setting := make([]framework.Choice, len(parameters))
	for i, p := range parameters {
		if p.Levels > 0 {
			setting[i].Level = streams[i].IntN(p.Levels)
		} else {
			setting[i].Value = p.Range.At(streams[i].Float64())
		}
	}
	return setting
}
