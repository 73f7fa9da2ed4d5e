package ui

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
