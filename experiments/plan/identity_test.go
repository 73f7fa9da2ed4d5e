package plan

import (
	"testing"

	"runexp/framework/config"
)

// TestIdentity checks what makes a trial another one and what does not.
func TestIdentity(t *testing.T) {
	of := func(files map[string]string, params ...config.Param) string {
		t.Helper()
		id, err := identity(params, files)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	image := func(path string) config.Param { return config.Param{Path: "content.image", Value: path} }
	seed := func(n int64) config.Param { return config.Param{Path: "seed", Value: n} }
	files := map[string]string{"content.image": "aa"}

	base := of(files, image("/a/photo.png"), seed(1))
	if of(files, config.Param{Path: "experiment", Value: "other"}, image("/b/moved.png"), seed(1)) != base {
		t.Error("a name or a path made another trial")
	}
	if of(map[string]string{"content.image": "bb"}, image("/a/photo.png"), seed(1)) == base {
		t.Error("another content image made the same trial")
	}
	embedded := map[string]string{"content.image": "aa", "backbone.weights": "cc"}
	if other := of(embedded, image("/a/photo.png"), seed(1)); other == base || other == of(map[string]string{"content.image": "aa", "backbone.weights": "dd"}, image("/a/photo.png"), seed(1)) {
		t.Error("other weights that no setting names made the same trial")
	}
	if of(files, image("/a/photo.png"), seed(2)) == base {
		t.Error("another seed made the same trial")
	}
	if of(files, image("/a/photo.png"), seed(1), config.Param{Path: "x", Value: ""}) == base {
		t.Error("one more setting made the same trial")
	}
	if of(nil, config.Param{Path: "a", Value: "b\",\"c"}) == of(nil, config.Param{Path: "a", Value: "b"}, config.Param{Path: "c", Value: ""}) {
		t.Error("settings run into each other")
	}
}

// TestCheckpointsAreNoPartOfATrial: how often it is written down does not change
// what is made.
func TestCheckpointsAreNoPartOfATrial(t *testing.T) {
	of := func(every string) string {
		id, err := identity([]config.Param{{Path: "seed", Value: 1}, {Path: "checkpoint.every", Value: every}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	if of("30s") != of("0s") {
		t.Error("another time between checkpoints makes another trial")
	}
}
