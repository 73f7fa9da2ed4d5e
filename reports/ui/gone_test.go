package ui

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework/store"
)

// A store that goes away while it is served is said to be gone, on every page.
func TestStoreGone(t *testing.T) {
	const gone, replaced = "is gone: it was moved or deleted", "is no store any more"
	for _, c := range []struct {
		said string
		live bool // while another process has the store open
		harm func(path string) error
	}{
		{gone, false, os.Remove}, {gone, true, os.Remove},
		{gone, false, func(path string) error { return os.Rename(path, path+".moved") }},
		{gone, false, func(path string) error { return os.Rename(filepath.Dir(path), filepath.Dir(path)+".moved") }},
		{replaced, false, func(path string) error {
			return os.WriteFile(path, []byte("mine, and no store at all, as long as it is"), 0o644)
		}},
		{replaced, false, func(path string) error { return os.WriteFile(path, nil, 0o644) }},
	} {
		n := newNotebook(t)
		if !c.live {
			check(t, n.store.Close())
		}
		web := n.serve(t, Options{})
		if answer, _ := get(t, web, "/"); answer.StatusCode != http.StatusOK {
			t.Fatalf("before: %s", answer.Status)
		}
		check(t, c.harm(n.path))
		for _, address := range []string{"/", "/sweeps", "/runs/1", "/pictures"} {
			answer, body := get(t, web, address)
			if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "the file "+n.path+" "+c.said) || !strings.Contains(body, "--db") {
				t.Errorf("%s: %s, and not that it %s\n%s", address, answer.Status, c.said, body)
			}
		}
	}
}

// Another store at the place of the one that is served is neither shown nor changed.
func TestOtherStore(t *testing.T) {
	n, other := newNotebook(t), newNotebook(t)
	check(t, n.store.Close())
	check(t, other.store.Close())
	web := n.serve(t, Options{})
	if answer, _ := get(t, web, "/"); answer.StatusCode != http.StatusOK {
		t.Fatalf("before: %s", answer.Status)
	}
	check(t, os.Rename(n.path, n.path+".first"))
	check(t, os.Rename(other.path, n.path))
	for _, address := range []string{"/", "/runs/1"} {
		if answer, body := get(t, web, address); answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "is another one") {
			t.Errorf("%s: %s\n%s", address, answer.Status, body)
		}
	}
	if answer, body := post(t, web, "/marks", url.Values{"run": {"1"}, "do": {"star"}}); answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "nothing was changed") {
		t.Errorf("a star: %s\n%s", answer.Status, body)
	}
	s, err := store.OpenReadOnly(t.Context(), n.path)
	check(t, err)
	marks, err := s.Marks(t.Context(), 1)
	check(t, s.Close())
	if err != nil || marks[1].Star {
		t.Errorf("the other store's run has %v (%v)", marks[1], err)
	}
	check(t, os.Rename(n.path+".first", n.path))
	if answer, body := get(t, web, "/"); answer.StatusCode != http.StatusOK {
		t.Errorf("it is back: %s\n%s", answer.Status, body)
	}
}
