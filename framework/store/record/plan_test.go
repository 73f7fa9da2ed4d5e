package record

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// Points of earlier stores call content and style photograph and painting.
func TestPointKeys(t *testing.T) {
	want := Point{
		Settings: []Setting{}, Levels: []int{2}, Pair: -1, Repeat: 1,
		Content: "a.png", Style: "b.png + c.png", ContentHash: "0a", StyleHash: "0b + 0c",
	}
	written, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	const earlier = `{"settings":[],"levels":[2],"repeat":1,"photograph":"a.png","painting":"b.png + c.png","photograph_hash":"0a","painting_hash":"0b + 0c"}`
	for _, text := range []string{string(written), earlier} {
		got := Point{Pair: -1} // a default that the text may leave
		if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nreads as %+v, %v", text, got, err)
		}
	}
	for _, key := range []string{`"content":`, `"style":`, `"content_hash":`, `"style_hash":`} {
		if !strings.Contains(string(written), key) {
			t.Errorf("%s is not written: %s", key, written)
		}
	}
	if strings.Contains(string(written), "photograph") || strings.Contains(string(written), "painting") {
		t.Errorf("an earlier key is written: %s", written)
	}
	if err := json.Unmarshal([]byte(`{"levels":"two"}`), new(Point)); err == nil {
		t.Error("levels that are none were read")
	}
}
