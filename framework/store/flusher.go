package store

import (
	"context"
	"time"
)

// flushEvery is the longest time that a value stays in the buffer.
const flushEvery = time.Second

// A flusher writes a run's buffer and its heartbeat in the background, however long
// an iteration takes.
type flusher struct {
	ctx     context.Context // done when the flusher should stop
	stop    context.CancelFunc
	stopped chan struct{} // closed when it has stopped
}

// newFlusher returns a flusher that runs until it is stopped, not until ctx is done.
func newFlusher(ctx context.Context) flusher {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	return flusher{ctx, stop, make(chan struct{})}
}

// flushLoop flushes when due, until the flusher is stopped. The next Log returns an
// error of a flush.
func (r *Run) flushLoop() {
	defer close(r.stopped)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-tick.C:
			if r.flushDue() {
				_ = r.Flush(r.ctx)
			}
		}
	}
}

// flushDue reports whether values are pending or a heartbeat is due.
func (r *Run) flushDue() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.pending.empty() || time.Since(r.lastFlush) >= heartbeat
}

// stopFlusher stops the flusher and waits for its last write.
func (r *Run) stopFlusher() {
	r.stop()
	<-r.stopped
}
