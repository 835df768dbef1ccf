package identity

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxFormBytes bounds a form body: the container's own default is 2 MiB.
const maxFormBytes = 2 << 20

var errBadForm = errors.New("the form cannot be parsed")

// parseParameters reads query and body once. Text that is no form counts as no
// parameters (identity.md §3); a form that cannot be decoded, or one larger than
// the container takes, is an error. That the error page answers both is a guess.
func parseParameters(w http.ResponseWriter, r *http.Request) error {
	query, err := parsePairs(r.URL.RawQuery)
	if err != nil {
		return err
	}
	r.PostForm = url.Values{}
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	switch {
	case mediaType == "multipart/form-data":
		r.Form = url.Values{} // keeps the query from being read a second time
		if err := r.ParseMultipartForm(maxFormBytes); err != nil {
			return fmt.Errorf("%w: %w", errBadForm, err)
		}
		r.PostForm = url.Values(r.MultipartForm.Value)
	case mediaType == "application/x-www-form-urlencoded" && r.Method == http.MethodPost:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return fmt.Errorf("%w: %w", errBadForm, err)
		}
		if r.PostForm, err = parsePairs(string(body)); err != nil {
			return err
		}
	}
	r.Form = both(query, r.PostForm)
	return nil
}

// both are the parameters of query and body; nobody changes them afterwards.
func both(query, body url.Values) url.Values {
	switch {
	case len(query) == 0:
		return body
	case len(body) == 0:
		return query
	}
	all := make(url.Values, len(query)+len(body))
	for _, parameters := range []url.Values{query, body} {
		for name, values := range parameters {
			all[name] = append(all[name], values...)
		}
	}
	return all
}

// parsePairs decodes a query or a form; a semicolon is text like any other.
func parsePairs(text string) (url.Values, error) {
	values, err := url.ParseQuery(strings.ReplaceAll(text, ";", "%3B"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBadForm, err)
	}
	return values, nil
}

// formParameters are the parameters that count in a POST: those whose name does
// not occur anywhere in the raw query string (identity.md §3, general rules).
func formParameters(r *http.Request) url.Values {
	if r.URL.RawQuery == "" {
		return r.PostForm
	}
	return selected(r.Form, func(name string) bool { return !strings.Contains(r.URL.RawQuery, name) })
}

// queryParameters are the parameters that count in a GET: the reverse.
func queryParameters(r *http.Request) url.Values {
	return selected(r.Form, func(name string) bool { return strings.Contains(r.URL.RawQuery, name) })
}

// selected are the parameters whose names count, all of them in most requests.
func selected(p url.Values, counts func(name string) bool) url.Values {
	visible := p
	for name := range p {
		if !counts(name) {
			if len(visible) == len(p) {
				visible = maps.Clone(p)
			}
			delete(visible, name)
		}
	}
	return visible
}

// endpointParameters are those of the method at hand.
func endpointParameters(r *http.Request) url.Values {
	if r.Method == http.MethodGet {
		return queryParameters(r)
	}
	return formParameters(r)
}

// blank is true for empty text and for white space alone.
func blank(s string) bool { return strings.TrimSpace(s) == "" }

// repeated reports whether a parameter that has a value occurs more than once.
func repeated(p url.Values, name string) bool { return !blank(p.Get(name)) && len(p[name]) != 1 }

// scopeSet splits a scope parameter at single spaces, as the portal does: two
// spaces make an empty, hence unknown, name; repeated names collapse (identity.md §3.1).
func scopeSet(text string) []string {
	if blank(text) {
		return nil
	}
	return unique(strings.Split(text, " "))
}

// few is how many names are compared one by one; a set of so few costs more.
const few = 16

func unique(names []string) []string {
	out := make([]string, 0, len(names))
	if len(names) <= few {
		for _, name := range names {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
		return out
	}
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

// containsAll reports whether every name of wanted is in have.
func containsAll(have, wanted []string) bool {
	if len(wanted) <= few {
		return !slices.ContainsFunc(wanted, func(name string) bool { return !slices.Contains(have, name) })
	}
	set := make(map[string]bool, len(have))
	for _, name := range have {
		set[name] = true
	}
	for _, name := range wanted {
		if !set[name] {
			return false
		}
	}
	return true
}

// hasNUL reports whether a parameter holds a NUL.
func hasNUL(p url.Values) bool {
	for _, values := range p {
		for _, value := range values {
			if strings.Contains(value, "\x00") {
				return true
			}
		}
	}
	return false
}
