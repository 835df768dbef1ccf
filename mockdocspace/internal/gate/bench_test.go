package gate

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"docspace-oauth/mockdocspace/internal/rules"
)

// What a request pays for the possibility of faults while none is on: the book is
// opened, the gate looks, a handler reads its rules.
func BenchmarkQuiet(b *testing.B) {
	book := rules.NewBook(rules.DocSpace())
	read := false
	handler := New(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		read = rules.For(r.Context(), "app", "user").Authorize.GrantUnknownScope || read
	}), nil, nil)
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/oauth2/token", nil)
	ctx, asked := r.Context(), rules.Request{Tenant: 1, Method: r.Method, Path: r.URL.Path}
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(w, r.WithContext(book.IntoRequest(ctx, asked)))
	}
	if read {
		b.Fatal("a quiet book lets unknown scopes through")
	}
}

// The request is copied for its context in any case; this is the share of it.
func BenchmarkQuietWithoutRules(b *testing.B) {
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/oauth2/token", nil)
	ctx := r.Context()
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(w, r.WithContext(ctx))
	}
}
