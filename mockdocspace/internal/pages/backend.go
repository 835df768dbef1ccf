package pages

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// answer collects what the Backend API says when it is asked in process.
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

// ask calls the Backend API as the visitor's browser's own server does, without
// a session, and reads the response member of its envelope into out.
func (v *visit) ask(method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	r, err := http.NewRequestWithContext(v.r.Context(), method, path, &body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	r.Host, r.RemoteAddr, r.RequestURI = v.r.Host, v.r.RemoteAddr, path
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "mockdocspace-pages")
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	a := &answer{header: http.Header{}}
	v.API.ServeHTTP(a, r)
	if a.status != http.StatusOK {
		return fmt.Errorf("%s %s: status %d", method, path, a.status)
	}
	envelope := struct {
		Response any `json:"response"`
	}{out}
	if err := json.Unmarshal(a.body.Bytes(), &envelope); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
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
