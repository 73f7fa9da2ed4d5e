package store

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// A lost run is read again: its process may have written its status and ended after
// the row was read and before the process was checked.
func TestLostRunIsReadAgain(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "n.db"))
	defer s.Close()
	for name, c := range map[string]struct {
		lost [][]int64 // by read
		want int       // reads
	}{
		"none":              {[][]int64{nil}, 1},
		"one that is":       {[][]int64{{1}, {1}}, 2},
		"one that ended":    {[][]int64{{1}, nil}, 2},
		"another meanwhile": {[][]int64{{1}, {1, 2}, {1, 2}}, 3},
	} {
		reads := 0
		check(t, s.readStable(t.Context(), func(*sql.DB) ([]int64, error) {
			reads++
			return c.lost[reads-1], nil
		}))
		if reads != c.want {
			t.Errorf("%s: %d reads, want %d", name, reads, c.want)
		}
	}
}
