package flows

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// API is a portal's Backend API as one user, by access token
// (docs/portal/backend-api.md). Refusals are *APIError.
type API struct {
	// BaseURL is the portal's root: what Claims.APIBase returned.
	BaseURL     string
	AccessToken string
	// HTTP performs the requests; redirects are never followed, so the token stays
	// here. Its time-out covers a whole upload or download.
	HTTP *http.Client
}

// NewAPI is the API of the portal at base. A nil client means NewHTTPClient(nil).
func NewAPI(base, accessToken string, client *http.Client) *API {
	return &API{BaseURL: base, AccessToken: accessToken, HTTP: withoutRedirects(client)}
}

// Envelope surrounds every successful answer (docs/portal/backend-api.md §2.2).
type Envelope[T any] struct {
	Response   T      `json:"response"`
	Count      int    `json:"count"`
	Total      *int64 `json:"total,omitempty"` // all matches, only where the portal counts them
	Links      []Link `json:"links"`
	Status     int    `json:"status"` // 0
	StatusCode int    `json:"statusCode"`
}

// Link is the request to which an envelope is the answer.
type Link struct {
	Href   string `json:"href"`
	Action string `json:"action"`
}

// Page is a part of a list (docs/portal/backend-api.md §2.5). The zero Page is
// the first hundred.
type Page struct {
	Start  int // entries to skip
	Count  int // 1..100; 0 means 100
	Search string
	// SortBy is a name that the list knows, AZ, DateAndTime or Size for folders.
	SortBy     string
	Descending bool
}

// query adds the pages of a variadic parameter, of which there is at most one.
func query(pages []Page) url.Values {
	q := url.Values{}
	for _, p := range pages {
		if p.Start > 0 {
			q.Set("startIndex", strconv.Itoa(p.Start))
		}
		if p.Count > 0 {
			q.Set("count", strconv.Itoa(p.Count))
		}
		if p.Search != "" {
			q.Set("filterValue", p.Search)
		}
		if p.SortBy != "" {
			q.Set("sortBy", p.SortBy)
		}
		if p.Descending {
			q.Set("sortOrder", "descending")
		}
	}
	return q
}

// Get reads one resource below /api/2.0/, `people/@self` for example, with an
// optional query.
func Get[T any](ctx context.Context, a *API, path string, query url.Values) (*Envelope[T], error) {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return Send[T](ctx, a, http.MethodGet, path, nil)
}

// Send performs any other call below /api/2.0/; in is sent as JSON unless it is
// nil.
func Send[T any](ctx context.Context, a *API, method, path string, in any) (*Envelope[T], error) {
	if in == nil {
		return exchange[T](ctx, a, method, path, nil, "")
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return exchange[T](ctx, a, method, path, bytes.NewReader(body), "application/json")
}

// exchange sends a request with the user's token and reads the envelope. An
// answer without a body (204) is an empty envelope.
func exchange[T any](ctx context.Context, a *API, method, path string, body io.Reader, mediaType string) (*Envelope[T], error) {
	what := method + " " + withoutQuery(path)
	request, err := a.request(ctx, method, "/api/2.0/"+path, body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	request.Header.Set("Accept", "application/json")
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	answer, err := perform(withoutRedirects(a.HTTP), request)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", what, err)
	case answer.status == http.StatusNoContent:
		return &Envelope[T]{StatusCode: answer.status}, nil
	case answer.status != http.StatusOK:
		return nil, fmt.Errorf("%s: %w", what, newAPIError(answer))
	}
	envelope := &Envelope[T]{}
	if err := answer.decode(envelope); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return envelope, nil
}

func (a *API) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, a.BaseURL+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+a.AccessToken)
	return request, nil
}

// response is the response of a call that may have failed.
func response[T any](envelope *Envelope[T], err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return &envelope.Response, nil
}
