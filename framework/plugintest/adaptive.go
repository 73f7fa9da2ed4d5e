package plugintest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"runexp/framework"
)

// suggested is how many settings are asked for after those of Sample.
const suggested = 12

// samplerSuggestions tests an adaptive sampler: after the points of Sample it suggests
// settings that are settled, new and not excluded on every block, as long as there are any,
// the same for the same history. Some results are missing, and some pending.
func samplerSuggestions(c samplerCase) error {
	s, adaptive := c.sampler.(framework.Adaptive)
	if !adaptive || c.space.Cap < 5 { // the history does not depend on the cap
		return nil
	}
	if s.Objectives() < 1 {
		return fmt.Errorf("it has %d objectives", s.Objectives())
	}
	var history []framework.Result
	for _, setting := range settingsIn(c.points) {
		history = append(history, resultOf(s, setting, len(history)))
	}
	for range suggested {
		before := slices.Clone(history)
		setting, ok, err := s.Suggest(c.space, history, c.excluded)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(history, before) {
			return errors.New("it modifies the history")
		}
		space := c.space
		space.Cap++
		again, okAgain, err := s.Suggest(space, slices.Clone(history), c.excluded)
		if err != nil || ok != okAgain || !slices.Equal(setting, again) {
			return fmt.Errorf("it suggests %+v, and for the same history %+v, %w", setting, again, err)
		}
		if !ok {
			return c.noneLeft(history)
		}
		if err := c.isNew(setting, history); err != nil {
			return err
		}
		history = append(history, resultOf(s, setting, len(history)))
	}
	return nil
}

// resultOf returns a result for setting i of a history.
func resultOf(s framework.Adaptive, setting []framework.Choice, i int) framework.Result {
	r := framework.Result{Setting: setting, Pending: i%5 == 4}
	if i%5 > 2 { // failed, or pending
		return r
	}
	for k := range s.Objectives() {
		value := float64(i * (1 - 2*k))
		for _, choice := range setting {
			value += choice.Value + float64(choice.Level)
		}
		r.Values = append(r.Values, value)
	}
	return r
}

// isNew returns an error unless a suggested setting may follow a history.
func (c samplerCase) isNew(setting []framework.Choice, history []framework.Result) error {
	left := false
	for block := range c.space.Blocks {
		if err := c.space.Check(framework.SweepPoint{Setting: setting, Block: block}); err != nil {
			return fmt.Errorf("suggestion %+v: %w", setting, err)
		}
		left = left || !c.excluded(setting, block)
	}
	if !left {
		return fmt.Errorf("it suggests %+v, which is excluded on every block", setting)
	}
	if slices.ContainsFunc(history, func(r framework.Result) bool { return slices.Equal(r.Setting, setting) }) {
		return fmt.Errorf("it suggests %+v again", setting)
	}
	return nil
}

// noneLeft returns an error if a sampler suggests nothing although there are settings left:
// in a space with a range, or of levels.
func (c samplerCase) noneLeft(history []framework.Result) error {
	settings := [][]framework.Choice{nil}
	for _, p := range c.space.Parameters {
		var longer [][]framework.Choice
		for _, setting := range settings {
			for level := range p.Levels {
				longer = append(longer, append(slices.Clone(setting), framework.Choice{Level: level}))
			}
		}
		if settings = longer; p.Levels == 0 {
			return nil // of whole numbers there may be none left
		}
	}
	for _, setting := range settings {
		c.space.Settle(setting)
		if c.isNew(setting, history) == nil {
			return fmt.Errorf("it suggests nothing, but %+v is left", setting)
		}
	}
	return nil
}
