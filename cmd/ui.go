package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"runexp/reports/ui"
)

const (
	// defaultAddress is where the notebook is served. Another port is taken if it is in use.
	defaultAddress = "127.0.0.1:7600"
	// shortestToken keeps a token from being guessed, in characters.
	shortestToken = 16
	// lastRequests is how long requests may take that were begun before the server was stopped.
	lastRequests = 2 * time.Second
)

// uiCommand is `runexp ui`.
func (a *app) uiCommand() *cobra.Command {
	var address, token, out string
	c := &cobra.Command{
		Use:   "ui",
		Short: "Serve the store to a browser: runs, sweeps, comparisons, votes",
		Long: `Serve the store to a browser: runs with filter and columns, each run with its picture against the
content image and its losses, sweeps with their pictures on any axes, comparisons of 2 to 16 runs,
blind votes. Stars, tags, notes and deletion are written to the store; a run that was lost or
stopped can be resumed. All pages follow runs that are running. They have keys: ? lists them.

It serves on this machine only. Another --addr, such as 0.0.0.0:7600, shows the store to other
machines and needs --token: open the address once with ?token=TOKEN. There is no encryption.

Reads the store (--db), and writes it when somebody changes something, or at once if an older
version wrote it; a store that cannot be written is shown. Prints its address, and serves until
Ctrl-C. It loads nothing from elsewhere.

Exit codes: 0 stopped by Ctrl-C (SIGINT) or SIGTERM; 2 for a missing store, an address that cannot
be used, or one of other machines without a token.

See also: runexp ls, runexp report, runexp vote`,
		Example: `  runexp ui
  runexp ui --db old/runexp.db --addr 127.0.0.1:0
  runexp ui --addr 0.0.0.0:7600 --token 7d0a95c1e4f24b6f8e3c`,
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              exactArgs(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.serve(c.Context(), address, c.Flags().Changed("addr"), token, out)
		},
	}
	c.Flags().StringVar(&address, "addr", defaultAddress, "address to serve on; port 0 is any free one")
	c.Flags().StringVar(&token, "token", "", "secret that every browser needs, of at least 16 characters")
	pathFlag(c.Flags(), &out, "out", "", "runs", "folder with the checkpoints of runs, to resume them")
	completeOut(c)
	return c
}

// listen opens the address. The default port gives way if it is in use.
func listen(address string, chosen bool) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil && !chosen && errors.Is(err, syscall.EADDRINUSE) {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, usage(fmt.Errorf("--addr %s: %w; give an address of this machine with a free port, as in 127.0.0.1:0", address, err))
	}
	return l, nil
}

// serve serves the store until ctx ends.
func (a *app) serve(ctx context.Context, address string, chosen bool, token, out string) error {
	if length := len(strings.TrimSpace(token)); token != "" && length < shortestToken {
		return usage(fmt.Errorf("--token has %d characters; give at least %d, not counting spaces around it, as from openssl rand -hex 16", length, shortestToken))
	}
	if err := a.checkStore(); err != nil {
		return err
	}
	l, err := listen(address, chosen)
	if err != nil {
		return err
	}
	defer l.Close()
	local := l.Addr().(*net.TCPAddr).IP.IsLoopback()
	if !local && token == "" {
		return usage(fmt.Errorf("--addr %s can be reached from other machines, so it needs --token: whoever has it sees the whole store, and changes it", address))
	}
	defer a.shutdown.hold()() // requests and resumed runs take longer than the grace time to end
	runs := &resumer{app: a, ctx: ctx, out: out}
	defer runs.running.Wait() // they save their pictures
	o := ui.Options{Path: a.db, Hosts: ui.HostsOf(l.Addr()), Token: token, Better: a.better, Label: a.label, Resume: runs.resume, CanStop: runs.canStop, Stop: runs.stop}
	o.Log = func(format string, args ...any) { fmt.Fprintf(a.stderr, format+"\n", args...) }
	s, err := ui.New(ctx, o)
	if err != nil {
		return usage(withHint(err, "name the store with --db"))
	}
	defer s.Close()
	web := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, BaseContext: func(net.Listener) context.Context { return ctx }}
	shown := "http://" + strings.Replace(l.Addr().String(), "[::]", "localhost", 1) + "/"
	if a.json {
		err = printJSON(a.stdout, map[string]string{"url": shown})
	} else {
		fmt.Fprintln(a.stdout, shown)
		fmt.Fprintf(a.stderr, "serving %s; Ctrl-C stops\n", a.db)
	}
	if err != nil {
		return err
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastRequests)
		defer cancel()
		_ = web.Shutdown(late) // whatever still waits is cut off
	}()
	if err := web.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}
