package plugintest

import "runexp/framework"

// A Trait is a property in which a loss differs from most losses.
type Trait func(*lossSubject)

// NoDistance is a loss that is not 0 at its own target, or can be negative.
func NoDistance() Trait { return func(s *lossSubject) { s.distance = false } }

// PictureSize sets the size of the pictures in the checks, for a loss that needs larger ones
// than 9×8. Layers have the same size or half of it, less the border of a 3×3 convolution.
func PictureSize(h, w int) Trait { return func(s *lossSubject) { s.h, s.w = h, w } }

// FalseGradient is a loss whose gradient is not its derivative, with the reason: it treats a
// nearest neighbour as constant, for example. The gradient must then only be finite and not 0.
func FalseGradient(reason string) Trait { return func(s *lossSubject) { s.falseGradient = reason } }

// WithoutMasks tests a loss that reads masks on images that have none.
func WithoutMasks() Trait {
	return func(s *lossSubject) {
		fresh := s.fresh
		s.fresh = func() (framework.Loss, error) {
			l, err := fresh()
			return unmasked{l}, err
		}
	}
}
