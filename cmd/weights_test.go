package cmd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/weights"
)

// tiny is a backbone that reads PyTorch's checkpoint of a module:
// framework/weights/testdata/pytorch/module.legacy.pth.
type tiny struct{}

func (tiny) Layers() []framework.Layer                   { return nil }
func (tiny) Weights([]string) (framework.Weights, error) { return framework.Weights{}, nil }
func (tiny) Formats() []string                           { return []string{"torch", "caffe"} }
func (tiny) Build(*graph.Builder, graph.Node, []string) (map[string]graph.Node, error) {
	return nil, errors.New("not built here")
}

func (tiny) Identify(f *weights.File, _ string) (weights.Identity, error) {
	if !f.Has("0.weight") {
		return weights.Identity{}, errors.New("no tensors of tiny's")
	}
	return weights.Identity{Format: "torch", Tensors: map[string][]int{"0.weight": {3, 2, 3, 3}, "0.bias": {3}}}, nil
}

// builtin is a backbone without a weights file.
type builtin struct{ tiny }

func (builtin) Formats() []string { return nil }

const checkpoint = "../framework/weights/testdata/pytorch/module.legacy.pth"

// weightsBench runs the verbs with their own cache and weights.
type weightsBench struct {
	weightsVerbs
	out, err bytes.Buffer
}

func newWeightsBench(t *testing.T, url string, sum string) *weightsBench {
	t.Helper()
	backbones := framework.NewRegistry[framework.Backbone]("backbone")
	type none struct{}
	register := func(name string, b framework.Backbone) {
		framework.Register(backbones, name, "", func() none { return none{} }, func(none) (framework.Backbone, error) { return b, nil })
	}
	register("tiny", tiny{})
	register("tiny-builtin", builtin{})
	b := &weightsBench{}
	b.weightsVerbs = weightsVerbs{
		app:    &app{plugins: framework.Plugins{Backbones: backbones}, stdout: &b.out, stderr: &b.err},
		places: weights.Places{Cache: filepath.Join(t.TempDir(), "cache")},
		sources: []weights.Source{
			{Name: "tiny-torch", URL: url + "/tiny.pth", SHA256: sum, Licence: "free", Terms: "free to all", Citation: "Tiny et al."},
			{Name: "tiny-caffe", Note: "a Caffe model", Page: "https://example.org", Licence: "free"},
		},
	}
	return b
}

// run runs a verb and returns the exit code.
func (b *weightsBench) run(ctx context.Context, args ...string) int {
	b.out.Reset()
	b.err.Reset()
	c := b.command()
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetArgs(args)
	err := c.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(&b.err, err)
	var signalled *signalError
	var coded *exit
	switch {
	case errors.As(err, &signalled):
		return signalled.code()
	case errors.As(err, &coded):
		return coded.code
	}
	return exitInternal
}

// says runs a verb, which must exit with the code and print every part on stdout
// or stderr.
func (b *weightsBench) says(t *testing.T, code int, args string, parts ...string) {
	t.Helper()
	if got := b.run(t.Context(), strings.Fields(args)...); got != code {
		t.Errorf("%s: exit code %d, want %d: %s", args, got, code, b.err.String())
	}
	for _, part := range parts {
		if !strings.Contains(b.out.String()+b.err.String(), part) {
			t.Errorf("%s:\n%s%s\ndoes not say %q", args, b.out.String(), b.err.String(), part)
		}
	}
}

func (b *weightsBench) files(t *testing.T) string {
	t.Helper()
	files, err := os.ReadDir(b.places.Cache)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	return strings.Join(names, " ")
}

func TestWeightsImport(t *testing.T) {
	b := newWeightsBench(t, "https://example.org", "")
	b.says(t, exitUsage, "import "+checkpoint, "--as NAME")
	b.says(t, exitUsage, "import --as tiny", "takes one file")
	b.says(t, exitUsage, "import absent.pth --as tiny", "absent.pth", "no such file")
	b.says(t, exitUsage, "import weights_test.go --as tiny", "not a safetensors file")
	b.says(t, exitUsage, "import "+checkpoint+" --as tyni", `unknown weights "tyni"; did you mean "tiny"?`, "tiny-torch")
	b.says(t, exitUsage, "import "+checkpoint+" --as tiny-builtin", `unknown weights "tiny-builtin"`)
	b.says(t, exitUsage, "import "+checkpoint+" --as tiny-caffe", "the format is torch, not as tiny-caffe says; import it with --as tiny-torch")
	b.says(t, exitUsage, "import ../framework/weights/testdata/pytorch/kinds.zip.pth --as tiny", "kinds.zip.pth", "no tensors of tiny's")
	if got := b.files(t); got != "" {
		t.Errorf("files %s after usage errors", got)
	}
	b.says(t, exitOK, "import "+checkpoint+" --as tiny", "tiny-torch: 2 tensors", "licence: free to all", "cite: Tiny et al.")
	if got := b.files(t); got != "tiny-torch.safetensors" {
		t.Errorf("files %s", got)
	}
	b.says(t, exitUsage, "import "+checkpoint+" --as tiny-torch", "already exist", "--force replaces them")
	b.says(t, exitOK, "import "+checkpoint+" --as tiny-torch --force")

	path, err := weights.Find("tiny-torch", b.places)
	if err != nil {
		t.Fatal(err)
	}
	f, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m := f.Metadata()
	if m["source_sha256"] != fileSum(t, checkpoint) || m["licence"] != "free to all" || m["citation"] == "" {
		t.Errorf("metadata %q", m)
	}

	// Other weights that take precedence are reported.
	b.places.Env = filepath.Join(t.TempDir(), "tiny-torch.safetensors")
	if err := os.Link(path, b.places.Env); err != nil {
		t.Fatal(err)
	}
	b.says(t, exitOK, "import "+checkpoint+" --as tiny --force", "note: RUNEXP_WEIGHTS takes precedence over the cache", b.places.Env)
	b.places.Cache = ""
	b.says(t, exitUsage, "import "+checkpoint+" --as tiny", "no cache directory")
}

func fileSum(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

func TestWeightsListAndVerify(t *testing.T) {
	b := newWeightsBench(t, "https://example.org", "")
	b.says(t, exitOK, "verify", "no weights to verify; runexp weights ls shows how to get some")
	b.says(t, exitOK, "ls", "tiny-torch  missing  -", "runexp weights pull tiny-torch", "runexp weights import FILE --as tiny-caffe", "free")
	b.says(t, exitOK, "import "+checkpoint+" --as tiny")
	path := filepath.Join(b.places.Cache, "tiny-torch.safetensors")
	b.says(t, exitOK, "ls", "tiny-torch  found", "MiB", path)
	b.says(t, exitOK, "verify", "tiny-torch  ok", "tiny, torch", "as imported", fileSum(t, path))
	b.says(t, exitOK, "verify "+checkpoint, "ok", "of no backbone here", fileSum(t, checkpoint))
	b.says(t, exitUsage, "verify tiny-caffe", "BAD", `weights "tiny-caffe" not found`)

	b.json = true
	b.says(t, exitOK, "ls")
	var rows []weightsRow
	if err := json.Unmarshal(b.out.Bytes(), &rows); err != nil || len(rows) != 2 || rows[0].Found || !rows[1].Found || rows[1].Bytes == 0 {
		t.Errorf("%+v, %v", rows, err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole[len(whole)-5] ^= 1
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	b.says(t, exitUsage, "verify tiny-torch", "do not match the checksum of the import")
	var verified []verifyRow
	if err := json.Unmarshal(b.out.Bytes(), &verified); err != nil || len(verified) != 1 || verified[0].OK || verified[0].Origin != "changed since" {
		t.Errorf("%+v, %v", verified, err)
	}
	b.json = false

	// The digits in a file's name, and tensors that the backbone needs.
	data, err := os.ReadFile(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	good := filepath.Join(dir, "tiny-"+fileSum(t, checkpoint)[:8]+".pth")
	bad := filepath.Join(dir, "tiny-00000000.pth")
	for _, path := range []string{good, bad} {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b.says(t, exitOK, "verify "+good, "ok", "tiny, torch", "as its name says")
	b.says(t, exitUsage, "verify "+bad, "BAD", "the file's name says 00000000")
	b.says(t, exitUsage, "verify "+good+" "+bad+" absent.pth", "ok", "BAD", "absent.pth")

	if err := os.WriteFile(path, whole[:len(whole)-1], 0o644); err != nil {
		t.Fatal(err)
	}
	b.says(t, exitUsage, "verify", "truncated")
}

func TestWeightsPull(t *testing.T) {
	data, err := os.ReadFile(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	sum := fileSum(t, checkpoint)
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		switch r.URL.Path {
		case "/tiny.pth", "/mirror":
			w.Header().Set("ETag", `"1"`)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		case "/wrong":
			_, _ = w.Write(bytes.Repeat([]byte("x"), len(data)))
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	b := newWeightsBench(t, server.URL, sum)
	b.says(t, exitUsage, "pull", "takes one name")
	b.says(t, exitUsage, "pull tiny", `unknown weights "tiny"; did you mean "tiny-torch"? (known: tiny-torch)`)
	b.says(t, exitUsage, "pull tiny-caffe", "cannot be fetched: a Caffe model", "runexp weights import FILE --as tiny-caffe")
	b.says(t, exitUsage, "pull tiny-torch --from http://example.org/x", "not an https address")
	b.says(t, exitUsage, "pull tiny-torch --retries -1", "--retries")
	if requests != 0 {
		t.Errorf("%d requests after usage errors", requests)
	}
	b.says(t, exitInternal, "pull tiny-torch --from "+server.URL+"/absent", "404 Not Found")
	b.says(t, exitInternal, "pull tiny-torch --from "+server.URL+"/wrong", "wrong checksum", sum)
	if got := b.files(t); got != "" {
		t.Errorf("files %s after failures", got)
	}
	b.says(t, exitOK, "pull tiny-torch", "fetching "+server.URL+"/tiny.pth", "fetched 0.0 MiB in", "tiny-torch: 2 tensors", "licence: free to all", "cite: Tiny et al.")
	if strings.Contains(b.err.String(), "\r") {
		t.Error("a redrawn line without a terminal")
	}
	if got := b.files(t); got != "tiny-torch.safetensors" {
		t.Errorf("files %s", got)
	}
	requests = 0
	b.says(t, exitOK, "pull tiny-torch", "already exists")
	if requests != 0 {
		t.Errorf("%d requests for existing weights", requests)
	}
	b.says(t, exitOK, "pull tiny-torch --force --from "+server.URL+"/mirror", "fetching "+server.URL+"/mirror")
	b.says(t, exitOK, "verify", "tiny-torch  ok", "as imported")

	// As JSON it is the row of ls, whether it was fetched, imported or present.
	b.json = true
	for _, args := range []string{"pull tiny-torch", "pull tiny-torch --force", "import " + checkpoint + " --as tiny --force"} {
		b.says(t, exitOK, args)
		var row weightsRow
		if err := json.Unmarshal(b.out.Bytes(), &row); err != nil || !row.Found || row.Name != "tiny-torch" || row.Bytes == 0 || row.Licence != "free" {
			t.Errorf("%s prints %s: %v", args, &b.out, err)
		}
	}
	b.json = false

	// A file that an earlier call fetched and did not import is not fetched again.
	requests = 0
	if err := os.WriteFile(filepath.Join(b.places.Cache, "tiny.pth"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	b.says(t, exitOK, "pull tiny-torch --force")
	if got := b.files(t); requests != 0 || got != "tiny-torch.safetensors" {
		t.Errorf("%d requests, files %s", requests, got)
	}
}

// Ctrl-C ends a pull with the signal's exit code and keeps the part; the same command resumes.
func TestWeightsPullStopped(t *testing.T) {
	data, err := os.ReadFile(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	first, part := true, ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if !first {
			if got := r.Header.Get("Range"); got != "bytes=700-" {
				t.Errorf("range %q", got)
			}
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
			return
		}
		first = false
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		_, _ = w.Write(data[:700])
		w.(http.Flusher).Flush()
		for range 500 { // until it has arrived
			if info, err := os.Stat(part); err == nil && info.Size() == 700 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		cancel(&signalError{syscall.SIGINT})
		<-r.Context().Done()
	}))
	defer server.Close()
	b := newWeightsBench(t, server.URL, fileSum(t, checkpoint))
	part = filepath.Join(b.places.Cache, "tiny.pth.part")
	if code := b.run(ctx, "pull", "tiny-torch"); code != exitSignal+int(syscall.SIGINT) {
		t.Errorf("exit code %d: %s", code, b.err.String())
	}
	if got := b.files(t); got != "tiny.pth.part tiny.pth.part.json" {
		t.Errorf("files %s", got)
	}
	if !strings.Contains(b.err.String(), "tiny.pth.part has what was received; the same command resumes the download") {
		t.Error(b.err.String())
	}
	b.says(t, exitOK, "pull tiny-torch", "tiny-torch: 2 tensors")
}

// countdown is a context that is cancelled when it is checked for the left-th time.
type countdown struct {
	context.Context
	cancel context.CancelCauseFunc
	left   atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) == 0 {
		c.cancel(&signalError{syscall.SIGHUP})
	}
	return c.Context.Err()
}

// Wherever a pull is stopped, also during the import, the weights are complete or
// absent, and the same command completes them.
func TestWeightsPullStoppedAnywhere(t *testing.T) {
	data, err := os.ReadFile(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}))
	defer server.Close()
	importing := false
	for at := int64(1); ; at++ {
		b := newWeightsBench(t, server.URL, fileSum(t, checkpoint))
		ctx := &countdown{}
		ctx.Context, ctx.cancel = context.WithCancelCause(t.Context())
		ctx.left.Store(at)
		code := b.run(ctx, "pull", "tiny-torch")
		if ctx.left.Load() > 0 {
			if code != exitOK || b.files(t) != "tiny-torch.safetensors" {
				t.Errorf("to the end: exit code %d, files %s", code, b.files(t))
			}
			break
		}
		importing = importing || strings.Contains(b.files(t), "tiny.pth") && !strings.Contains(b.files(t), ".part")
		if code != exitSignal+int(syscall.SIGHUP) || strings.Contains(b.files(t), "tiny-torch") {
			t.Errorf("stopped at %d: exit code %d, files %s: %s", at, code, b.files(t), b.err.String())
		}
		b.says(t, exitOK, "pull tiny-torch")
		if got := b.files(t); got != "tiny-torch.safetensors" {
			t.Errorf("stopped at %d, and again: files %s", at, got)
		}
	}
	if !importing {
		t.Error("it was never stopped during the import")
	}
}

// On a terminal the line shows progress, speed and time left.
func TestFetchProgress(t *testing.T) {
	var out strings.Builder
	p := &fetchProgress{line: &statusLine{live: true, w: &out}, began: time.Now().Add(-2 * time.Second), first: 1 << 20}
	p.report(3<<20, 4<<20)
	p.line.end()
	if got := out.String(); got != "\r\x1b[K  3.0 MiB of 4.0 MiB  75%  1.0 MiB/s  1s left\n" {
		t.Errorf("%q", got)
	}
}
