package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A download is a Request in progress.
type download struct {
	Request
	from   string // the URL without credentials
	client *http.Client
	part   part
	total  int64 // length of the file according to the server; 0 if unknown
}

// stalled is the cause of a try that timed out without data.
type stalled struct{ after time.Duration }

func (s stalled) Error() string { return fmt.Sprintf("no data for %s", s.after) }

// try requests the missing bytes and reads the response. A *finalError must not be
// retried.
func (d *download) try(ctx context.Context) error {
	if d.part.size > 0 && d.part.size == d.length() {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := time.AfterFunc(d.Stall, func() { cancel(stalled{d.Stall}) })
	defer idle.Stop()
	response, err := d.request(ctx)
	if err == nil {
		defer func() { _ = response.Body.Close() }() // no longer needed
		idle.Reset(d.Stall)
		if err = d.check(response); err == nil {
			err = d.read(response.Body, func() { idle.Reset(d.Stall) })
		}
	}
	if cause := (stalled{}); errors.As(context.Cause(ctx), &cause) {
		return cause
	}
	return err
}

// length returns the length of the whole file, 0 if unknown.
func (d *download) length() int64 {
	if d.Bytes > 0 {
		return d.Bytes
	}
	return d.total
}

func (d *download) request(ctx context.Context) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL, nil)
	if err != nil {
		return nil, &finalError{err}
	}
	request.Header.Set("Accept-Encoding", "identity")
	request.Header.Set("User-Agent", "runexp")
	if d.part.size > 0 && d.part.of.Validator != "" {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.part.size))
		request.Header.Set("If-Range", d.part.of.Validator)
	}
	response, err := d.client.Do(request)
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		err = outer.Err // without the address
	}
	if certificate := (*tls.CertificateVerificationError)(nil); errors.As(err, &certificate) {
		err = &finalError{err}
	}
	return response, err
}

// check prepares the part for a response's body: the whole file or the missing bytes.
func (d *download) check(r *http.Response) error {
	switch {
	case r.StatusCode == http.StatusOK:
		d.total = 0
		if err := d.expect(r.ContentLength); err != nil {
			return err
		}
		return d.part.restart(version{URL: d.from, Validator: validator(r.Header)})
	case r.StatusCode == http.StatusPartialContent && d.part.size > 0:
		begin, total, ok := contentRange(r.Header.Get("Content-Range"))
		now := validator(r.Header)
		if !ok || begin != d.part.size || now != "" && now != d.part.of.Validator {
			return d.startOver("the server sent another part than the missing one")
		}
		return d.expect(total)
	case r.StatusCode == http.StatusRequestedRangeNotSatisfiable && d.part.size > 0:
		return d.startOver("the server's file is shorter than the part")
	case r.StatusCode >= 500, r.StatusCode == http.StatusRequestTimeout, r.StatusCode == http.StatusTooManyRequests:
		return fmt.Errorf("the server returned %s", r.Status)
	}
	return final("the server returned %s", r.Status)
}

// startOver discards the part, so that the next try starts from the beginning.
func (d *download) startOver(why string) error {
	if err := d.part.restart(version{URL: d.from}); err != nil {
		return &finalError{err}
	}
	return errors.New(why)
}

// expect records the file's length according to the server, -1 if unknown.
func (d *download) expect(total int64) error {
	switch {
	case total < 0:
		return nil
	case d.Bytes > 0 && total != d.Bytes:
		return final("the server's file has %d bytes, not %d: it is another file", total, d.Bytes)
	case total > d.Limit:
		return final("the server's file has %d bytes, more than the limit of %d", total, d.Limit)
	}
	d.total = total
	return nil
}

// read appends the body to the part; alive is called whenever data arrives.
func (d *download) read(body io.Reader, alive func()) error {
	most := d.length()
	if most == 0 {
		most = d.Limit
	}
	buffer := make([]byte, 1<<16)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			alive()
			if d.part.size+int64(n) > most {
				d.part.size = 0 // the part is discarded
				return final("the server sends more than %d bytes: it is another file", most)
			}
			if _, err := d.part.Write(buffer[:n]); err != nil {
				return err
			}
			if d.Progress != nil {
				d.Progress(d.part.size, d.length())
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			if length := d.length(); d.part.size < length {
				return fmt.Errorf("the connection ended at byte %d of %d", d.part.size, length)
			}
			return nil
		case err != nil:
			return fmt.Errorf("the connection broke at byte %d: %w", d.part.size, err)
		}
	}
}

// validator returns the validator of a version for If-Range: a strong ETag, or else the
// Last-Modified date.
func validator(h http.Header) string {
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) {
		return tag
	}
	return h.Get("Last-Modified")
}

// contentRange parses "bytes 100-199/200"; total is -1 for "*".
func contentRange(s string) (begin, total int64, ok bool) {
	s, isBytes := strings.CutPrefix(s, "bytes ")
	span, size, hasSize := strings.Cut(s, "/")
	first, _, hasSpan := strings.Cut(span, "-")
	begin, err := strconv.ParseInt(first, 10, 64)
	if !isBytes || !hasSize || !hasSpan || err != nil {
		return 0, 0, false
	}
	if size == "*" {
		return begin, -1, true
	}
	total, err = strconv.ParseInt(size, 10, 64)
	return begin, total, err == nil
}
