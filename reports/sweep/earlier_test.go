package sweep

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"runexp/framework/store"
	"runexp/framework/store/record"
)

// Points that an earlier version stored, with photograph and painting for content
// and style, are read as those of today.
func TestPointsOfAnEarlierVersion(t *testing.T) {
	text, err := json.Marshal(record.Plan{Method: "grid", Repeats: 1, Parameters: []record.Parameter{{Path: "losses.content.layers", Labels: layers}}})
	if err != nil {
		t.Fatal(err)
	}
	var read [2]*Study
	for i := range read {
		s := openTest(t)
		n := store.NewSweep{Experiment: "layers", Method: "grid", Plan: text}
		for pair := range 8 {
			trial := planned(pair, 0, 0, pair)
			trial.Point = bytes.Replace(trial.Point, []byte(`"levels":[0,0]`), []byte(`"levels":[0]`), 1)
			if i == 1 {
				trial.Point = bytes.ReplaceAll(trial.Point, []byte(`"content`), []byte(`"photograph`))
				trial.Point = bytes.ReplaceAll(trial.Point, []byte(`"style`), []byte(`"painting`))
			}
			n.Trials = append(n.Trials, trial)
		}
		w, err := s.PlanSweep(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		if read[i], err = Read(t.Context(), s, w, nil); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := read[1].units, read[0].units; len(got) != 8 || got[0].Content != "aaphoto-a.png" || !reflect.DeepEqual(got, want) {
		t.Errorf("units %+v, want %+v", got, want)
	}
	want, err := read[0].trialTable()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read[1].trialTable(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("trials %+v, want %+v; %v", got, want, err)
	}
}
