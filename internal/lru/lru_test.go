package lru_test

import (
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"runexp/internal/lru"
)

// sized returns a cache whose values are their own sizes.
func sized(capacity int64) *lru.Cache[string, int64] {
	return lru.New[string](capacity, func(v int64) int64 { return v })
}

func TestEvictsLeastRecentlyUsed(t *testing.T) {
	c := sized(1000)
	computed := map[string]int{}
	get := func(key string, bytes int64) {
		t.Helper()
		got, err := c.Get(key, func() (int64, error) { computed[key]++; return bytes, nil })
		if err != nil || got != bytes {
			t.Fatal(got, err)
		}
	}
	get("a", 400)
	get("b", 400)
	get("a", 400)
	get("c", 400) // evicts b
	get("a", 400)
	get("b", 400) // evicts c
	get("a", 400)
	get("huge", 1001) // not cached, evicts nothing
	get("huge", 1001)
	get("a", 400)
	get("b", 400)
	get("all", 1000) // evicts a and b
	get("all", 1000)
	get("a", 400)
	if want := map[string]int{"a": 2, "b": 2, "c": 1, "huge": 2, "all": 1}; !maps.Equal(computed, want) {
		t.Errorf("computed %v, want %v", computed, want)
	}
	if c.Len() != 1 {
		t.Errorf("%d values are kept, want a", c.Len())
	}
}

func TestResize(t *testing.T) {
	c := sized(1000)
	for _, key := range []string{"a", "b", "c"} {
		if _, err := c.Get(key, func() (int64, error) { return 300, nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		capacity int64
		want     int
	}{{900, 3}, {899, 2}, {300, 1}, {0, 0}} {
		if c.Resize(step.capacity); c.Len() != step.want {
			t.Errorf("in %d bytes %d values are kept, want %d", step.capacity, c.Len(), step.want)
		}
	}
	if _, err := c.Get("a", func() (int64, error) { return 0, nil }); err != nil || c.Len() != 0 {
		t.Errorf("%d values with capacity 0: %v", c.Len(), err)
	}
}

// Concurrent calls compute a value once; after an error it is computed again.
func TestComputedOnce(t *testing.T) {
	c := sized(1000)
	onPurpose := errors.New("on purpose")
	if _, err := c.Get("a", func() (int64, error) { return 0, onPurpose }); !errors.Is(err, onPurpose) || c.Len() != 0 {
		t.Errorf("error %v, %d kept", err, c.Len())
	}
	computed := 0
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got, err := c.Get("a", func() (int64, error) {
				computed++
				time.Sleep(10 * time.Millisecond) // for the other calls to arrive
				return 40, nil
			})
			if got != 40 || err != nil {
				t.Errorf("%d, %v", got, err)
			}
		})
	}
	all.Wait()
	if computed != 1 || c.Len() != 1 {
		t.Errorf("computed %d times after the one that failed, %d kept", computed, c.Len())
	}
}

// A value being computed is not evicted, whatever the capacity, and is counted once.
func TestKeepsUnfinished(t *testing.T) {
	c := sized(100)
	again := func() (int64, error) { t.Error("computed again"); return 100, nil }
	if _, err := c.Get("a", func() (int64, error) {
		if _, err := c.Get("b", func() (int64, error) { return 100, nil }); err != nil {
			t.Error(err)
		}
		c.Resize(0) // evicts b
		c.Resize(100)
		return 100, nil
	}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := c.Get("a", again); err != nil {
			t.Fatal(err)
		}
	}
	if c.Len() != 1 {
		t.Errorf("%d values are kept, want a", c.Len())
	}
}
