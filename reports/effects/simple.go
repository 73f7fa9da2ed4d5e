package effects

import "math"

// A Simple is one contrast of a factor at each level of another.
type Simple struct {
	From string `json:"from"`
	To   string `json:"to"`
	At   []At   `json:"at"`
}

// Simple returns every contrast of a factor at each level of another one: a ratio on that
// scale, else a difference. It is empty where a level of the other has no unit with both.
func (a *Analysis) Simple(factor, other, metric string) []Simple {
	f, g := a.grid.factor(factor), a.grid.factor(other)
	t := a.grid.table(metric)
	if logs := t.logarithm(); logs != nil {
		t = logs
	}
	var list []Simple
	used := t.levels[f]
	for i, from := range used {
		for _, to := range used[i+1:] {
			s := Simple{From: a.Factors[f].Levels[from].Label, To: a.Factors[f].Levels[to].Label}
			for _, level := range t.levels[g] {
				d, _ := t.only(g, level).differences(f, from, to)
				if len(d) == 0 {
					break
				}
				e := shift(d)
				if t.log {
					e = e.apply(math.Exp)
				}
				s.At = append(s.At, At{a.Factors[g].Levels[level].Label, e})
			}
			if len(s.At) == len(t.levels[g]) {
				list = append(list, s)
			}
		}
	}
	return list
}

// only returns the table with the cells of one level of a factor only.
func (t *table) only(f, level int) *table {
	kept := *t
	kept.value = make([][]float64, len(t.value))
	for u, row := range t.value {
		kept.value[u] = make([]float64, len(row))
		for s, v := range row {
			if t.settings[s][f] != level {
				v = math.NaN()
			}
			kept.value[u][s] = v
		}
	}
	return &kept
}
