package plan

import (
	"testing"

	"runexp/framework/config"
)

// TestIdentity checks what changes a trial's identity and what does not.
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
		t.Error("a name or a path changes the identity")
	}
	if of(map[string]string{"content.image": "bb"}, image("/a/photo.png"), seed(1)) == base {
		t.Error("another content image does not change the identity")
	}
	embedded := map[string]string{"content.image": "aa", "backbone.weights": "cc"}
	if other := of(embedded, image("/a/photo.png"), seed(1)); other == base || other == of(map[string]string{"content.image": "aa", "backbone.weights": "dd"}, image("/a/photo.png"), seed(1)) {
		t.Error("other weights under the same settings do not change the identity")
	}
	if of(files, image("/a/photo.png"), seed(2)) == base {
		t.Error("another seed does not change the identity")
	}
	if of(files, image("/a/photo.png"), seed(1), config.Param{Path: "x", Value: ""}) == base {
		t.Error("one more setting does not change the identity")
	}
	if of(nil, config.Param{Path: "a", Value: "b\",\"c"}) == of(nil, config.Param{Path: "a", Value: "b"}, config.Param{Path: "c", Value: ""}) {
		t.Error("settings are hashed without separators")
	}
}

// The interval between checkpoints does not change the picture.
func TestCheckpointIntervalIsNotPartOfTheIdentity(t *testing.T) {
	of := func(every string) string {
		id, err := identity([]config.Param{{Path: "seed", Value: 1}, {Path: "checkpoint.every", Value: every}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	if of("30s") != of("0s") {
		t.Error("another interval changes the identity")
	}
}

// A strength is part of the identity by what it does: the recipe as written at 0.5.
func TestIdentityOfStrength(t *testing.T) {
	of := func(params ...config.Param) string {
		id, err := identity(append(params, config.Param{Path: "seed", Value: 1}), nil)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	strength := func(s float64) config.Param { return config.Param{Path: "strength", Value: s} }
	if of(strength(0.5)) != of() {
		t.Error("strength 0.5 is another trial than the recipe as written")
	}
	if of(strength(0.4)) == of() || of(strength(0.4)) == of(strength(0.6)) {
		t.Error("other strengths are the same trial")
	}
}
