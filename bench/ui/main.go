// Command ui makes a large store and measures runexp ui on it; bench/ui.sh does both.
//
//	go run ./bench/ui store --db FILE [--runs N] [--rows N] [--seed N]
//	go run ./bench/ui latency --url URL [--runs N] [--requests N]
//	go run ./bench/ui frames --url URL [--seconds N] [--repeats N]
//
// store makes a new store through package store: sweeps as they are planned, single runs,
// failed and lost ones, with made-up numbers and pictures. It runs at the root of the
// module. latency requests pages of a running server and compares times with the bars of
// pages.go. frames scrolls the grid of all pictures in Chromium at several speeds, and prints how long its frames took,
// how many pictures were shown meanwhile, and how long the last were waited for. Neither fails because of a time.
//
// Exit codes: 0 done, 1 an error, 2 usage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.As(err, new(usageError)):
		fmt.Fprintln(os.Stderr, "ui:", err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "ui:", err)
		os.Exit(1)
	}
}

// A usageError is one of the command line.
type usageError struct{ error }

func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return usageError{errors.New("give a command: store, latency or frames")}
	}
	flags := flag.NewFlagSet("ui "+args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	runs := flags.Int("runs", 10_000, "number of runs in the store")
	var run func() error
	switch args[0] {
	case "store":
		db := flags.String("db", "", "file of the new store")
		rows := flags.Int("rows", 500, "values of metrics in a run that finishes")
		seed := flags.Uint64("seed", 1, "of all numbers and pictures")
		run = func() error {
			if *db == "" || *runs < 1 || *rows < 1 {
				return usageError{errors.New("store takes --db FILE, and at least one run and one row")}
			}
			return makeStore(ctx, *db, size{*runs, *rows, *seed}, stdout, stderr)
		}
	case "latency":
		url := flags.String("url", "", "of the server, as it prints it")
		requests := flags.Int("requests", 50, "measured requests of a page, after warm-up")
		run = func() error {
			if *url == "" || *runs < 1 || *requests < 1 {
				return usageError{errors.New("latency takes --url URL, and at least one run and one request")}
			}
			return latency(ctx, *url, pages(*runs), *requests, stdout)
		}
	case "frames":
		url := flags.String("url", "", "of the server, as it prints it")
		seconds := flags.Int("seconds", 5, "of a scroll")
		repeats := flags.Int("repeats", 5, "scrolls at each speed")
		run = func() error {
			if *url == "" || *seconds < 1 || *repeats < 1 {
				return usageError{errors.New("frames takes --url URL, and at least one second and one scroll")}
			}
			return frames(ctx, *url, *seconds, *repeats, stdout)
		}
	default:
		return usageError{fmt.Errorf("unknown command %q: give store, latency or frames", args[0])}
	}
	if err := flags.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err}
	}
	if flags.NArg() > 0 {
		return usageError{fmt.Errorf("unknown argument %q", flags.Arg(0))}
	}
	return run()
}
