package run

import (
	"fmt"
	"math"

	"runexp/framework"
)

const (
	// divergenceFactor is the largest ratio of a loss to the lowest of its stage.
	// Measured on d2l's recipe with vgg19-lite: at a hundred times its rate Adam
	// raises the loss 4 times and recovers, at five hundred times it raises it more
	// than a thousand times in one step.
	divergenceFactor = 1000
	// maxRollbacks of one stage: the learning rate is then a thousandth of the config's.
	maxRollbacks = 10
)

// A Guard detects divergence of the loss in a stage.
type Guard struct {
	Lowest    float64 // lowest loss so far; +Inf before the first
	Rollbacks int     // so far, at most maxRollbacks
}

func newGuard() Guard { return Guard{Lowest: math.Inf(1)} }

// factor is the factor on the learning rate: ½ for every rollback.
func (g Guard) factor() float64 { return math.Ldexp(1, -g.Rollbacks) }

// check returns a *badLoss for a loss that diverges. It detects nothing once the
// lowest loss is not positive.
func (g *Guard) check(loss float64) error {
	if g.Lowest > 0 && loss > divergenceFactor*g.Lowest {
		why := fmt.Sprintf("the loss is %.4g, more than %d times the lowest of the stage, %.4g", loss, divergenceFactor, g.Lowest)
		return &badLoss{loss: loss, why: why}
	}
	g.Lowest = min(g.Lowest, loss)
	return nil
}

// A badLoss is the error of an evaluation from which no step is made.
type badLoss struct {
	loss float64
	why  string
	kind error // framework.ErrNotFinite, or nil for a loss that diverges
}

func (b *badLoss) Error() string { return b.why }
func (b *badLoss) Unwrap() error { return b.kind }

// descends reports whether o guarantees that no step raises the loss.
func descends(o framework.Optimizer) bool {
	d, can := o.(framework.Descender)
	return can && d.Descends()
}
