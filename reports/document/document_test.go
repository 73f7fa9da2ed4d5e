package document

import (
	"slices"
	"testing"
)

func TestNumeric(t *testing.T) {
	for cell, want := range map[string]bool{
		"": true, Nothing: true, "12": true, "−66.7%": true, "+4.8% to +5.1%": true, "1e-05": true, "< 0.0001": true, "× 12": true, "−21% [−26, −20]": true,
		"conv4_4": false, "12 drawn, from 10 to 21": false, "a.png": false, "0 · 10": false,
	} {
		if got := number(cell); got != want {
			t.Errorf("%q is a number: %t", cell, got)
		}
	}
	table := Table{Header: []string{"a", "b", "c"}, Rows: [][]string{{"1", "1", ""}, {"2", "x", Nothing}}}
	if got := table.Numeric(); !slices.Equal(got, []bool{true, false, true}) {
		t.Errorf("columns of numbers: %v", got)
	}
	if got := (Table{Header: []string{"a"}}).Numeric(); got[0] {
		t.Error("a column without rows is one of numbers")
	}
}
