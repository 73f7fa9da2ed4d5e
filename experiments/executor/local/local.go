// Package local runs the trials of a sweep side by side in this process.
package local

import (
	"context"
	"sync"
)

// A Task is one piece of work and the memory that it is predicted to take, in bytes.
type Task struct {
	Bytes int64
	Do    func(ctx context.Context)
}

// Limits bound what runs at once. A task that is larger than Memory runs alone.
type Limits struct {
	Jobs   int   // tasks at once, at least 1
	Memory int64 // bytes of all tasks under way; 0 for no bound
}

// Run does the tasks, beginning each in turn as soon as it fits, and returns
// when all are done. When ctx is done no task begins any more; those under way
// see it too, and are waited for. begun says how many were started.
func Run(ctx context.Context, tasks []Task, l Limits) (begun int) {
	room := newRoom(l)
	defer context.AfterFunc(ctx, room.close)()
	var all sync.WaitGroup
	defer all.Wait()
	for _, task := range tasks {
		if !room.enter(task.Bytes) {
			return begun
		}
		begun++
		all.Go(func() {
			defer room.leave(task.Bytes)
			task.Do(ctx)
		})
	}
	return begun
}

// A room holds the tasks under way.
type room struct {
	limits  Limits
	mu      sync.Mutex
	changed sync.Cond
	tasks   int
	bytes   int64
	closed  bool
}

func newRoom(l Limits) *room {
	r := &room{limits: l}
	r.changed.L = &r.mu
	return r
}

// enter waits until a task fits, and reports whether it may begin.
func (r *room) enter(bytes int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for !r.closed && !r.fits(bytes) {
		r.changed.Wait()
	}
	if r.closed {
		return false
	}
	r.tasks++
	r.bytes += bytes
	return true
}

func (r *room) fits(bytes int64) bool {
	if r.tasks == 0 {
		return true
	}
	return r.tasks < r.limits.Jobs && (r.limits.Memory == 0 || r.bytes+bytes <= r.limits.Memory)
}

func (r *room) leave(bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tasks--
	r.bytes -= bytes
	r.changed.Broadcast()
}

func (r *room) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.changed.Broadcast()
}
