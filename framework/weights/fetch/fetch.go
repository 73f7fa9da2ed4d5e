// Package fetch downloads a large file with a known checksum over an unreliable
// connection.
//
// The bytes received so far are in PATH.part, their version in PATH.part.json. An
// interrupted download is resumed, in the same call or a later one, by an HTTP range
// request for the same version of the file (If-Range, RFC 9110, section 13.1.5). PATH
// itself is created once the length and the checksum are right.
package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// A Request describes a download and its retries.
type Request struct {
	URL    string
	Path   string // of the new file; its folder must exist
	Bytes  int64  // length; 0 if unknown
	Limit  int64  // maximum length in bytes
	SHA256 string // in hexadecimal, or the first digits

	Retries int           // maximum number of retries in a row without progress
	Wait    time.Duration // before the first retry; doubled for each further one
	Stall   time.Duration // timeout for a connection without data

	// Progress, if not nil, is called now and then with the bytes received and the
	// total, 0 while that is unknown.
	Progress func(done, total int64)
	// Broken, if not nil, is called with the error of a failed try and the time until
	// the next.
	Broken func(err error, wait time.Duration)
}

// progressed is the number of bytes that count as progress.
const progressed = 1 << 20

// File downloads a file. When ctx is done it returns ctx's cause and keeps the part.
func File(ctx context.Context, q Request) error {
	if err := Allowed(q.URL); err != nil {
		return err
	}
	from := Redacted(q.URL)
	if q.Bytes > q.Limit {
		return fmt.Errorf("fetch %s: %d bytes exceed the limit of %d", from, q.Bytes, q.Limit)
	}
	d := &download{Request: q, from: from, client: client(q.Stall)}
	defer d.client.CloseIdleConnections()
	if err := d.part.open(q.Path+".part", from); err != nil {
		return fmt.Errorf("fetch %s: %w", from, err)
	}
	defer func() { _ = d.part.close() }() // a second close on success
	if err := d.fetch(ctx); err != nil {
		if d.part.size == 0 {
			err = errors.Join(err, d.part.remove())
		}
		return fmt.Errorf("fetch %s: %w", from, err)
	}
	return nil
}

// fetch retries until the file is complete and has the right checksum.
func (d *download) fetch(ctx context.Context) error {
	best, failures := d.part.size, 0
	for {
		err := d.try(ctx)
		if err == nil {
			return d.finish(ctx)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if final := (*finalError)(nil); errors.As(err, &final) {
			return final.error
		}
		if d.part.size >= best+progressed {
			best, failures = d.part.size, 0
		}
		failures++
		if failures > d.Retries {
			return fmt.Errorf("%w; gave up after %d tries", err, failures)
		}
		wait := d.Wait << min(failures-1, 6)
		if d.Broken != nil {
			d.Broken(err, wait)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// finish checks the part and renames it to its final path.
func (d *download) finish(ctx context.Context) error {
	sum, err := d.part.sum(ctx)
	if err != nil {
		return err
	}
	if len(sum) < len(d.SHA256) || sum[:len(d.SHA256)] != d.SHA256 {
		d.part.size = 0
		return fmt.Errorf("wrong checksum: SHA-256 is %s, not %s; the download was deleted, try again or ask the publisher", sum, d.SHA256)
	}
	return d.part.rename(d.Path)
}

// A finalError is an error that a retry cannot fix.
type finalError struct{ error }

func final(format string, args ...any) error { return &finalError{fmt.Errorf(format, args...)} }

// Allowed returns an error unless the address is https or on this machine.
func Allowed(address string) error {
	u, err := url.Parse(address)
	if err == nil {
		err = allowed(u)
	}
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	return nil
}

// Redacted returns an address without its password, if any.
func Redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an invalid address"
	}
	return u.Redacted()
}

func allowed(address *url.URL) error {
	switch {
	case address.Scheme == "https" && address.Host != "":
		return nil
	case address.Scheme == "http" && loopback(address.Hostname()):
		return nil
	}
	return fmt.Errorf("%s is not an https address", address.Redacted())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func client(stall time.Duration) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: stall}).DialContext,
			TLSHandshakeTimeout:   stall,
			ResponseHeaderTimeout: stall,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:     true,
			DisableCompression:    true, // ranges and lengths must be those of the file
		},
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			const most = 5
			if len(before) > most {
				return final("more than %d redirects", most)
			}
			if err := allowed(next.URL); err != nil {
				return final("redirected, and %w", err)
			}
			if first := before[0].URL.Scheme; next.URL.Scheme != first && first == "https" {
				return final("redirected from https to %s", next.URL.Redacted())
			}
			return nil
		},
	}
}
