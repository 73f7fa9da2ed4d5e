package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// content is a file of 3 MiB; its version is part of it.
func content(version byte) []byte {
	b := make([]byte, 3<<20)
	for i := range b {
		b[i] = byte(i*i>>8) ^ version
	}
	return b
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// serve starts a server with handler f; n counts the requests from 1.
func serve(t *testing.T, f func(n int, w http.ResponseWriter, r *http.Request)) string {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f(int(n.Add(1)), w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/file.pth"
}

// whole serves b correctly, including ranges.
func whole(w http.ResponseWriter, r *http.Request, b []byte, tag string) {
	w.Header().Set("ETag", tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

// breaks is whole with a connection that breaks after n bytes of the body.
func breaks(w http.ResponseWriter, r *http.Request, b []byte, tag string, n int) {
	whole(&breaking{w, n}, r, b, tag)
}

type breaking struct {
	http.ResponseWriter
	left int
}

func (b *breaking) Write(p []byte) (int, error) {
	if len(p) > b.left {
		_, _ = b.ResponseWriter.Write(p[:b.left])
		b.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}

func request(t *testing.T, url string, want []byte) Request {
	return Request{
		URL: url, Path: filepath.Join(t.TempDir(), "file.pth"), Bytes: int64(len(want)), Limit: 1 << 30, SHA256: sum(want),
		Retries: 2, Wait: time.Millisecond, Stall: 5 * time.Second,
	}
}

// holds fails unless the folder of path has exactly the given files and path, if among
// them, has the content want.
func holds(t *testing.T, path string, want []byte, names ...string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("files %q, want %q", got, names)
	}
	if b, err := os.ReadFile(path); err == nil && !bytes.Equal(b, want) {
		t.Error("the file is not what was served")
	}
}

func fails(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q\ndoes not say %q", err, part)
		}
	}
}

func TestFetch(t *testing.T) {
	want := content(0)
	q := request(t, serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			t.Error("a range of nothing was asked for")
		}
		whole(w, r, want, `"a"`)
	}), want)
	var done, total int64
	q.Progress = func(d, n int64) { done, total = d, n }
	q.SHA256 = q.SHA256[:8]
	if err := File(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	holds(t, q.Path, want, "file.pth")
	if done != int64(len(want)) || total != done {
		t.Errorf("progress ends at %d of %d", done, total)
	}
}

// A broken download is resumed in the same call; a call that gives up leaves its part
// to the next one.
func TestResume(t *testing.T) {
	want := content(0)
	for name, retries := range map[string]int{"same call": 2, "next call": 0} {
		t.Run(name, func(t *testing.T) {
			var ranges []string
			q := request(t, serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
				ranges = append(ranges, r.Header.Get("Range")+r.Header.Get("If-Range"))
				if n < 3 {
					breaks(w, r, want, `"a"`, 1<<20)
				}
				whole(w, r, want, `"a"`)
			}), want)
			q.Retries = retries
			err := File(t.Context(), q)
			for i := 0; retries == 0 && i < 2; i++ {
				fails(t, err, q.URL, fmt.Sprintf("broke at byte %d", (i+1)<<20), "gave up after 1 tries")
				holds(t, q.Path, nil, "file.pth.part", "file.pth.part.json")
				err = File(t.Context(), q)
			}
			if err != nil {
				t.Fatal(err)
			}
			holds(t, q.Path, want, "file.pth")
			if got := strings.Join(ranges, " "); got != ` bytes=1048576-"a" bytes=2097152-"a"` {
				t.Errorf("ranges asked for: %s", got)
			}
		})
	}
}

// Retries with progress are not counted.
func TestProgressResetsRetries(t *testing.T) {
	want := content(0)
	q := request(t, serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { breaks(w, r, want, `"a"`, 1<<20) }), want)
	q.Retries = 1
	if err := File(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	broken := 0
	q = request(t, serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { breaks(w, r, want, `"a"`, 1000) }), want)
	q.Broken = func(err error, wait time.Duration) {
		if broken++; wait != q.Wait<<(broken-1) {
			t.Errorf("%v before try %d", wait, broken+1)
		}
	}
	fails(t, File(t.Context(), q), "broke at byte 3000", "gave up after 3 tries")
	if broken != 2 {
		t.Errorf("%d broken tries, want 2", broken)
	}
}

func TestServerIgnoresRange(t *testing.T) {
	want := content(0)
	q := request(t, serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Range")
		if n == 1 {
			breaks(w, r, want, `"a"`, 2<<20)
		}
		whole(w, r, want, `"a"`)
	}), want)
	if err := File(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	holds(t, q.Path, want, "file.pth")
}

// A file that has changed meanwhile is downloaded from the beginning.
func TestChangedMeanwhile(t *testing.T) {
	old, want := content(1), content(0)
	q := request(t, serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			breaks(w, r, old, `"old"`, 2<<20)
		}
		whole(w, r, want, `"new"`)
	}), want)
	if err := File(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	holds(t, q.Path, want, "file.pth")
}

// The server ignores If-Range and sends a range of the changed file.
func TestChangedAndIfRangeIgnored(t *testing.T) {
	old, want := content(1), content(0)
	q := request(t, serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		r.Header.Del("If-Range")
		if n == 1 {
			breaks(w, r, old, `"old"`, 2<<20)
		}
		whole(w, r, want, `"new"`)
	}), want)
	if err := File(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	holds(t, q.Path, want, "file.pth")
}

// Without an ETag or a date a part cannot be validated: it is discarded.
func TestNoValidator(t *testing.T) {
	want := content(0)
	q := request(t, serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			t.Error("a range was asked for")
		}
		if n == 1 {
			breaks(w, r, want, `W/"weak"`, 2<<20)
		}
		whole(w, r, want, `W/"weak"`)
	}), want)
	if err := File(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	holds(t, q.Path, want, "file.pth")
}

func TestPartOfAnotherAddress(t *testing.T) {
	want := content(0)
	q := request(t, serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { breaks(w, r, content(1), `"a"`, 2<<20) }), want)
	q.Retries = 0
	fails(t, File(t.Context(), q), "broke")
	q.URL = serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			t.Error("a range was asked for")
		}
		whole(w, r, want, `"a"`)
	})
	if err := File(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	holds(t, q.Path, want, "file.pth")
}

func TestPartLongerThanTheFile(t *testing.T) {
	want := content(0)
	q := request(t, serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r, want, `"a"`) }), want)
	write := func(path string, b []byte) {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(q.Path+".part", append(want, 1))
	write(q.Path+".part.json", fmt.Appendf(nil, `{"url":%q,"validator":"\"a\""}`, q.URL))
	if err := File(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	holds(t, q.Path, want, "file.pth")
}

func TestLyingServers(t *testing.T) {
	want := content(0)
	for _, c := range []struct {
		name   string
		bytes  int64 // known beforehand
		answer func(w http.ResponseWriter, r *http.Request)
		want   string
		left   []string
	}{
		{"shorter file", int64(len(want)), func(w http.ResponseWriter, r *http.Request) { whole(w, r, want[:1000], `"a"`) },
			"has 1000 bytes, not 3145728: it is another file", nil},
		{"longer file", int64(len(want)), func(w http.ResponseWriter, r *http.Request) { whole(w, r, append(want, 1), `"a"`) },
			"has 3145729 bytes", nil},
		{"shorter than it says", 0, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(want)))
			_, _ = w.Write(want[:1000])
		}, "broke at byte 1000", []string{"file.pth.part", "file.pth.part.json"}},
		{"ends early, no length", int64(len(want)), func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(want[:1<<20])
			w.(http.Flusher).Flush()
		}, "ended at byte 1048576 of 3145728", []string{"file.pth.part", "file.pth.part.json"}},
		{"longer than expected, no length", int64(len(want)), func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(want)
			w.(http.Flusher).Flush()
			_, _ = w.Write(want)
		}, "more than 3145728 bytes", nil},
		{"endless, no length", 0, func(w http.ResponseWriter, _ *http.Request) {
			for range 9 {
				_, _ = w.Write(want)
				w.(http.Flusher).Flush()
			}
		}, "more than 8388608 bytes", nil},
		{"too long to fetch", 0, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "99999999999") },
			"99999999999 bytes, more than the limit of 8388608", nil},
		{"wrong bytes", int64(len(want)), func(w http.ResponseWriter, r *http.Request) { whole(w, r, content(1), `"a"`) },
			"wrong checksum: SHA-256 is " + sum(content(1)) + ", not " + sum(want), nil},
		{"shorter file of unknown length", 0, func(w http.ResponseWriter, r *http.Request) { whole(w, r, want[:1000], `"a"`) },
			"wrong checksum", nil},
		{"404", int64(len(want)), func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
			"the server returned 404 Not Found", nil},
		{"503", int64(len(want)), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
			"503 Service Unavailable; gave up after 3 tries", nil},
		{"part that was not asked for", int64(len(want)), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(206) },
			"returned 206", nil},
		{"redirect to http", int64(len(want)), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.org/file.pth", http.StatusFound)
		}, "http://example.org/file.pth is not an https address", nil},
		{"redirect to a file", int64(len(want)), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}, "file:///etc/passwd is not an https address", nil},
		{"redirects in a circle", int64(len(want)), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}, "more than 5 redirects", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := request(t, serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { c.answer(w, r) }), want)
			q.Bytes, q.Limit = c.bytes, 8<<20
			fails(t, File(t.Context(), q), q.URL, c.want)
			holds(t, q.Path, nil, c.left...)
		})
	}
}

// TestRedirectFromHTTPS: a redirect from https to http is an error, even on this machine.
func TestRedirectFromHTTPS(t *testing.T) {
	check := client(time.Second).CheckRedirect
	from := httptest.NewRequest(http.MethodGet, "https://example.org/a", nil)
	for to, good := range map[string]bool{
		"https://example.com/b": true, "http://127.0.0.1/b": false, "http://example.org/b": false, "ftp://example.org/b": false,
	} {
		err := check(httptest.NewRequest(http.MethodGet, to, nil), []*http.Request{from})
		if (err == nil) != good {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func TestStall(t *testing.T) {
	want := content(0)
	release := make(chan struct{})
	defer close(release)
	q := request(t, serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 1 {
			whole(w, r, want, `"a"`)
			return
		}
		w.Header().Set("ETag", `"a"`)
		_, _ = w.Write(want[:1<<20])
		w.(http.Flusher).Flush()
		<-release
	}), want)
	q.Stall = 100 * time.Millisecond
	var reported error
	q.Broken = func(err error, _ time.Duration) { reported = err }
	if err := File(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	if reported == nil || reported.Error() != "no data for 100ms" {
		t.Errorf("got %v", reported)
	}
	holds(t, q.Path, want, "file.pth")
}

// A cancelled download returns the cause and leaves its part for the next one.
func TestCancel(t *testing.T) {
	want := content(0)
	stop := errors.New("stopped by the user")
	ctx, cancel := context.WithCancelCause(t.Context())
	q := request(t, serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			w.Header().Set("ETag", `"a"`)
			w.Header().Set("Content-Length", fmt.Sprint(len(want)))
			_, _ = w.Write(want[:1<<20])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		if got := r.Header.Get("Range"); got != "bytes=1048576-" {
			t.Errorf("range %q", got)
		}
		whole(w, r, want, `"a"`)
	}), want)
	q.Progress = func(done, _ int64) {
		if done == 1<<20 {
			cancel(stop)
		}
	}
	if err := File(ctx, q); !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
	holds(t, q.Path, nil, "file.pth.part", "file.pth.part.json")
	q.Progress = nil
	if err := File(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	holds(t, q.Path, want, "file.pth")
}

// TestPassword: a password in the address is used, but neither shown nor stored.
func TestPassword(t *testing.T) {
	want := content(0)
	q := request(t, serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != "secret" {
			t.Errorf("password %q", password)
		}
		breaks(w, r, want, `"a"`, 1000)
	}), want)
	q.URL = strings.Replace(q.URL, "http://", "http://me:secret@", 1)
	err := File(t.Context(), q)
	fails(t, err, "http://me:xxxxx@", "broke")
	note, err2 := os.ReadFile(q.Path + ".part.json")
	if err2 != nil || strings.Contains(string(note)+err.Error(), "secret") {
		t.Errorf("%s, %v, %v", note, err, err2)
	}
}

func TestRefusedAddresses(t *testing.T) {
	for _, address := range []string{"http://example.org/x", "ftp://127.0.0.1/x", "https:///x", "x.pth", "file:///x", "%"} {
		q := request(t, address, nil)
		if err := File(t.Context(), q); err == nil {
			t.Errorf("%s is fetched", address)
		}
		holds(t, q.Path, nil)
	}
	q := request(t, "https://example.org/x", nil)
	q.Bytes = q.Limit + 1
	fails(t, File(t.Context(), q), "exceed the limit")
}
