package ui

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"runexp/framework/store"
)

// pages are addresses of all pages of a notebook.
func pages() []string {
	return []string{"/", "/?where=status+%3D+failed", "/?deleted=1", "/?sort=-loss&columns=run,note,tag,params.weight", "/experiments", "/sweeps", "/sweeps/1",
		"/runs/1", "/runs/5", "/runs/6", "/runs/7", "/compare?runs=1,2,5", "/vote/1", "/vote/1?voter="}
}

// Names, notes, paths and messages with HTML, quotes and characters of four bytes are text on every page.
func TestTextIsText(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	seen := 0
	for _, address := range append(pages(), "/?where="+url.QueryEscape(attack), "/"+url.PathEscape(attack), "/sweeps/"+url.PathEscape(attack)) {
		answer, body := get(t, web, address)
		if answer.StatusCode >= 500 {
			t.Errorf("%s: %s", address, answer.Status)
		}
		root, err := html.Parse(strings.NewReader(body))
		check(t, err)
		for node := range root.Descendants() {
			if node.Type == html.TextNode && strings.Contains(node.Data, "alert(1)") {
				seen++
			}
			if node.Type != html.ElementNode {
				continue
			}
			for _, a := range node.Attr {
				harmless := a.Key == "value" || a.Key == "title" || a.Key == "aria-label" || a.Key == "alt" || a.Key == "href" && strings.HasPrefix(a.Val, "/")
				switch {
				case strings.HasPrefix(a.Key, "on") || a.Key == "style":
					t.Errorf("%s: <%s> has %s", address, node.Data, a.Key)
				case strings.Contains(a.Val, "alert(1)") && !harmless:
					t.Errorf("%s: <%s %s=%q>", address, node.Data, a.Key, a.Val)
				case node.Data == "script" && a.Key == "src" && !strings.HasPrefix(a.Val, "/static/"):
					t.Errorf("%s: a script from %s", address, a.Val)
				}
			}
			inline := node.Data == "script" && node.FirstChild != nil && !slices.Contains(node.Attr, html.Attribute{Key: "type", Val: "application/json"})
			if inline || node.Data == "b" {
				t.Errorf("%s: <%s> with %v", address, node.Data, node.FirstChild)
			}
		}
	}
	if seen < 8 { // message, note, path, value, fact, override, config, event
		t.Errorf("the text can be read in %d places", seen)
	}
}

// A name that resolves to this machine but is not the server's own is refused.
func TestForeignNames(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{Hosts: []string{"127.0.0.1:7600", "localhost:7600", "[::1]:7600"}})
	for host, want := range map[string]int{
		"127.0.0.1:7600": 200, "LocalHost:7600": 200, "[::1]:7600": 200,
		"evil.example:7600": 421, "127.0.0.1": 421, "localhost:7601": 421, "127.0.0.1:7600.evil.example": 421, "localhost.evil.example:7600": 421,
	} {
		if answer, body := get(t, web, "/runs/1", "Host", host); answer.StatusCode != want || want != 200 && strings.Contains(body, "layers") {
			t.Errorf("%s: %s", host, answer.Status)
		}
	}
}

func TestHostsOf(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:80": "127.0.0.1:80 localhost:80 127.0.0.1:80 [::1]:80", "[::1]:80": "[::1]:80 localhost:80 127.0.0.1:80 [::1]:80",
		"0.0.0.0:80": "", "[::]:80": "", "192.168.1.2:80": "192.168.1.2:80",
	} {
		a, err := net.ResolveTCPAddr("tcp", address)
		check(t, err)
		if got := strings.Join(HostsOf(a), " "); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// A page of another origin changes nothing and reads nothing.
func TestOtherOrigins(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	form := url.Values{"run": {"1"}, "do": {"delete"}}
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
	} {
		for _, address := range []string{"/marks", "/vote/1", "/runs/7/resume"} {
			if answer, _ := post(t, web, address, form, headers...); answer.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %v: %s", address, headers, answer.Status)
			}
		}
	}
	if marks, err := n.store.Marks(t.Context(), 1); err != nil || len(marks) > 0 {
		t.Errorf("run 1 has %v (%v)", marks, err)
	}
	if answer, _ := get(t, web, "/marks?run=1&do=delete"); answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a GET of a change: %s", answer.Status)
	}
	if answer, _ := get(t, web, "/runs/1", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("another site's page reads a page: %s", answer.Status)
	}
	if answer, _ := get(t, web, "/runs/1", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"); answer.StatusCode != http.StatusOK {
		t.Errorf("a link on another site's page: %s", answer.Status)
	}
	answer, _ := post(t, web, "/marks", form, "Sec-Fetch-Site", "same-origin")
	if marks, _ := n.store.Marks(t.Context(), 1); answer.StatusCode != http.StatusSeeOther || marks[1].Deleted.IsZero() {
		t.Errorf("its own page: %s, %v", answer.Status, marks)
	}
}

func TestToken(t *testing.T) {
	const token = "a secret + of 20 signs"
	n := newNotebook(t)
	web := n.serve(t, Options{Token: token})
	for _, address := range append(pages(), "/static/ui.css", "/nothing") {
		if answer, body := get(t, web, address); answer.StatusCode != http.StatusUnauthorized || strings.Contains(body, "layers") {
			t.Errorf("%s without the token: %s", address, answer.Status)
		}
	}
	if answer, _ := post(t, web, "/marks", url.Values{"run": {"1"}, "do": {"star"}}); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a change without the token: %s", answer.Status)
	}
	if answer, _ := get(t, web, "/?token=wrong"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a wrong token: %s", answer.Status)
	}
	answer, _ := get(t, web, "//evil.example/?where=star&token="+url.QueryEscape(token))
	if to := answer.Header.Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, "token") {
		t.Errorf("sent on to %s", to)
	}
	answer, _ = get(t, web, "/runs/1?token="+url.QueryEscape(token))
	cookies := answer.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || answer.Header.Get("Location") != "/runs/1" {
		t.Fatalf("%s, %v, to %s", answer.Status, cookies, answer.Header.Get("Location"))
	}
	if _, port, _ := net.SplitHostPort(strings.TrimPrefix(web.URL, "http://")); cookies[0].Name != "runexp"+port { // another server of the host has its own
		t.Errorf("the cookie is called %s", cookies[0].Name)
	}
	for _, headers := range [][]string{{"Cookie", cookies[0].Name + "=" + cookies[0].Value}, {"Authorization", "Bearer " + token}, {"Cookie", cookies[0].Name + "=x; " + cookies[0].Name + "=" + cookies[0].Value}} {
		if answer, _ := get(t, web, "/runs/1", headers...); answer.StatusCode != http.StatusOK {
			t.Errorf("%v: %s", headers, answer.Status)
		}
	}
	if answer, _ := get(t, web, "/", "Cookie", cookies[0].Name+"=x"); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong cookie: %s", answer.Status)
	}
}

// What a page may load and do is bounded, whatever it contains.
func TestPolicy(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	for _, address := range append(pages(), "/nothing", "/static/ui.css") {
		answer, _ := get(t, web, address)
		for header, want := range map[string]string{"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got := answer.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q", address, header, got)
			}
		}
	}
	if strings.Contains(policy, "script-src 'self' 'unsafe") || strings.Contains(policy, "*") {
		t.Error(policy)
	}
}

// A stored file that is no picture is sent as a download, whatever the store says of its type.
func TestStoredPages(t *testing.T) {
	n := newNotebook(t)
	r := n.begin(t, store.NewRun{Experiment: "others"}, 8)
	for name, data := range map[string]string{"page.png": "<!DOCTYPE html><script>alert(1)</script>", "draw.png": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "none": ""} {
		check(t, r.Artifact(t.Context(), store.Artifact{Kind: "picture", Name: name, MIME: "text/html", Data: []byte(data)}))
	}
	check(t, r.Finish(t.Context(), store.Finished, ""))
	files, err := n.store.Artifacts(t.Context(), r.Number())
	check(t, err)
	web := n.serve(t, Options{})
	for _, f := range files {
		answer, _ := get(t, web, "/blob/"+f.Hash)
		isPicture := answer.Header.Get("Content-Type") == "image/png"
		download := answer.Header.Get("Content-Type") == "application/octet-stream" && answer.Header.Get("Content-Disposition") == "attachment"
		real := strings.HasSuffix(f.Name, "0.png") || f.Name == "content.png" || f.Name == "picture.png"
		if isPicture != real || download == real || answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s %v", f.Name, answer.Status, answer.Header)
		}
		if small, body := get(t, web, "/thumb/"+f.Hash); !real && (small.StatusCode != http.StatusNotFound || strings.Contains(body, "<script>alert")) {
			t.Errorf("the thumbnail of %s: %s", f.Name, small.Status)
		}
	}
}

// FuzzAddress asks for any path: no file but the store's is ever read, and no request fails for the server's fault.
func FuzzAddress(f *testing.F) {
	n := newNotebook(f)
	folder := filepath.Dir(n.path)
	const secret = "the canary's secret"
	check(f, os.WriteFile(filepath.Join(folder, "canary.txt"), []byte(secret), 0o600))
	check(f, os.WriteFile("canary.txt", []byte(secret), 0o600)) // in the working directory
	f.Cleanup(func() { os.Remove("canary.txt") })
	s, err := New(context.Background(), Options{Path: n.path})
	check(f, err)
	f.Cleanup(func() { s.Close() })
	handler := s.Handler()
	for _, address := range append(pages(), "/static/../canary.txt", "/static/..%2fcanary.txt", "/static/%2e%2e/canary.txt", "/canary.txt", "//canary.txt", "/static//etc/passwd",
		"/blob/..%2f..%2fcanary.txt", "/blob/"+folder+"/canary.txt", "/thumb/canary.txt", "/vote/1/x/..%2fcanary.txt", "/static/ui.css", "/runs/1%00", "/runs/-1", "/runs/99999999999999999999",
		"/?where=%28&sort=x&page=-3", "/compare?runs=1", "/compare?runs=1,1,1", "/?columns=params.%22%22", "/static/templates/../canary.txt", "/static/file:canary.txt") {
		f.Add("GET", address)
	}
	f.Add("POST", "/marks")
	f.Fuzz(func(t *testing.T, method, address string) {
		at, err := url.ParseRequestURI(address)
		if err != nil || method == "" || strings.ContainsAny(method, " \r\n\t\x00()<>@,;:\\\"/[]?={}") {
			return
		}
		r := &http.Request{Method: method, URL: at, Host: "localhost", RequestURI: address, Header: http.Header{}, Body: http.NoBody, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), secret) || strings.Contains(w.Body.String(), "root:x:") {
			t.Errorf("%s %q reads a file", method, address)
		}
		if w.Code >= 500 {
			t.Errorf("%s %q: %d %s", method, address, w.Code, w.Body)
		}
	})
}
