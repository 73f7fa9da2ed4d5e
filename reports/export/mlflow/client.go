package mlflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// requestTimeout bounds one request, as long as MLflow's own client waits.
const requestTimeout = 120 * time.Second

// maxAnswer bounds what is read of an answer.
const maxAnswer = 32 << 20

// Credentials are how MLflow's own client is told to identify itself, in this order of
// precedence. Without any, requests are anonymous.
type Credentials struct {
	Username, Password string // MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD
	Token              string // MLFLOW_TRACKING_TOKEN
}

// A Server is an MLflow tracking server, called by its REST interface 2.0.
type Server struct {
	base        *url.URL
	credentials Credentials
	http        http.Client
}

// NewServer returns the server at an address such as http://127.0.0.1:5000, which may have
// a path. Errors: an address that is none.
func NewServer(address string, c Credentials) (*Server, error) {
	base, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("%q is not the address of a server: give http://HOST:PORT, or https", address)
	}
	if base.User != nil { // it would be printed in errors
		return nil, errors.New("leave the user and the password out of the address; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD")
	}
	s := &Server{base: base, credentials: c, http: http.Client{Timeout: requestTimeout}}
	s.http.CheckRedirect = func(next *http.Request, _ []*http.Request) error { // a POST would become a GET
		return fmt.Errorf("the server sends to %s; name that address", next.URL.Redacted())
	}
	return s, nil
}

// A ServerError is an answer that refuses a request.
type ServerError struct {
	Address string
	Status  int    // of HTTP
	Code    string // MLflow's, such as RESOURCE_DOES_NOT_EXIST; "" if the answer is not MLflow's
	Message string
}

func (e *ServerError) Error() string {
	switch {
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return fmt.Sprintf("%s refuses access (%d): set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN", e.Address, e.Status)
	case e.Code == "":
		return fmt.Sprintf("%s does not answer as an MLflow server: %d %s", e.Address, e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("%s: %s (%s)", e.Address, e.Message, e.Code)
}

// Refused reports whether an error is one that only another request or address can change.
func Refused(err error) bool {
	var answer *ServerError
	return errors.Is(err, errTrash) || errors.As(err, &answer) && answer.Status >= 400 && answer.Status < 500 && answer.Status != http.StatusTooManyRequests
}

// call sends a request to /api/2.0/mlflow/PATH: a POST with a body in JSON, or a GET without
// one. The answer is decoded into to, unless that is nil.
func (s *Server) call(ctx context.Context, path string, query url.Values, body, to any) error {
	method, data := http.MethodGet, []byte(nil)
	if body != nil {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false) // shorter
		if err := encoder.Encode(body); err != nil {
			return err
		}
		method, data = http.MethodPost, b.Bytes()
	}
	target := s.base.JoinPath("api/2.0/mlflow", path)
	target.RawQuery = query.Encode()
	answer, err := s.send(ctx, method, target, "application/json", data)
	if err != nil || to == nil {
		return err
	}
	if err := json.Unmarshal(answer, to); err != nil {
		return fmt.Errorf("%s: an answer that is not MLflow's: %w", s.base, err)
	}
	return nil
}

// put uploads an artifact. path begins with a slash and has one part each for the run.
func (s *Server) put(ctx context.Context, path string, data []byte) error {
	_, err := s.send(ctx, http.MethodPut, s.base.JoinPath("api/2.0/mlflow-artifacts/artifacts", path), "application/octet-stream", data)
	return err
}

func (s *Server) send(ctx context.Context, method string, target *url.URL, kind string, data []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("User-Agent", "runexp")
	if c := s.credentials; c.Username != "" && c.Password != "" {
		request.SetBasicAuth(c.Username, c.Password)
	} else if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	response, err := s.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		var failed *url.Error // it repeats the address of the request
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return nil, fmt.Errorf("no answer from %s: %w", s.base, err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.base, err)
	}
	if response.StatusCode/100 == 2 {
		return answer, nil
	}
	refused := &ServerError{Address: s.base.String(), Status: response.StatusCode}
	var said struct {
		Code    string `json:"error_code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(answer, &said) == nil {
		refused.Code, refused.Message = said.Code, said.Message
	}
	return nil, refused
}
