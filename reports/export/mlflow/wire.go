package mlflow

import (
	"bytes"
	"strconv"
)

// The messages of the REST interface, as far as they are used.
// https://mlflow.org/docs/latest/rest-api.html

type text struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type metric struct {
	Key       string `json:"key"`
	Value     value  `json:"value"`
	Timestamp int64  `json:"timestamp"` // in milliseconds
	Step      int64  `json:"step"`
}

type batch struct {
	RunID   string   `json:"run_id"`
	Metrics []metric `json:"metrics,omitempty"`
	Params  []text   `json:"params,omitempty"`
	Tags    []text   `json:"tags,omitempty"`
}

type remoteRun struct {
	Info struct {
		ID         string `json:"run_id"`
		Experiment string `json:"experiment_id"`
		Artifacts  string `json:"artifact_uri"`
	} `json:"info"`
	Data struct {
		Metrics []struct {
			Key  string `json:"key"`
			Step whole  `json:"step"`
		} `json:"metrics"` // the latest of each
		Params []text `json:"params"`
		Tags   []text `json:"tags"`
	} `json:"data"`
}

// whole is an int64, which some servers write as text.
type whole int64

func (w *whole) UnmarshalJSON(data []byte) error {
	n, err := strconv.ParseInt(string(bytes.Trim(data, `"`)), 10, 64)
	*w = whole(n)
	return err
}
