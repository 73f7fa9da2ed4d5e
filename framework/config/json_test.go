package config_test

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"runexp/framework/config"
)

// The JSON of every valid resolved config loads to the same config.
func TestJSONIsAConfig(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		resolved := load(t, file)
		text, err := config.JSON([]byte(yaml(t, resolved)))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		again := load(t, write(t, string(text)))
		if !reflect.DeepEqual(again.Experiment, resolved.Experiment) {
			t.Errorf("%s: %s\nis\n%+v\nnot\n%+v", file, text, again.Experiment, resolved.Experiment)
		}
	}
}

func TestJSONOfWhatIsWritten(t *testing.T) {
	for text, want := range map[string]string{
		"b: 1 # first\na: [x, '1', 2.50, true, null]\n": `{"b":1,"a":["x","1",2.5,true,null]}`,
		"l: &l [a]\nm: *l\n":                            `{"l":["a"],"m":["a"]}`,
		"e: {}\nf: []\n":                                `{"e":{},"f":[]}`,
	} {
		got, err := config.JSON([]byte(text))
		if err != nil || string(got) != want {
			t.Errorf("%q: got %s, %v; want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{"a: 1\nb: .inf\n": "line 2 of the config: must be a finite number, not .inf", "a: [": "the config:", "": "empty"} {
		if _, err := config.JSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}
