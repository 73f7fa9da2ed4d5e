package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"runexp/internal/median"
)

// warmUp is the number of requests of a page before those that are measured.
const warmUp = 5

// A measurement is what a page took.
type measurement struct {
	times []time.Duration // from the request to the last byte
	bytes int64           // received in the longest answer
}

// latency measures each page, compressed and not, and writes a table to stdout.
func latency(ctx context.Context, server string, list []page, requests int, stdout io.Writer) error {
	// Bytes are counted as received, so the client does not decompress.
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "page\taccepts\tKiB\tmin\tmedian\tp95\tmax\tbar\t")
	for _, p := range list {
		for _, encoding := range []string{"gzip", "identity"} {
			m, err := measure(ctx, client, strings.TrimSuffix(server, "/"), p, encoding, requests)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			fmt.Fprintln(table, m.row(p, encoding))
		}
	}
	return table.Flush()
}

// measure requests a page one at a time over one connection.
func measure(ctx context.Context, client *http.Client, server string, p page, encoding string, requests int) (m measurement, err error) {
	for i := range warmUp + requests {
		took, n, err := get(ctx, client, server+p.path(i), encoding)
		if err != nil {
			return m, err
		}
		if i >= warmUp {
			m.times = append(m.times, took)
			m.bytes = max(m.bytes, n)
		}
	}
	return m, nil
}

// get reads a page. Anything but 200 is an error, with the beginning of the answer.
func get(ctx context.Context, client *http.Client, address, encoding string) (took time.Duration, n int64, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, 0, err
	}
	request.Header.Set("Accept-Encoding", encoding)
	begin := time.Now()
	answer, err := client.Do(request)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 200))
		return 0, 0, fmt.Errorf("%s: %s: %s", address, answer.Status, text)
	}
	n, err = io.Copy(io.Discard, answer.Body)
	return time.Since(begin), n, err
}

// row is a line of the table.
func (m measurement) row(p page, encoding string) string {
	milliseconds := make([]float64, len(m.times))
	for i, t := range m.times {
		milliseconds[i] = float64(t) / float64(time.Millisecond)
	}
	slices.Sort(milliseconds)
	p95 := percentile(milliseconds, 95)
	bar, verdict := fmt.Sprintf("%d ms", p.bar.Milliseconds()), "pass"
	switch {
	case p.bar == 0:
		bar, verdict = "-", ""
	case p95 > float64(p.bar)/float64(time.Millisecond):
		verdict = "FAIL"
	}
	return fmt.Sprintf("%s\t%s\t%.1f\t%.1f ms\t%.1f ms\t%.1f ms\t%.1f ms\t%s\t%s", p.name, encoding, float64(m.bytes)/1024,
		milliseconds[0], median.Of(milliseconds), p95, milliseconds[len(milliseconds)-1], bar, verdict)
}

// percentile returns the smallest of sorted values that at least p percent do not exceed.
func percentile(sorted []float64, p int) float64 {
	return sorted[(p*len(sorted)+99)/100-1]
}
