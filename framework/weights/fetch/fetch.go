// Package fetch downloads one large file whose checksum is known, over a
// connection that may break.
//
// What has come so far is kept in PATH.part, and in PATH.part.json what it is a
// part of. A broken download goes on from there, in the same call or in a later
// one, by an HTTP range request that holds only for the same version of the
// file (If-Range, RFC 9110, section 13.1.5). PATH itself appears once the
// length and the checksum are right.
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

// A Request says what to fetch, and how patiently.
type Request struct {
	URL    string
	Path   string // of the file to make; its folder must be there
	Bytes  int64  // its length; 0 if not known
	Limit  int64  // no file longer than this is fetched
	SHA256 string // its checksum in hexadecimal, or the first digits of it

	Retries int           // how often in a row to try again without getting on
	Wait    time.Duration // before the first of them; twice as long before each further one
	Stall   time.Duration // a connection that brings nothing for so long counts as broken

	// Progress, if there, is told now and then how many bytes are there of how
	// many; total is 0 while that is not known.
	Progress func(done, total int64)
	// Broken, if there, is told why a try failed and how long the next one waits.
	Broken func(err error, wait time.Duration)
}

// progressed is how much a try must add for it to count as getting on.
const progressed = 1 << 20

// File fetches a file. When ctx ends it returns ctx's cause and keeps the part.
func File(ctx context.Context, q Request) error {
	if err := Allowed(q.URL); err != nil {
		return err
	}
	from := Redacted(q.URL)
	if q.Bytes > q.Limit {
		return fmt.Errorf("fetch %s: %d bytes are more than the limit of %d", from, q.Bytes, q.Limit)
	}
	d := &download{Request: q, from: from, client: client(q.Stall)}
	defer d.client.CloseIdleConnections()
	if err := d.part.open(q.Path+".part", from); err != nil {
		return fmt.Errorf("fetch %s: %w", from, err)
	}
	defer func() { _ = d.part.close() }() // where it matters it was closed before
	if err := d.all(ctx); err != nil {
		if d.part.size == 0 {
			err = errors.Join(err, d.part.remove())
		}
		return fmt.Errorf("fetch %s: %w", from, err)
	}
	return nil
}

// all tries until the file is there and right.
func (d *download) all(ctx context.Context) error {
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
			return fmt.Errorf("%w; given up after %d tries", err, failures)
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

// finish checks the part and gives it its name.
func (d *download) finish(ctx context.Context) error {
	sum, err := d.part.sum(ctx)
	if err != nil {
		return err
	}
	if len(sum) < len(d.SHA256) || sum[:len(d.SHA256)] != d.SHA256 {
		d.part.size = 0
		return fmt.Errorf("the checksum is wrong: SHA-256 %s where %s is expected; what came is deleted, try again or ask the publisher", sum, d.SHA256)
	}
	return d.part.rename(d.Path)
}

// A finalError is one that another try will not mend.
type finalError struct{ error }

func final(format string, args ...any) error { return &finalError{fmt.Errorf(format, args...)} }

// Allowed says whether an address may be fetched from: over TLS, or from this
// machine itself.
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

// Redacted returns an address without the password that it may carry.
func Redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that is none"
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
			DisableCompression:    true, // or else ranges and lengths are of something else
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
