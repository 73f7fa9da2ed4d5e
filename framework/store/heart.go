package store

import (
	"context"
	"time"
)

// flushEvery is how long a value waits in the buffer.
const flushEvery = time.Second

// A heart is what keeps a run written and visibly alive between the calls of
// its methods, however long an iteration takes.
type heart struct {
	beating context.Context // done when it is to stop
	stop    context.CancelFunc
	stopped chan struct{} // closed when it has
}

// newHeart returns one that beats until it is stopped, not until ctx is done.
func newHeart(ctx context.Context) heart {
	beating, stop := context.WithCancel(context.WithoutCancel(ctx))
	return heart{beating, stop, make(chan struct{})}
}

// beat flushes whenever it is due, until the heart is stopped. What goes wrong
// is kept by flush for the next Log.
func (r *Run) beat() {
	defer close(r.stopped)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.beating.Done():
			return
		case <-tick.C:
			if r.due() {
				_ = r.Flush(r.beating)
			}
		}
	}
}

// due reports whether values wait, or it is time for a sign of life.
func (r *Run) due() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.pending.empty() || time.Since(r.seen) >= heartbeat
}

// stopBeating stops the heart and waits for its last write.
func (r *Run) stopBeating() {
	r.stop()
	<-r.stopped
}
