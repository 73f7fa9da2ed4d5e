package ui

import (
	"net/http"
	"strings"
	"testing"

	"runexp/framework/store/storetest"
)

// Bad JSON of one run or scorer closes the pages of that run, and no other.
func TestDamagedJSON(t *testing.T) {
	const everywhere = "/ /experiments /sweeps /sweeps/1 /sweeps/1/report /pictures /runs/1 /compare?run=1&run=2 /vote/1"
	for _, c := range []struct{ statement, pages, where, shown string }{
		{`UPDATE scorers SET description = '{'`, everywhere, "/runs/1", "its description cannot be read"},
		{`UPDATE params SET value = '{' WHERE run_id = 7 AND path = 'losses.tv.weight'`, everywhere, "/pictures", "setting losses.tv.weight cannot be read"},
		{`UPDATE params SET value = '{' WHERE run_id = 7 AND path = 'content.image'`, everywhere, "/pictures", "setting content.image cannot be read"},
		{`UPDATE params SET value = '{' WHERE run_id = 7`, everywhere, "/runs/7", "is not JSON"},
		{`UPDATE params SET value = '{' WHERE run_id = 2`, "/ /experiments /sweeps /sweeps/1 /sweeps/1/report /pictures /runs/1 /vote/1", "/pictures", "cannot be read"},
		{`UPDATE runs SET environment = '{', overrides = '{' WHERE id = 7`, everywhere, "/runs/7", "is not JSON"},
		{`UPDATE events SET data = '{' WHERE run_id = 7`, everywhere, "/", "killed"},
	} {
		n := newNotebook(t)
		web := n.serve(t, Options{})
		check(t, storetest.Exec(n.path, c.statement))
		for _, address := range strings.Fields(c.pages) {
			if answer, body := get(t, web, address); answer.StatusCode != http.StatusOK {
				t.Errorf("%s: %s: %s\n%s", c.statement, address, answer.Status, body[max(0, len(body)-600):])
			}
		}
		if _, body := get(t, web, c.where); !strings.Contains(body, c.shown) {
			t.Errorf("%s: %s does not say %q", c.statement, c.where, c.shown)
		}
	}
}
