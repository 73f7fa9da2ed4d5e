package experiments

import (
	"testing"

	"runexp/framework/config"
)

// TestIdentity checks what makes a trial another one and what does not.
func TestIdentity(t *testing.T) {
	of := func(files hashes, params ...config.Param) string {
		t.Helper()
		id, err := identity(params, files)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	image := func(path string) config.Param { return config.Param{Path: "content.image", Value: path} }
	seed := func(n int64) config.Param { return config.Param{Path: "seed", Value: n} }
	files := hashes{"content.image": "aa"}

	base := of(files, image("/a/photo.png"), seed(1))
	if of(files, config.Param{Path: "experiment", Value: "other"}, image("/b/moved.png"), seed(1)) != base {
		t.Error("a name or a path made another trial")
	}
	if of(hashes{"content.image": "bb"}, image("/a/photo.png"), seed(1)) == base {
		t.Error("another photograph made the same trial")
	}
	embedded := hashes{"content.image": "aa", "backbone.weights": "cc"}
	if other := of(embedded, image("/a/photo.png"), seed(1)); other == base || other == of(hashes{"content.image": "aa", "backbone.weights": "dd"}, image("/a/photo.png"), seed(1)) {
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
