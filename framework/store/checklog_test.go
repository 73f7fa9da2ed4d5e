package store

import (
	"errors"
	"os"
	"testing"
)

// A log that is damaged before its end is not overwritten; a log truncated within its
// last transaction is what a kill leaves.
func TestDamagedLogIsNotOverwritten(t *testing.T) {
	whole := must(os.ReadFile(killed(t) + "-wal"))(t)
	const page = logFrameHeader + 4096
	for name, c := range map[string]struct {
		change func(log []byte) []byte
		want   int64 // byte where damage begins; −1 for none
	}{
		"whole":            {func(log []byte) []byte { return log }, -1},
		"magic":            {flip(1), 0},
		"header":           {flip(20), 0},
		"first page":       {flip(logHeader + 100), logHeader},
		"salt":             {flip(logHeader + page + 9), int64(logHeader + page)},
		"second page":      {flip(logHeader + page + 500), int64(logHeader + page)},
		"cut off":          {func(log []byte) []byte { return log[:len(log)-100] }, -1},
		"of its header":    {func(log []byte) []byte { return log[:20] }, -1},
		"last page of all": {flip(len(whole) - 10), -1}, // as a write that was cut short
		"the one before":   {flip(len(whole) - page - 10), int64(len(whole) - 2*page)},
	} {
		t.Run(name, func(t *testing.T) {
			path := killed(t)
			log := c.change(must(os.ReadFile(path + "-wal"))(t))
			check(t, os.WriteFile(path+"-wal", log, 0o644))
			s, err := Open(t.Context(), path)
			if c.want < 0 {
				check(t, err)
				check(t, s.Close())
				return
			}
			var damaged *DamagedLogError
			if !errors.As(err, &damaged) || !errors.Is(err, ErrDamaged) || damaged.At != c.want {
				t.Fatalf("opened for writing: %v, want damage from byte %d on", err, c.want)
			}
			if s, err := OpenReadOnly(t.Context(), path); err == nil { // reading may succeed
				check(t, s.Close())
			}
			if now := must(os.ReadFile(path + "-wal"))(t); string(now) != string(log) {
				t.Error("the log was changed")
			}
		})
	}
}

func flip(at int) func([]byte) []byte {
	return func(log []byte) []byte {
		log[at] ^= 4
		return log
	}
}
