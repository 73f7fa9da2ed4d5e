// Command advice writes the evidence that runexp advise ships with, configs/advice.json, from the
// newest sweep of each named experiment in a store:
//
//	bin/runexp -c configs/standard.yaml
//	go run ./tools/advice runs/runexp.db standard > configs/advice.json
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/advice"
	"runexp/reports/sweep"
)

func main() {
	err := errors.New("want the store's file and the names of experiments")
	if len(os.Args) > 2 {
		err = write(context.Background(), os.Args[1], os.Args[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "advice:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, db string, experiments []string) error {
	s, err := store.OpenReadOnly(ctx, db)
	if err != nil {
		return err
	}
	defer s.Close()
	list := []advice.Evidence{}
	for _, experiment := range experiments {
		w, _, err := sweep.Find(ctx, s, experiment, 0)
		if err != nil {
			return err
		}
		study, err := sweep.Read(ctx, s, w, nil)
		if err != nil {
			return err
		}
		e, ok, err := study.Evidence(ctx, s)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("%s: nothing was varied and scored", experiment)
		}
		list = append(list, shipped(e, experiment))
	}
	text, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	_, err = fmt.Printf("%s\n", text)
	return err
}

// shipped is what of the evidence ships: names and directions of metrics, and values in five digits.
func shipped(e advice.Evidence, experiment string) advice.Evidence {
	e.Source = fmt.Sprintf("configs/%s.yaml, which ships with the program", experiment)
	for i, m := range e.Metrics {
		e.Metrics[i] = record.Metric{Name: m.Name, Label: m.Label, Unit: m.Unit, Better: m.Better}
	}
	for _, setting := range e.Settings {
		for _, values := range setting.Values {
			for name, v := range values {
				values[name] = digits(v)
			}
		}
	}
	return e
}

func digits(v float64) float64 {
	const n = 5
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', n, 64), 64)
	if err != nil { // a number that was printed can be read
		return v
	}
	return rounded
}
