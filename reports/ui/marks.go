package ui

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"runexp/framework/store"
)

// largestForm bounds a form, in bytes: a note and what belongs to it.
const largestForm = 256 << 10

// mark changes the marks of runs: a form with run (one or several), do, and value.
func (s *Server) mark(r *http.Request) (reply, error) {
	if err := readForm(r); err != nil {
		return reply{}, err
	}
	var runs []int64
	for _, text := range r.PostForm["run"] {
		run, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return reply{}, bad("a run is a number, not %q", text)
		}
		runs = append(runs, run)
	}
	if len(runs) == 0 {
		return reply{}, bad("no run is chosen; choose some in the list")
	}
	change, err := changeOf(r.PostForm.Get("do"), r.PostForm.Get("value"))
	if err != nil {
		return reply{}, err
	}
	ctx := r.Context()
	err = s.writer.use(ctx, func(w *store.Store) error { return w.Mark(ctx, runs, change) })
	if running := new(store.RunningError); errors.As(err, &running) {
		err = &badRequest{http.StatusConflict, fmt.Errorf("run %d is running and cannot be deleted; stop it first", running.Number)}
	}
	if err != nil {
		return reply{}, err
	}
	return reply{redirect: localAddress(r.PostForm.Get("back"))}, nil
}

// readForm reads the form of a request.
func readForm(r *http.Request) error {
	r.Body = http.MaxBytesReader(nil, r.Body, largestForm)
	if err := r.ParseForm(); err != nil {
		return bad("the form cannot be read: %w; a note has at most 64 KiB", err)
	}
	return nil
}

// changeOf reads what is to be done.
func changeOf(do, value string) (store.MarksChange, error) {
	yes, no := true, false
	switch do {
	case "star":
		return store.MarksChange{Star: &yes}, nil
	case "unstar":
		return store.MarksChange{Star: &no}, nil
	case "delete":
		return store.MarksChange{Deleted: &yes}, nil
	case "restore":
		return store.MarksChange{Deleted: &no}, nil
	case "note":
		note := strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n")) // a form sends the line breaks of mail
		return asked(store.MarksChange{Note: &note}, store.CheckNote(note))
	case "tag", "untag":
		tags := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' })
		if len(tags) == 0 {
			return store.MarksChange{}, bad("write a tag first")
		}
		if do == "untag" {
			return store.MarksChange{DelTags: tags}, nil
		}
		var problems []error
		for _, tag := range tags {
			problems = append(problems, store.CheckTag(tag))
		}
		return asked(store.MarksChange{AddTags: tags}, errors.Join(problems...))
	}
	return store.MarksChange{}, bad("nothing is called %q; do is star, unstar, note, tag, untag, delete or restore", do)
}

// asked is a change that a person asked for, and whose mistake it is if it cannot be.
func asked(c store.MarksChange, err error) (store.MarksChange, error) {
	if err != nil {
		err = &badRequest{http.StatusBadRequest, err}
	}
	return c, err
}

// localAddress is an address of this server, the first page for any other.
func localAddress(address string) string {
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return address
}
