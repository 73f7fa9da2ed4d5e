package framework

import (
	"fmt"
	"math"
)

// TapsOf converts resolved layers to taps.
func TapsOf(layers []LayerWeight) []Tap {
	taps := make([]Tap, len(layers))
	for i, l := range layers {
		taps[i] = Tap(l)
	}
	return taps
}

// NeedLayers returns an error for a `layers` option that is empty or has a negative or
// non-finite weight.
func NeedLayers(layers []LayerWeight) error {
	if len(layers) == 0 {
		return Invalid("layers", "name at least one layer")
	}
	for _, l := range layers {
		if !(l.Weight >= 0) || math.IsInf(l.Weight, 0) {
			return Invalid("layers", "the weight %g of %s is not a number of at least 0", l.Weight, l.Layer)
		}
	}
	return nil
}

// InRange returns an error for a value outside [low, high).
func InRange(field string, value, low, high float64) error {
	if value >= low && value < high {
		return nil
	}
	return Invalid(field, "%g is not in [%g, %g)", value, low, high)
}

// Positive returns an error for a value that is not a finite number above 0.
func Positive(field string, value float64) error {
	if value > 0 && !math.IsInf(value, 0) {
		return nil
	}
	return Invalid(field, "%g is not a positive number", value)
}

// OneOf returns an error for a value that is not among known.
func OneOf(field, value string, known ...string) error {
	for _, k := range known {
		if value == k {
			return nil
		}
	}
	return Invalid(field, "%v", UnknownName("value", value, known))
}

// Slots returns the slots of state in the order of names, or an error if state does
// not consist of exactly these.
func Slots(state []Slot, names ...string) ([]Slot, error) {
	out := make([]Slot, len(names))
	for i, name := range names {
		found := false
		for _, s := range state {
			if s.Name == name {
				out[i], found = s, true
			}
		}
		if !found {
			return nil, fmt.Errorf("the state has no %q", name)
		}
	}
	if len(state) != len(names) {
		return nil, fmt.Errorf("the state has %d parts, want %d", len(state), len(names))
	}
	return out, nil
}
