package plugintest

import (
	"context"
	"slices"
	"testing"

	"runexp/framework"
)

// heavyBall is gradient descent with momentum 0.5, and optional flaws that the suite must find.
type heavyBall struct {
	flaw    string
	v, kept []float32
	drift   *float32
}

func (h *heavyBall) Step(ctx context.Context, f framework.Objective, x []float32, rate float64) (framework.Outcome, error) {
	if h.v == nil || len(h.v) != len(x) && h.flaw != "one size" {
		h.v = make([]float32, len(x))
	}
	grad, at := make([]float32, len(x)), x
	switch h.flaw {
	case "another context":
		ctx = context.WithoutCancel(ctx)
	case "evaluates ahead of x":
		at = slices.Clone(x)
		at[0] -= h.v[0]
	case "moves before the evaluation":
		x[0] -= h.v[0]
	}
	loss, err := f(ctx, at, grad)
	if err != nil {
		return framework.Outcome{}, err
	}
	push := grad
	if h.flaw == "keeps the gradient" && h.kept != nil {
		push = h.kept
	}
	h.kept = grad
	outcome := framework.Outcome{Loss: loss, Evals: 1, Accepted: true}
	for i := range x {
		h.v[i] = 0.5*h.v[i] + push[i]
		x[i] -= float32(rate) * h.v[i]
	}
	switch h.flaw {
	case "increases the loss":
		for i := range x {
			x[i] += 2 * float32(rate) * h.v[i]
		}
	case "loss after the step":
		outcome.Loss, _ = f(ctx, x, grad)
		outcome.Evals = 2
	case "wrong count":
		outcome.Evals = 0
	case "wrongly rejected":
		outcome.Accepted = false
	case "not deterministic":
		*h.drift += 1e-3
		x[0] += *h.drift
	case "decays":
		for i := range x {
			x[i] *= 0.9999
		}
	case "drifts":
		for i := range x {
			x[i] += 1e-6
		}
	case "decays beyond 0":
		for i := range x {
			x[i] *= -0.999
		}
	case "done too early":
		outcome.Done = true
	}
	return outcome, nil
}

func (h *heavyBall) State() []framework.Slot {
	if h.flaw == "no state" {
		return nil
	}
	return []framework.Slot{{Name: "v", PerPixel: h.v}}
}

func (h *heavyBall) Restore(state []framework.Slot) error {
	if h.flaw == "no state" {
		return nil
	}
	slots, err := framework.Slots(state, "v")
	switch {
	case h.flaw == "accepts any state" && err != nil:
		return nil
	case err != nil:
		return err
	}
	if h.v = slots[0].PerPixel; h.flaw != "state by reference" {
		h.v = slices.Clone(h.v)
	}
	return nil
}

// TestOptimizerFindsFlaws runs the suite on an optimiser without and with flaws.
func TestOptimizerFindsFlaws(t *testing.T) {
	for flaw, want := range map[string]string{
		"":                            "",
		"decays":                      "",
		"increases the loss":          "lowers",
		"loss after the step":         "outcome",
		"wrong count":                 "outcome",
		"wrongly rejected":            "outcome",
		"evaluates ahead of x":        "first evaluation",
		"moves before the evaluation": "error",
		"another context":             "context",
		"keeps the gradient":          "ownership",
		"not deterministic":           "determinism",
		"no state":                    "restore",
		"state by reference":          "restore",
		"accepts any state":           "nonsense",
		"one size":                    "size",
		"done too early":              "done",
		"drifts":                      "done",
		"decays beyond 0":             "done",
	} {
		t.Run(flaw, func(t *testing.T) {
			drift := float32(0)
			s := subject{func() framework.Optimizer { return &heavyBall{flaw: flaw, drift: &drift} }, 0.02}
			var failed []string
			for _, c := range optimizerChecks() {
				if err := c.run(s); err != nil {
					failed = append(failed, c.name)
					if want == "" {
						t.Error(err)
					}
				}
			}
			if want != "" && !slices.Contains(failed, want) {
				t.Errorf("%q does not fail; failed: %q", want, failed)
			}
		})
	}
}
