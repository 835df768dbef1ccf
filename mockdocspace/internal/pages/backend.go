package pages

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// answer collects what the portal says when it is asked in process.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// fetch asks the portal as the login application's own server does: with the
// visitor's address and the cookies given.
func (v *visit) fetch(method, path string, in any, cookies ...*http.Cookie) (*answer, error) {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	r, err := http.NewRequestWithContext(v.r.Context(), method, path, &body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	r.Host, r.RemoteAddr, r.RequestURI = v.r.Host, v.r.RemoteAddr, path
	for _, name := range []string{"X-Real-Ip", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if value := v.r.Header.Get(name); value != "" {
			r.Header.Set(name, value)
		}
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "mockdocspace-pages")
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	a := &answer{header: http.Header{}}
	v.API.ServeHTTP(a, r)
	return a, nil
}

// read is fetch for an answer of 200 whose JSON goes into out.
func (v *visit) read(method, path string, in, out any, cookies ...*http.Cookie) error {
	a, err := v.fetch(method, path, in, cookies...)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("%s %s: %w", method, path, statusError(a.status))
	}
	if err := json.Unmarshal(a.body.Bytes(), out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// statusError is an answer other than 200.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("status %d", int(e)) }

// ask is read for the Backend API, whose answers stand in an envelope.
func (v *visit) ask(method, path string, in, out any, cookies ...*http.Cookie) error {
	return v.read(method, path, in, &struct {
		Response any `json:"response"`
	}{out}, cookies...)
}

// passwordHash says how the browser hashes a password (§4.3).
type passwordHash struct {
	Size       int    `json:"size"` // bits
	Iterations int    `json:"iterations"`
	Salt       string `json:"salt"`
}

func (v *visit) hashSettings() (passwordHash, error) {
	var settings struct {
		PasswordHash passwordHash `json:"passwordHash"`
	}
	err := v.ask(http.MethodGet, "/api/2.0/settings?withPassword=true", nil, &settings)
	if err == nil && settings.PasswordHash.Iterations < 1 {
		err = errors.New("the portal's settings have no passwordHash")
	}
	return settings.PasswordHash, err
}
