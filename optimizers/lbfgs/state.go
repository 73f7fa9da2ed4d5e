package lbfgs

import (
	"fmt"
	"slices"

	"runexp/framework"
)

// slotX is the first slot of a state by our rules, slotStep of one by torch's, which has a
// last slot more.
const (
	slotX     = "x"
	slotStep  = "step"
	slotStill = "still"
)

// State returns the start of the last step (by torch's rules the step itself) and the
// history, the oldest first.
func (o *Optimizer) State() []framework.Slot {
	names := slotNames(len(o.pairs), o.c.asTorch())
	state := []framework.Slot{{Name: names[0], PerPixel: o.x, Quantity: framework.Numbers}, {Name: names[1], PerPixel: o.g}}
	if o.c.asTorch() {
		state[0] = framework.Slot{Name: names[0], PerPixel: o.s}
	}
	for i, p := range o.pairs {
		state = append(state,
			framework.Slot{Name: names[2+2*i], PerPixel: p.s},
			framework.Slot{Name: names[3+2*i], PerPixel: p.y})
	}
	if o.c.asTorch() {
		still := 0.0
		if o.still {
			still = 1
		}
		state = append(state, framework.Slot{Name: slotStill, Scalars: []float64{still}})
	}
	return state
}

// Restore copies state back. Products are recomputed from the pairs, so that a resampled
// state is consistent; a pair whose curvature is no longer positive is dropped. It may be of
// the other rules, since a stage may carry the state of one with another line search: then
// the history is kept, and the last step gives no pair.
func (o *Optimizer) Restore(state []framework.Slot) error {
	torch := len(state) > 0 && state[0].Name == slotStep
	n := max(0, len(state)/2-1)
	if torch {
		n = max(0, (len(state)-1)/2-1)
	}
	if n > o.c.History {
		return fmt.Errorf("lbfgs: the state has %d steps, more than history: %d", n, o.c.History)
	}
	slots, err := framework.Slots(state, slotNames(n, torch)...)
	if err != nil {
		return fmt.Errorf("lbfgs: %w", err)
	}
	still := false
	if torch {
		last := slots[len(slots)-1].Scalars
		if len(last) != 1 || last[0] != 0 && last[0] != 1 {
			return fmt.Errorf("lbfgs: %q of the state is %v, want 0 or 1", slotStill, last)
		}
		still, slots = last[0] == 1, slots[:len(slots)-1]
	}
	for _, s := range slots {
		if len(s.PerPixel) != len(slots[0].PerPixel) {
			return fmt.Errorf("lbfgs: %q of the state has %d numbers, %q has %d", s.Name, len(s.PerPixel), slots[0].Name, len(slots[0].PerPixel))
		}
	}
	first, g := slices.Clone(slots[0].PerPixel), slices.Clone(slots[1].PerPixel)
	o.x, o.s, o.g, o.pairs, o.still = nil, nil, g, nil, still
	switch {
	case torch == o.c.asTorch() && torch:
		o.s = first
	case torch == o.c.asTorch():
		o.x = first
	case o.c.asTorch() && len(g) > 0:
		o.s = make([]float32, len(g))
	}
	for i := 2; i < len(slots); i += 2 {
		if p, ok := o.newPair(slices.Clone(slots[i].PerPixel), slices.Clone(slots[i+1].PerPixel)); ok {
			o.pairs = append(o.pairs, p)
		}
	}
	return nil
}

// slotNames names the slots of a state with n steps.
func slotNames(n int, torch bool) []string {
	names := []string{slotX, "gradient"}
	if torch {
		names[0] = slotStep
	}
	for i := range n {
		names = append(names, fmt.Sprintf("step %d", i), fmt.Sprintf("change %d", i))
	}
	if torch {
		names = append(names, slotStill)
	}
	return names
}
