// Package lru has a least-recently-used cache bounded in bytes.
package lru

import (
	"container/list"
	"sync"
)

// A Cache keeps the most recently used values, up to a capacity in bytes. It is safe for
// concurrent use. Make one with New.
type Cache[K comparable, V any] struct {
	size func(V) int64

	mu       sync.Mutex
	capacity int64               // bytes
	used     int64               // bytes
	entries  map[K]*list.Element // of order
	order    *list.List          // of *entry[K, V], the most recently used in front
}

// An entry is a value, computed or being computed.
type entry[K comparable, V any] struct {
	key   K
	value func() (V, error) // the first call computes it, others wait
	bytes int64             // 0 until it is computed
}

// New returns an empty cache of a capacity in bytes; size returns the bytes of a value.
func New[K comparable, V any](capacity int64, size func(V) int64) *Cache[K, V] {
	return &Cache[K, V]{size: size, capacity: capacity, entries: map[K]*list.Element{}, order: list.New()}
}

// Get returns the value of key, and computes it if it is not in the cache. Concurrent
// calls for a key compute it once and share the value or error. Errors are not cached,
// and neither are values larger than the capacity. An evicted value stays valid for its
// holders.
func (c *Cache[K, V]) Get(key K, compute func() (V, error)) (V, error) {
	e := c.use(key, compute)
	value, err := e.value()
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.remove(e)
		return value, err
	}
	c.account(e, max(1, c.size(value))) // at least 1, which bounds the number of values too
	return value, nil
}

// Resize sets the capacity in bytes; 0 empties the cache.
func (c *Cache[K, V]) Resize(capacity int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.capacity = capacity
	c.evict()
}

// Len returns the number of values, including those being computed.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}

// use returns the entry of key, new if there is none, and marks it as the most recently
// used.
func (c *Cache[K, V]) use(key K, compute func() (V, error)) *entry[K, V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.entries[key]; ok {
		c.order.MoveToFront(at)
		return at.Value.(*entry[K, V])
	}
	e := &entry[K, V]{key: key, value: sync.OnceValues(compute)}
	c.entries[key] = c.order.PushFront(e)
	return e
}

// account adds the bytes of a computed value, and evicts others as needed.
func (c *Cache[K, V]) account(e *entry[K, V], bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.bytes > 0 || c.entries[e.key] == nil || c.entries[e.key].Value != e {
		return // a concurrent call has done it, or the entry was removed
	}
	e.bytes = bytes
	c.used += bytes
	if bytes > c.capacity {
		c.remove(e) // only this one, instead of evicting all others for it
	}
	c.evict()
}

// evict removes the least recently used values until the others fit.
func (c *Cache[K, V]) evict() {
	for at := c.order.Back(); at != nil && c.used > c.capacity; {
		e, next := at.Value.(*entry[K, V]), at.Prev()
		if e.bytes > 0 {
			c.remove(e)
		}
		at = next
	}
}

// remove removes an entry, if it is still in the cache.
func (c *Cache[K, V]) remove(e *entry[K, V]) {
	at := c.entries[e.key]
	if at == nil || at.Value != e {
		return
	}
	c.order.Remove(at)
	delete(c.entries, e.key)
	c.used -= e.bytes
}
