package run

import (
	"fmt"
	"math"

	"runexp/framework"
)

const (
	// explosive is how many times the lowest loss of its stage a loss may be.
	// Measured on d2l's recipe with vgg19-lite: at a hundred times its rate Adam
	// raises the loss 4 times and recovers, at five hundred times it raises it more
	// than a thousand times in one step.
	explosive = 1000
	// maxRollbacks of one stage: the rate is then a thousandth of what was asked for.
	maxRollbacks = 10
)

// A Guard is what a stage remembers to tell a loss that explodes.
type Guard struct {
	Lowest    float64 // loss so far; +Inf before the first
	Rollbacks int     // so far, at most maxRollbacks
}

func newGuard() Guard { return Guard{Lowest: math.Inf(1)} }

// factor is what the learning rate is multiplied by: ½ for every rollback.
func (g Guard) factor() float64 { return math.Ldexp(1, -g.Rollbacks) }

// check returns a *badLoss for a loss that explodes. Where the lowest one is
// not positive nothing can be said.
func (g *Guard) check(loss float64) error {
	if g.Lowest > 0 && loss > explosive*g.Lowest {
		why := fmt.Sprintf("the loss is %.4g, more than %d times the lowest of the stage, %.4g", loss, explosive, g.Lowest)
		return &badLoss{loss: loss, why: why}
	}
	g.Lowest = min(g.Lowest, loss)
	return nil
}

// A badLoss is an evaluation from which no step is made.
type badLoss struct {
	loss float64
	why  string
	kind error // framework.ErrNotFinite, or nil for a loss that explodes
}

func (b *badLoss) Error() string { return b.why }
func (b *badLoss) Unwrap() error { return b.kind }

// descends reports whether no step of o can lead to a bad loss.
func descends(o framework.Optimizer) bool {
	d, can := o.(framework.Descender)
	return can && d.Descends()
}
