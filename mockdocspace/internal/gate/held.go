package gate

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
)

// held is an answer that is kept until it was altered.
type held struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (h *held) Header() http.Header { return h.header }

func (h *held) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}

func (h *held) Write(part []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	return h.body.Write(part)
}

// hold lets next answer into memory. The headers that were set before are there.
func hold(w http.ResponseWriter, r *http.Request, next http.Handler) *held {
	h := &held{header: w.Header().Clone()}
	next.ServeHTTP(h, r)
	h.WriteHeader(http.StatusOK)
	return h
}

// object is the JSON object of the body, nil for anything else.
func (h *held) object() map[string]any {
	var members map[string]any
	if json.Unmarshal(h.body.Bytes(), &members) != nil {
		return nil
	}
	return members
}

// replace puts another JSON document into the body.
func (h *held) replace(document any) {
	text, err := json.Marshal(document)
	if err != nil {
		return // it came from JSON
	}
	h.body.Reset()
	h.body.Write(text)
}

// release sends the answer on.
func (h *held) release(w http.ResponseWriter) {
	h.headers(w)
	_, _ = w.Write(h.body.Bytes())
}

// headers sends status and headers, with the length that the body has now.
func (h *held) headers(w http.ResponseWriter) {
	clear(w.Header())
	for name, values := range h.header {
		w.Header()[name] = values
	}
	if w.Header().Get("Content-Length") != "" {
		w.Header().Set("Content-Length", strconv.Itoa(h.body.Len()))
	}
	w.WriteHeader(h.status)
}

// editJSON lets next answer and changes the members of the answer's object; edit
// reports whether it did.
func editJSON(w http.ResponseWriter, r *http.Request, next http.Handler, edit func(members map[string]any) bool) {
	h := hold(w, r, next)
	if members := h.object(); members != nil && edit(members) {
		h.replace(members)
	}
	h.release(w)
}

// refuse answers without asking anybody.
func refuse(w http.ResponseWriter, status int, code string) {
	if code == "" {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code})
}

// literal sends an answer as it was written down.
func literal(w http.ResponseWriter, l rules.Literal) {
	for line := range strings.Lines(l.Header) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			w.Header().Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	w.WriteHeader(l.Status)
	_, _ = io.WriteString(w, l.Body)
}
