// Package lru keeps the values that were used last, within a number of bytes.
package lru

import (
	"container/list"
	"sync"
)

// A Cache keeps values by key, at most so many bytes of them: those used last. It may
// be used by several goroutines. Make one with New.
type Cache[K comparable, V any] struct {
	size func(V) int64

	mu      sync.Mutex
	room    int64               // bytes that there are for values
	taken   int64               // of them
	entries map[K]*list.Element // in order
	order   *list.List          // of *entry[K, V], the one used last in front
}

// An entry is a value, or one that is being computed.
type entry[K comparable, V any] struct {
	key   K
	value func() (V, error) // computed by the first call, while other calls wait
	bytes int64             // 0 until it is computed
}

// New returns an empty cache of so many bytes; size says how many a value takes.
func New[K comparable, V any](room int64, size func(V) int64) *Cache[K, V] {
	return &Cache[K, V]{size: size, room: room, entries: map[K]*list.Element{}, order: list.New()}
}

// Get returns the value of key, computed if it is not kept. Of several who ask at once
// the first computes it, the others wait for it, and an error is everybody's; it is not
// kept, and neither is a value larger than the room. A value that is dropped stays
// valid for those who have it.
func (c *Cache[K, V]) Get(key K, compute func() (V, error)) (V, error) {
	e := c.use(key, compute)
	value, err := e.value()
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.drop(e)
		return value, err
	}
	c.count(e, max(1, c.size(value))) // so that their number is bounded, too
	return value, nil
}

// Resize gives the cache another number of bytes; 0 empties it.
func (c *Cache[K, V]) Resize(room int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.room = room
	c.bound()
}

// Len returns how many values are kept or being computed.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}

// use returns the entry of key, new if need be, as the one used last.
func (c *Cache[K, V]) use(key K, compute func() (V, error)) *entry[K, V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, kept := c.entries[key]; kept {
		c.order.MoveToFront(at)
		return at.Value.(*entry[K, V])
	}
	e := &entry[K, V]{key: key, value: sync.OnceValues(compute)}
	c.entries[key] = c.order.PushFront(e)
	return e
}

// count counts in a value that was computed.
func (c *Cache[K, V]) count(e *entry[K, V], bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.bytes > 0 || c.entries[e.key] == nil || c.entries[e.key].Value != e {
		return // another who waited has done it, or it is dropped already
	}
	e.bytes = bytes
	c.taken += bytes
	if bytes > c.room {
		c.drop(e) // alone, or all others would go for it
	}
	c.bound()
}

// bound drops values, the longest unused first, until the others fit.
func (c *Cache[K, V]) bound() {
	for at := c.order.Back(); at != nil && c.taken > c.room; {
		e, next := at.Value.(*entry[K, V]), at.Prev()
		if e.bytes > 0 {
			c.drop(e)
		}
		at = next
	}
}

// drop takes an entry out, if it is still in.
func (c *Cache[K, V]) drop(e *entry[K, V]) {
	at := c.entries[e.key]
	if at == nil || at.Value != e {
		return
	}
	c.order.Remove(at)
	delete(c.entries, e.key)
	c.taken -= e.bytes
}
