package store

import (
	"encoding/json"
	"reflect"
	"testing"
)

// TestImages: the content and every style, no masks; none of a run without parameters.
func TestImages(t *testing.T) {
	s := openTest(t)
	var params []Param
	for path, file := range map[string]string{
		"style[1].image": "/b/other.png", "content.image": "/a/photo.png", "style[0].image": "/b/painting.png",
		"content.masks[0].image": "/m.png", "style[0].masks[0].image": "/m.png", "init.image": "/i.png", "style[0].size": "own",
	} {
		value, err := json.Marshal(file)
		check(t, err)
		params = append(params, Param{Path: path, Value: value})
	}
	begin(t, s, NewRun{Params: params})
	begin(t, s, NewRun{})
	got := must(s.Images(t.Context(), must(s.Runs(t.Context(), Filter{}))(t)...))(t)
	want := map[int64]RunImages{1: {Content: "/a/photo.png", Styles: []string{"/b/painting.png", "/b/other.png"}}, 2: {}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
