package cmd

import (
	"bytes"
	"encoding/csv"
	"os"
)

// fillBallot is `fill FILE VOTER ANSWER…`: it fills in a ballot, as a person does.
func fillBallot() {
	file, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	comments := file[:bytes.Index(file, []byte("number,"))]
	rows, err := csv.NewReader(bytes.NewReader(file[len(comments):])).ReadAll()
	if err != nil {
		panic(err)
	}
	for i, answer := range os.Args[2:] {
		rows[i+1][1] = answer
	}
	filled := bytes.NewBuffer(bytes.Clone(comments))
	if err := csv.NewWriter(filled).WriteAll(rows); err != nil {
		panic(err)
	}
	if err := os.WriteFile(os.Args[1], filled.Bytes(), 0o644); err != nil {
		panic(err)
	}
}
