package store

import (
	"os"
	"strings"
	"testing"

	"runexp/framework/store/storetest"
)

// A value that is no number is named, and repairing leaves it and mends the rest.
func TestValueThatIsNoNumber(t *testing.T) {
	path := t.TempDir() + "/s.db"
	check(t, os.WriteFile(path, fullStore(t), 0o644))
	check(t, storetest.Exec(path, `UPDATE metrics SET value = 'abc' WHERE (run_id, key_id, step) = (SELECT run_id, key_id, step FROM metrics ORDER BY 1, 2, 3 LIMIT 1)`,
		`UPDATE metric_summary SET last = 'oops'`))
	s, err := Open(t.Context(), path)
	check(t, err)
	defer s.Close()
	before, err := s.Problems(t.Context())
	check(t, err)
	check(t, s.Repair(t.Context()))
	after, err := s.Problems(t.Context())
	check(t, err)
	if len(before) <= len(after) || len(after) != 1 || !strings.HasSuffix(after[0].What, " is no number") || !strings.Contains(after[0].What, " at step ") || after[0].Repaired {
		t.Errorf("%+v\nand after it was repaired\n%+v", before, after)
	}
}
