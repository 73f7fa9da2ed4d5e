package plugintest

// A Trait is what sets a loss apart from most of its kind.
type Trait func(*lossSubject)

// NoDistance is a loss that is not 0 at its own target, or can be negative.
func NoDistance() Trait { return func(s *lossSubject) { s.distance = false } }

// PictureSize is the size of the pictures that the checks use, for a loss that
// needs larger ones than 9×8. Layers have the same size or half of it, less the
// border of a 3×3 convolution.
func PictureSize(h, w int) Trait { return func(s *lossSubject) { s.h, s.w = h, w } }

// FalseGradient is a loss whose gradient is not its derivative, for the reason
// given: a nearest neighbour that is taken to stay the same, say. Its gradient is
// then only held to be finite and not 0.
func FalseGradient(reason string) Trait { return func(s *lossSubject) { s.falseGradient = reason } }
