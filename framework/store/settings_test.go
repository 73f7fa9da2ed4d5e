package store

import (
	"fmt"
	"slices"
	"testing"

	"runexp/framework/store/search"
)

// Settings of a store before version 8 are read as they are now, and rewritten by a writer:
// one spelling of paths, and lists as JSON.
func TestOldSettings(t *testing.T) {
	path := atVersion(t, settingsFrom-1)
	db := openPool(address(path, writing), 1)
	for path, value := range map[string]string{
		"stages[0].size.long": "64", "stages[11].weights[0].name": `"[a]"`, "losses.style.layers": `"[conv1_1, {layer: conv2_1, weight: 0.5}]"`,
		"losses.tv.scales": `"[1, 2.5]"`, "experiment": `"[draft]"`, "content.image": `"[x].png"`, "style[0].image": `"/a/b.png"`,
	} {
		if _, err := db.Exec(`INSERT INTO params (run_id, path, value) VALUES (1, ?, ?)`, path, value); err != nil {
			t.Fatal(err)
		}
	}
	check(t, db.Close())
	want := []string{
		`content.image "[x].png"`, `experiment "[draft]"`, `losses.style.layers ["conv1_1",{"layer":"conv2_1","weight":0.5}]`, `losses.tv.scales [1,2.5]`,
		`stages.0.size.long 64`, `stages.11.weights.0.name "[a]"`, `style.0.image "/a/b.png"`,
	}
	s := must(OpenReadOnly(t.Context(), path))(t)
	readSettings(t, s, want)
	check(t, s.Close())
	s = must(Open(t.Context(), path))(t)
	readSettings(t, s, want)
	rows := must(collect(t.Context(), s.writer, func(line *string) []any { return []any{line} }, `SELECT path || ' ' || value FROM run_params ORDER BY path`))(t)
	if !slices.Equal(rows, want) {
		t.Errorf("run_params has %q, want %q", rows, want)
	}
	check(t, s.Close())
}

func readSettings(t *testing.T, s *Store, want []string) {
	t.Helper()
	var got []string
	for _, p := range must(s.Params(t.Context(), 1))(t) {
		got = append(got, p.Path+" "+string(p.Value))
	}
	if !slices.Equal(got, want) {
		t.Errorf("settings %q, want %q", got, want)
	}
	if images := must(s.Images(t.Context(), RunSummary{RunRef: RunRef{Number: 1}}))(t)[1]; images.Content != "[x].png" || !slices.Equal(images.Styles, []string{"/a/b.png"}) {
		t.Errorf("images %v", images)
	}
	for _, filter := range []string{
		"params.stages[0].size.long = 64", "params.stages.0.size.long = 64", "params.size.long = 64", "params.tv.scales = '[1, 2.5]'", "params.tv.scales = '[1,2.5]'",
		`params.style.layers = '["conv1_1", {layer: conv2_1, weight: 0.5}]'`, "style = b.png",
	} {
		if n := must(s.Count(t.Context(), Filter{Where: must(search.Parse(filter))(t)}))(t); n != 1 {
			t.Errorf("%s selects %d runs", filter, n)
		}
	}
	fields := []search.Field{{Kind: search.Param, Name: "losses.style.layers"}, {Kind: search.Param, Name: "stages[11].weights.0.name"}}
	if values := must(s.Values(t.Context(), []int64{1}, fields))(t)[1]; fmt.Sprint(values) != `[["conv1_1",{"layer":"conv2_1","weight":0.5}] [a]]` {
		t.Errorf("values %v", values)
	}
	for _, f := range must(s.Fields(t.Context()))(t) {
		if f.Kind == search.Param && f.Name == "stages[0].size.long" {
			t.Errorf("the field %s", f)
		}
	}
}
