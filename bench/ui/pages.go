package main

import (
	"fmt"
	"net/url"
	"time"
)

// A page is a kind of address, with the time that its 95th percentile should not exceed; 0 for
// none.
type page struct {
	name string
	bar  time.Duration
	path func(request int) string // differs from request to request, as a reader's do
}

// pages returns what is measured on a store with runs numbered from 1.
func pages(runs int) []page {
	where := func(condition string) string { return "/?where=" + url.QueryEscape(condition) }
	return []page{
		{"first page", 100 * time.Millisecond, func(int) string { return "/" }},
		{"a run", 150 * time.Millisecond, func(i int) string {
			const stride = 7919 // a prime, so that the runs are far apart and none comes twice
			return fmt.Sprintf("/runs/%d", 1+i*stride%runs)
		}},
		{"filter: a metric", 200 * time.Millisecond, func(i int) string {
			return where(fmt.Sprintf("metrics.eval/style < %.2f", 1.5+float64(i)/100))
		}},
		{"filter: and a setting", 200 * time.Millisecond, func(i int) string {
			return where(fmt.Sprintf("metrics.eval/style < %.2f and params.optimizer = adam", 1.5+float64(i)/100))
		}},
		{"filter: nothing found", 200 * time.Millisecond, func(i int) string {
			return where(fmt.Sprintf("params.seed = %d", 1_000_000+i))
		}},
		{"sweeps", 0, func(int) string { return "/sweeps" }},
		{"a sweep", 0, func(i int) string { return fmt.Sprintf("/sweeps/%d", 1+i%((runs+runsOfRound-1)/runsOfRound)) }},
		{"experiments", 0, func(int) string { return "/experiments" }},
	}
}
