// Package ui serves a store to browsers: runs, sweeps, comparisons, votes. It opens no file: what
// it shows is the store's, or embedded. docs/design/018-notebook.md has the reasons.
package ui

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"runexp/framework/store"
	"runexp/internal/printable"
	"runexp/reports/html"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// Options are what a server is made of.
type Options struct {
	Path string // of the store
	// Hosts are the host names, with ports, under which requests may come; see Guard.
	Hosts []string
	Token string // needed for every request; "" for none
	// Resume starts a run that was lost or stopped again, and returns the number of the run that goes on when it has
	// begun; nil if this server cannot.
	Resume func(ctx context.Context, run store.RunDetail) (int64, error)
	// CanStop reports whether this server can stop a run, and Stop asks it to save its picture and end; nil if it can stop none.
	CanStop, Stop func(run int64) bool
	// Better is the direction in which a metric is better, lower or higher; "" for neither.
	Better func(metric string) string
	// Label is what a metric is called in words; "" for nothing but its name.
	Label func(metric string) string
	Log   func(format string, args ...any) // of errors that the reader of a page cannot mend
}

// A Server shows a store. Close it after its last request.
type Server struct {
	Options
	store  *store.Store // read-only
	file   os.FileInfo  // of the store as it was opened
	writer writer
	pages  *template.Template
	thumbs *thumbnails
	sweeps *studies
	began  time.Time // its style sheets and scripts are as old
}

// New opens the store for reading. Errors: those of store.OpenReadOnly.
func New(ctx context.Context, o Options) (*Server, error) {
	s, err := store.OpenReadOnly(ctx, o.Path)
	if err != nil {
		return nil, err
	}
	file, err := os.Stat(o.Path)
	if err != nil {
		s.Close()
		return nil, err
	}
	pages, err := html.Templates().Funcs(functions()).ParseFS(templateFiles, "templates/*.tmpl")
	if err != nil {
		s.Close()
		return nil, err
	}
	server := &Server{Options: o, store: s, file: file, writer: writer{path: o.Path, open: store.Open}, pages: pages, thumbs: newThumbnails(), sweeps: newStudies(), began: time.Now()}
	if current, err := s.Current(ctx); err == nil && !current { // filters need its indexes
		if err := server.writer.use(ctx, func(*store.Store) error { return nil }); err != nil && !server.writer.denied() {
			server.Close()
			return nil, err
		}
	}
	return server, nil
}

// Close closes the store.
func (s *Server) Close() error { return errors.Join(s.writer.close(), s.store.Close()) }

// Handler returns the server's pages, behind its guard.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{name}", s.sendAsset)
	for pattern, page := range map[string]func(*http.Request) (reply, error){
		"GET /{$}":                             s.listRuns,
		"GET /experiments":                     s.listExperiments,
		"GET /sweeps":                          s.listSweeps,
		"GET /sweeps/{sweep}":                  s.showSweep,
		"GET /sweeps/{sweep}/report":           s.showReport,
		"GET /runs/{run}":                      s.showRun,
		"GET /compare":                         s.compare,
		"GET /pictures":                        s.showPictures,
		"GET /blob/{hash}":                     s.sendBlob,
		"GET /thumb/{hash}":                    s.sendThumbnail,
		"GET /vote/{sweep}":                    s.ask,
		"GET /vote/{sweep}/{question}/{which}": s.sendAsked,
		"POST /vote/{sweep}":                   s.vote,
		"POST /marks":                          s.mark,
		"POST /runs/{run}/resume":              s.resume,
		"POST /runs/{run}/stop":                s.stop,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, page) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.answer(w, r, func(*http.Request) (reply, error) { return reply{}, errNoPage })
	})
	return guard(mux, s.Hosts, s.Token)
}

// A reply is one of these.
type reply struct {
	page     string // a template, with its data
	data     any
	redirect string // where to go, after a change
	file     []byte // with its type
	mime     string
	forever  bool // the file never changes: its address has its hash
}

// A badRequest is a mistake in an address or a form, with what to do about it.
type badRequest struct {
	status int
	err    error
}

func (e *badRequest) Error() string { return e.err.Error() }
func (e *badRequest) Unwrap() error { return e.err }

func bad(format string, args ...any) error {
	return &badRequest{http.StatusBadRequest, fmt.Errorf(format, args...)}
}

var errNoPage = &badRequest{http.StatusNotFound, errors.New("there is no such page; the links above lead to all of them")}

// longestQuery is the longest query of an address, in bytes: the longest filter in which each is escaped, with columns.
const longestQuery = 16 << 10

// answer writes the reply to a request, or a page with what went wrong.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, page func(*http.Request) (reply, error)) {
	a, err := reply{}, error(nil)
	switch {
	case len(r.URL.RawQuery) > longestQuery:
		err = &badRequest{http.StatusRequestURITooLong, fmt.Errorf("the address has %d bytes after its ?, and may have %d: filter by less, or show fewer columns", len(r.URL.RawQuery), longestQuery)}
	default:
		err = s.missing(r.Method == http.MethodPost)
	}
	if err == nil {
		a, err = page(r)
	}
	if errors.Is(err, store.ErrNotStore) || errors.Is(err, store.ErrDamaged) {
		err = cmp.Or(s.replaced(r.Context()), err)
	}
	status := http.StatusOK
	if err != nil {
		if r.Context().Err() != nil { // nobody waits for it, or the server ends: it must not look saved
			http.Error(w, "the request ended before it was done", http.StatusServiceUnavailable)
			return
		}
		a, status = s.failed(err)
	}
	switch {
	case a.redirect != "":
		http.Redirect(w, r, a.redirect, http.StatusSeeOther)
	case a.file != nil:
		s.sendFile(w, r, a)
	default:
		s.render(w, r, a, status)
	}
}

// missing says that there is no file any more, which for a change the writer says, or another one. A connection that is open
// would go on reading what was there.
func (s *Server) missing(change bool) error {
	now, err := os.Stat(s.Path)
	if err == nil && !os.SameFile(s.file, now) {
		return &badRequest{http.StatusServiceUnavailable, fmt.Errorf("the file %s is another one, which was put in its place while it was served, and nothing was changed in it; put the first one back, or start runexp ui again", s.Path)}
	}
	if change || !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return &badRequest{http.StatusServiceUnavailable, fmt.Errorf("the file %s is gone: it was moved or deleted while it was served; put it back, or start runexp ui again with --db and the place where it is now", s.Path)}
}

// replaced says that the file is none of a store any more.
func (s *Server) replaced(ctx context.Context) error {
	now, err := store.OpenReadOnly(ctx, s.Path)
	if err == nil {
		now.Close()
	}
	if !errors.Is(err, store.ErrNotStore) {
		return nil
	}
	return &badRequest{http.StatusServiceUnavailable, fmt.Errorf("the file %s is no store any more: another one was put in its place while it was served; put it back, or start runexp ui again with --db and the place where it is now", s.Path)}
}

// failed returns the page of an error and its status.
func (s *Server) failed(err error) (reply, int) {
	status := http.StatusInternalServerError
	var asked *badRequest
	switch {
	case errors.As(err, &asked):
		status = asked.status
	case errors.Is(err, store.ErrNotFound):
		status = http.StatusNotFound
	case errors.As(err, new(*store.UnknownFieldError)), errors.Is(err, store.ErrTooManyTags):
		status = http.StatusBadRequest
	case errors.Is(err, errMoved), errors.Is(err, errGone), errors.Is(err, store.ErrAccess), errors.Is(err, store.ErrBusy), errors.Is(err, store.ErrFull), errors.Is(err, store.ErrReadOnly), errors.As(err, new(*store.RunningError)):
		status = http.StatusConflict
	}
	if (status == http.StatusInternalServerError || errors.Is(err, errMoved)) && s.Log != nil {
		s.Log("%v", err)
	}
	return reply{page: "error", data: errorPage{frame: s.frame("Error", ""), Status: status, Problem: printable.Text(err.Error())}}, status
}

type errorPage struct {
	frame
	Status  int
	Problem string
}

// A frame is what all pages have.
type frame struct {
	Title, Place string // Place is the link of the navigation that is current
	Store        string // file name of the store
	ReadOnly     bool
	CanResume    bool
	Seconds      int // after which the page asks for itself again; 0 never
}

func (s *Server) frame(title, place string) frame {
	return frame{Title: title, Place: place, Store: filepath.Base(s.Path), ReadOnly: s.writer.denied(), CanResume: s.Resume != nil}
}

// Seconds between two questions whether a page has changed.
const (
	soon  = 2 // something is running
	later = 10
)

// live makes a page follow the store.
func (f *frame) live(running bool) {
	if f.Seconds = later; running {
		f.Seconds = soon
	}
}

// render writes a page, unless the browser has it as it is.
func (s *Server) render(w http.ResponseWriter, r *http.Request, a reply, status int) {
	var page bytes.Buffer
	if err := s.pages.ExecuteTemplate(&page, a.page, a.data); err != nil {
		if s.Log != nil {
			s.Log("page %s: %v", a.page, err)
		}
		http.Error(w, "the page could not be made; the program's output says why", http.StatusInternalServerError)
		return
	}
	hash := sha256.Sum256(page.Bytes())
	tag := `"` + hex.EncodeToString(hash[:8]) + `"`
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", tag)
	if status == http.StatusOK && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // a browser that has gone is no error
}

// sendAsset sends a style sheet or a script: the report's, or the server's own.
func (s *Server) sendAsset(w http.ResponseWriter, r *http.Request) {
	var text string
	switch name := r.PathValue("name"); name {
	case "report.css":
		text = html.Style()
	case "report.js":
		text = html.Script(append([]string{"pointer.js"}, html.GridScripts()...)...)
	default:
		data, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		text = string(data)
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, r.PathValue("name"), s.began, strings.NewReader(text))
}
