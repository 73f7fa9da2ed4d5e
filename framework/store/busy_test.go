package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// A program that holds the lock, such as a database browser, delays writes but stops
// no run.
func TestLockedStoreDelaysWrites(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	r := begin(t, s, NewRun{})
	other := openPool(address(s.path, writing), 1)
	defer other.Close()
	lock := must(other.Begin())(t)
	must(s.writer.Exec("PRAGMA busy_timeout = 10"))(t) // so that waiting is ours

	began := time.Now()
	for i := range 100 {
		check(t, r.Log(ctx, i, []Value{{"x", float64(i)}}))
	}
	if d := time.Since(began); d > time.Second {
		t.Errorf("100 calls of Log took %v while another program held the store", d)
	}
	time.AfterFunc(300*time.Millisecond, func() { _ = lock.Rollback() })
	check(t, r.Flush(ctx))

	lock = must(other.Begin())(t)
	time.AfterFunc(300*time.Millisecond, func() { _ = lock.Rollback() })
	interrupted, cancel := context.WithCancel(ctx)
	cancel()
	check(t, r.Finish(interrupted, Killed, "interrupted"))
	if n := count(t, s, "metrics"); n != 100 {
		t.Errorf("%d values, want 100", n)
	}
}

func TestBusyTimeout(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	r := begin(t, s, NewRun{})
	s.busyTimeout = 50 * time.Millisecond
	must(s.writer.Exec("PRAGMA busy_timeout = 10"))(t)
	other := openPool(address(s.path, writing), 1)
	defer other.Close()
	lock := must(other.Begin())(t)
	check(t, r.Log(ctx, 0, []Value{{"x", 1}}))
	wantError(t, r.Flush(ctx), ErrBusy)
	check(t, r.Log(ctx, 1, []Value{{"x", 2}})) // still no error
	wantError(t, r.Finish(ctx, Finished, ""), ErrBusy)
	check(t, r.Log(ctx, 2, []Value{{"x", 3}})) // not ended then
	check(t, lock.Rollback())
	check(t, r.Finish(ctx, Finished, ""))
	if got := must(s.Series(ctx, r.Number(), "x"))(t); !samePoints(got, []Point{{0, 1}, {1, 2}, {2, 3}}) {
		t.Errorf("got %v", got)
	}
}

func TestFullDiskKeepsValues(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	s.diskTimeout = 20 * time.Millisecond
	r := begin(t, s, NewRun{})
	r.stopFlusher() // only what the test asks for is written
	var pages int
	check(t, s.writer.QueryRow("PRAGMA page_count").Scan(&pages))
	must(s.writer.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)))(t)

	const n = 3000
	for i := range n {
		check(t, r.Log(ctx, i, []Value{{"loss/total", float64(i)}}))
	}
	check(t, r.Event(ctx, "stage", 0, nil))
	wantError(t, r.Flush(ctx), ErrFull)
	wantError(t, r.Log(ctx, n, []Value{{"loss/total", n}}), ErrFull) // so that the run can stop
	wantError(t, r.Artifact(ctx, Artifact{Kind: "picture", Data: make([]byte, 1<<20)}), ErrFull)
	wantError(t, r.Finish(ctx, Failed, "the disk is full"), ErrFull)
	if got := count(t, s, "metrics") + count(t, s, "events") + count(t, s, "blobs"); got != 0 {
		t.Errorf("%d rows of a transaction that failed", got)
	}

	must(s.writer.Exec("PRAGMA max_page_count = 1000000"))(t)
	check(t, r.Flush(ctx))
	check(t, r.Log(ctx, n+1, []Value{{"loss/total", n + 1}}))
	check(t, r.Finish(ctx, Finished, ""))
	points := must(s.Series(ctx, r.Number(), "loss/total"))(t)
	if len(points) != n+2 || points[n] != (Point{n, n}) {
		t.Errorf("%d values, want %d", len(points), n+2)
	}
	if got := count(t, s, "events"); got != 1 {
		t.Errorf("%d events, want 1", got)
	}
	wantIntegrity(t, s)
}

func wantIntegrity(t *testing.T, s *Store) {
	t.Helper()
	var verdict string
	check(t, s.writer.QueryRow("PRAGMA integrity_check").Scan(&verdict))
	if verdict != "ok" {
		t.Errorf("integrity check: %s", verdict)
	}
	rows := must(s.writer.Query("PRAGMA foreign_key_check"))(t)
	defer rows.Close()
	if rows.Next() {
		t.Error("dangling foreign key")
	}
}

// Log flushes when flushSize values are pending.
func TestLogFlushesAtFlushSize(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	r := begin(t, s, NewRun{})
	r.stopFlusher()
	for i := range flushSize {
		check(t, r.Log(t.Context(), i, []Value{{"x", 0}}))
	}
	if n := count(t, s, "metrics"); n != flushSize {
		t.Errorf("%d values, want %d", n, flushSize)
	}
}

// A cancelled context is not reported as damage.
func TestDamagedValueKeepsCancelledContext(t *testing.T) {
	interrupted := fmt.Errorf("scan: %w", context.Canceled)
	if err := damagedValue(interrupted); errors.Is(err, ErrDamaged) || !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
	if err := damagedValue(errors.New("converting driver.Value")); !errors.Is(err, ErrDamaged) {
		t.Errorf("a value of another kind: %v", err)
	}
}
