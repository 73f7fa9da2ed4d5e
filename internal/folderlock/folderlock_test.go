package folderlock_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"runexp/internal/folderlock"
)

func TestOneAtATime(t *testing.T) {
	folder := t.TempDir()
	release, err := folderlock.Acquire(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := folderlock.Acquire(stopped, folder); !errors.Is(err, context.Canceled) {
		t.Errorf("a locked folder was locked again: %v", err)
	}
	next := make(chan error)
	go func() {
		release, err := folderlock.Acquire(t.Context(), folder)
		if err == nil {
			release()
		}
		next <- err
	}()
	release()
	if err := <-next; err != nil {
		t.Error(err)
	}
}

func TestNoFolder(t *testing.T) {
	if _, err := folderlock.Acquire(t.Context(), filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing folder was locked")
	}
}
