package ui

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// cookieOf is the name of the cookie that holds the token: with the port, since cookies are those of all ports of a host.
func cookieOf(r *http.Request) string {
	_, port, _ := net.SplitHostPort(r.Host)
	return "runexp" + port
}

// policy lets a page load its own server's files and nothing else.
const policy = "default-src 'none'; img-src 'self' data: blob:; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard passes on requests to the server's own host names, with its token if there is one, whose changes come from
// its own pages.
//
// A foreign name that resolves to this machine (DNS rebinding) would make another site's page one of the same origin: so
// names are compared. Without hosts every name is fine, and the token protects: a cookie is sent to the name it was set by.
func guard(next http.Handler, hosts []string, token string) http.Handler {
	sameOrigin := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case len(hosts) > 0 && !slices.Contains(hosts, strings.ToLower(r.Host)):
			http.Error(w, "this server does not go by that name; open the address that it printed", http.StatusMisdirectedRequest)
		case r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate":
			http.Error(w, "another site's page may not read this one", http.StatusForbidden)
		case token != "" && !admit(w, r, token):
		default:
			sameOrigin.ServeHTTP(w, r)
		}
	})
}

// admit reports whether a request has the token, as a cookie or a header. One that has it in its address is sent on to the
// same address without, with the cookie.
func admit(w http.ResponseWriter, r *http.Request, token string) bool {
	if given := r.URL.Query().Get("token"); given != "" && r.Method == http.MethodGet {
		if !same(given, token) {
			http.Error(w, "this is not the token that the server was started with", http.StatusForbidden)
			return false
		}
		http.SetCookie(w, &http.Cookie{Name: cookieOf(r), Value: url.QueryEscape(token), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
		query := r.URL.Query()
		query.Del("token")
		to := url.URL{Path: r.URL.Path, RawQuery: query.Encode()}
		http.Redirect(w, r, "/"+strings.TrimLeft(to.String(), "/"), http.StatusSeeOther) // never to another host: //other
		return false
	}
	if bearer, has := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); has && same(bearer, token) {
		return true
	}
	for _, c := range r.CookiesNamed(cookieOf(r)) {
		if value, err := url.QueryUnescape(c.Value); err == nil && same(value, token) {
			return true
		}
	}
	http.Error(w, "this server needs its token: open /?token=… with the token that it was started with", http.StatusUnauthorized)
	return false
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// HostsOf returns the host names of a server that listens at an address: itself and, on loopback, the names of this
// machine there. It is empty for an address of all interfaces, which goes by names that this program does not know.
func HostsOf(address net.Addr) []string {
	host, port, err := net.SplitHostPort(address.String())
	ip := net.ParseIP(host)
	switch {
	case err != nil || ip == nil || ip.IsUnspecified():
		return nil
	case ip.IsLoopback():
		return []string{net.JoinHostPort(host, port), "localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port}
	}
	return []string{net.JoinHostPort(host, port)}
}
