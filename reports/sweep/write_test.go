package sweep

import (
	"flag"
	"testing"
)

var look = flag.String("look", "", "write the report of the tests under this folder")

func TestWrite(t *testing.T) {
	s := openTest(t)
	w := usual().make(t, s)
	out := t.TempDir()
	if *look != "" {
		out = *look
	}
	paths, err := Write(t.Context(), s, w.Number, out, defined)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(paths)
}
