// Package effects turns the finished runs of a sweep into effects with evidence, which
// package answers puts into words. It reads and writes nothing.
//
// # What counts as evidence
//
// A run of the same config makes the same picture, so runs are no replicates: the units
// are, each a pair of content and style (with a crop or a draw of noise). All that is
// compared is compared within a unit, under the same settings of the other factors, and each
// unit says one thing; n is the number of units. Metrics whose values are all positive are
// measured in ratios.
//
// Each factor has one test on each metric that the sweep's question names:
//
//   - two levels: the signs of the units' differences are flipped (all 2ⁿ of them);
//   - several numbers: the signs of two correlations of each unit are flipped together, of its ranks
//     with the numbers' and with their squares. If it holds, the first level is tested against the last,
//     and a level between for a turning point (curve.go);
//   - several levels without an order: the levels are permuted within each unit. If it
//     holds, all pairs of levels are tested by sign flips;
//   - levels that cannot be paired, as in a random sweep: scatter.go.
//
// Fewer than six units make no claim, whatever the test. Other metrics have effects and
// intervals, and no test.
//
// # About which pictures
//
// These tests are about the study's pictures: units are taken as they are. Where no two units
// share a picture, the same tests are about pictures like these, since each unit is an independent draw
// of them. Where some do, the tests are made once more for those pictures, with units that share
// one as one unit, or for crossed pictures by Satterthwaite's t (population.go). Each
// population has a correction of its own.
//
// # At most 5% of reports have a false claim
//
// Each p is valid alone: flips and permutations are exact where a factor that does
// nothing leaves the values of a unit exchangeable between its levels (for two levels and
// trends it is enough that differences are symmetric), and where units are independent. It
// takes no distribution and no equal variance from unit to unit. The correction is Holm's, with
// the tests of a factor on a metric as one family, whose steps come one after the other. With R
// families not yet finished, a step is rejected if
//
//	R · times · p ≤ 0.05,
//
// where times is 1, but for contrasts the number of them that may still be true together
// (Shaffer 1986). A family is finished when all its steps are rejected, so that the share of
// the 5% which a family holds is passed on only then.
//
// Proof. Let T be the families in which some hypothesis is true. Consider the first
// rejection of a true one. Until then no family of T is finished, so R ≥ |T|. In a family of T the
// rejected step is either its first, with one true hypothesis and p ≤ 0.05/|T|, or
// comes after a first that was false, where at most `times` are true, and the smallest p of
// these is ≤ 0.05/(|T|·times). Either has a chance of at most 0.05/|T|, and all families of T
// together of at most 0.05, however the metrics depend on each other. ∎
//
// # What it does not cover
//
// Intervals hold one by one, and about these pictures. Interactions, disagreements of metrics and
// comparisons at equal content are hints, never claims. Equivalence has an error rate of its own.
//
// A sweep that goes on until something is claimed, is extended after its results were seen, or of which
// a part is reported by itself, spends the 5% each time. Runs that are missing for their values,
// as those that a rule of early stopping ended, leave what looks like an effect: such a
// study claims nothing.
package effects
