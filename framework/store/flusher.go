package store

import (
	"context"
	"time"
)

// flushEvery is how long a value waits in the buffer.
const flushEvery = time.Second

// A flusher is what keeps a run written and visibly alive between the calls of
// its methods, however long an iteration takes.
type flusher struct {
	ctx     context.Context // done when it is to stop
	stop    context.CancelFunc
	stopped chan struct{} // closed when it has
}

// newFlusher returns one that beats until it is stopped, not until ctx is done.
func newFlusher(ctx context.Context) flusher {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	return flusher{ctx, stop, make(chan struct{})}
}

// flushLoop flushes whenever it is due, until the flusher is stopped. What goes wrong
// is kept by flush for the next Log.
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

// flushDue reports whether values wait, or it is time for a sign of life.
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
