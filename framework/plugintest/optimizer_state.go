package plugintest

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"runexp/framework"
)

// restore stops after some steps and continues in another optimiser, a new one or one with
// other state, and overwrites the state passed to it.
func (s subject) restore() error {
	f := functions()[1]
	for _, c := range []struct{ steps, used int }{{0, 0}, {0, 3}, {1, 0}, {1, 3}, {2, 0}, {7, 3}, {15, 0}, {15, 3}} {
		whole, want := s.fresh(), f.start()
		second, elsewhere := s.fresh(), f.start()
		_, err := s.steps(whole, f.objective, want, c.steps)
		_, errSecond := s.steps(second, f.objective, elsewhere, c.used)
		if err := errors.Join(err, errSecond); err != nil {
			return err
		}
		x, state := slices.Clone(want), clone(whole.State())
		if err := second.Restore(state); err != nil {
			return fmt.Errorf("its own state after %d steps is rejected: %w", c.steps, err)
		}
		ruin(state)
		_, err = s.steps(whole, f.objective, want, 10)
		_, errSecond = s.steps(second, f.objective, x, 10)
		if err := errors.Join(err, errSecond); err != nil {
			return err
		}
		if !sameBits(x, want) {
			return fmt.Errorf("restored after %d steps it goes on to %v, undisturbed to %v; is the state complete and copied?", c.steps, x, want)
		}
	}
	return nil
}

// nonsense restores invalid states, and checks that they are rejected without effect.
func (s subject) nonsense() error {
	f := functions()[0]
	o, x := s.fresh(), f.start()
	if _, err := s.steps(o, f.objective, x, 5); err != nil {
		return err
	}
	undisturbed, want := s.fresh(), slices.Clone(x)
	if err := undisturbed.Restore(o.State()); err != nil {
		return err
	}
	for what, state := range mangled(clone(o.State())) {
		if o.Restore(state) == nil {
			return fmt.Errorf("an invalid state is accepted: %s", what)
		}
	}
	_, err := s.steps(o, f.objective, x, 5)
	_, errWant := s.steps(undisturbed, f.objective, want, 5)
	if err := errors.Join(err, errWant); err != nil {
		return err
	}
	if !sameBits(x, want) {
		return errors.New("a rejected state has changed the optimiser")
	}
	return nil
}

// mangled returns invalid states by description.
func mangled(state []framework.Slot) map[string][]framework.Slot {
	states := map[string][]framework.Slot{
		"of something else": {{Name: "nonsense"}},
		"a slot too many":   append(slices.Clone(state), framework.Slot{Name: "nonsense"}),
	}
	perPixel := 0
	for _, slot := range state {
		if slot.PerPixel != nil {
			perPixel++
		}
	}
	for i, slot := range state {
		states[slot.Name+" missing"] = slices.Delete(slices.Clone(state), i, i+1)
		renamed := clone(state)
		renamed[i].Name += "?"
		states[slot.Name+" renamed"] = renamed
		if slot.Scalars != nil {
			long := clone(state)
			long[i].Scalars = append(long[i].Scalars, 0)
			states[slot.Name+" with a number too many"] = long
		}
		if slot.PerPixel != nil && perPixel > 1 { // a single one may have any size
			short := clone(state)
			short[i].PerPixel = short[i].PerPixel[1:]
			states[slot.Name+" shorter than the others"] = short
		}
	}
	return states
}

// clone copies a state.
func clone(state []framework.Slot) []framework.Slot {
	out := slices.Clone(state)
	for i, slot := range state {
		out[i].Scalars, out[i].PerPixel = slices.Clone(slot.Scalars), slices.Clone(slot.PerPixel)
	}
	return out
}

// ruin overwrites a state.
func ruin(state []framework.Slot) {
	for _, slot := range state {
		for i := range slot.Scalars {
			slot.Scalars[i] = math.NaN()
		}
		for i := range slot.PerPixel {
			slot.PerPixel[i] = float32(math.NaN())
		}
	}
}
