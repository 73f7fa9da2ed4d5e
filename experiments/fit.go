package experiments

import (
	"fmt"

	"runexp/framework/run"
)

// Fit returns what each stage will take, and an error if one of them takes more
// memory than the machine has left: it says how much, and the size that would do.
func (t *Trial) Fit() ([]run.Prediction, error) {
	predictions, err := t.Plan.PredictMemory()
	switch {
	case err != nil || t.judge == nil:
	case t.config.Experiment.Evaluate.Every > 0:
		err = t.judge.addBeside(predictions, predictions[len(predictions)-1].Filters)
	default:
		err = t.judge.addAfter(predictions)
	}
	if err != nil {
		return nil, err
	}
	return predictions, fits(predictions, t.Plan.LargestWithin)
}

// fits returns an error if a stage takes more memory than the machine has left.
// largest returns a size of a stage that would do; nil for no such advice.
func fits(predictions []run.Prediction, largest func(stage int, bytes int64) (h, w int, err error)) error {
	free, known := freeMemory()
	if !known {
		return nil
	}
	for i, p := range predictions {
		if p.Bytes <= free {
			continue
		}
		short := fmt.Errorf("stage %d at %d×%d needs %s of memory and %s is free", i+1, p.Stage.Height, p.Stage.Width, Bytes(p.Bytes), Bytes(free))
		if largest == nil {
			return fmt.Errorf("%w: what the trials share counts too; make pictures smaller, or sweep backbones one at a time", short)
		}
		h, w, err := largest(i, free)
		switch {
		case err != nil:
			return err
		case h > 0:
			return fmt.Errorf("%w; about %d×%d would", short, h, w)
		}
		return fmt.Errorf("%w; no size of it would", short)
	}
	return nil
}

// Bytes prints a number of bytes in MiB or GiB.
func Bytes(n int64) string {
	if n < 1<<30 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
}
