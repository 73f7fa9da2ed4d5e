package store

import (
	"slices"
	"strings"
	"testing"
)

// The schema has every table and view with its comment, and the columns that SQLite has.
func TestSchema(t *testing.T) {
	list := must(Schema(t.Context()))(t)
	find := func(name string) Relation {
		i := slices.IndexFunc(list, func(r Relation) bool { return r.Name == name })
		if i < 0 {
			t.Fatalf("no %s", name)
		}
		return list[i]
	}
	column := func(relation, name string) Column {
		r := find(relation)
		i := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("%s has no column %s", relation, name)
		}
		return r.Columns[i]
	}
	for got, want := range map[Column]Column{
		column("sweeps", "scorer"):        {Name: "scorer", Type: "TEXT", Null: true, Doc: "hash of the scorer chosen when it was planned"},
		column("scores", "run_id"):        {Name: "run_id", Type: "INTEGER", Key: true, References: "runs"},
		column("trials", "pair"):          {Name: "pair", Type: "INTEGER", Null: true, Doc: "Position of the pair of images in the sweep, from 0; NULL without pairs."},
		column("trial_list", "trial"):     {Name: "trial", Null: true, Doc: "from 0"},
		column("trial_settings", "value"): {Name: "value", Null: true, Doc: "a number or text as such, true and false as 1 and 0, lists as JSON"},
	} {
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if r := find("run_losses"); r.Kind != "view" || !strings.HasPrefix(r.Doc, "One row for each run that is not deleted and loss") { // of migration 007
		t.Errorf("%+v", r)
	}
	if r := find("run_list"); !strings.HasPrefix(r.Doc, "One row a run that is not deleted") { // made anew in 003 without a comment, in 007 with one
		t.Errorf("%+v", r)
	}
	if text := Conventions(); !strings.HasPrefix(text, "The notebook:") || !strings.Contains(text, "user_version") || strings.Contains(text, "CREATE") {
		t.Errorf("conventions %q", text)
	}
}

// A comment belongs to the statement right below it.
func TestComments(t *testing.T) {
	c := readComments([]migration{{number: 1, sql: `-- Head.

CREATE TABLE a (
    x TEXT, -- what it is
    -- About nothing.
    y TEXT
);
-- Of b.
CREATE TABLE b (z TEXT);
`}})
	if c.relations["a"] != "" || c.relations["b"] != "Of b." || c.columns["a.x"] != "what it is" || c.columns["a.y"] != "" {
		t.Errorf("%+v", c)
	}
}
