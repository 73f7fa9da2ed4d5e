package store

import (
	"encoding/json"
	"testing"
)

// TestChoices: the first request with a choice decides, and a new choice replaces it.
func TestChoices(t *testing.T) {
	s := openTest(t)
	of := func(requests ...string) string { return string(must(s.Choice(t.Context(), requests))(t)) }
	if got := of("a", "b"); got != "" {
		t.Errorf("an empty store has the choice %s", got)
	}
	check(t, s.Choose(t.Context(), []string{"b", "c"}, json.RawMessage(`{"long":1}`)))
	check(t, s.Choose(t.Context(), []string{"d"}, json.RawMessage(`{"long":2}`)))
	if got := of("a", "d", "b"); got != `{"long":2}` {
		t.Errorf("got %s", got)
	}
	check(t, s.Choose(t.Context(), []string{"b"}, json.RawMessage(`{"long":3}`)))
	if got := of("b") + of("c"); got != `{"long":3}{"long":1}` {
		t.Errorf("got %s", got)
	}
	if err := s.Choose(t.Context(), []string{"b"}, json.RawMessage("no JSON")); err == nil {
		t.Error("anything can be chosen")
	}
}
