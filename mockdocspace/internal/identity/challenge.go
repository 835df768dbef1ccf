package identity

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/spring"
)

// resourceMetadata is the member that ends every Bearer challenge (identity.md §3.9).
func resourceMetadata(r *http.Request) string {
	return `resource_metadata="` + scheme(r) + "://" + r.Host + `/.well-known/oauth-protected-resource"`
}

// unauthorized is the answer to a request without usable credentials: 401 with
// an empty body (identity.md §5.1).
func (s *Server) unauthorized(w http.ResponseWriter, r *http.Request) {
	refused(r.Context(), diagnosis.Because("credentials.missing", "the request carries no credentials: neither client_secret nor code_verifier, nor a bearer token"))
	clientExpected := r.URL.Path != "/oauth2/userinfo"
	if clientExpected && rules.For(r.Context(), r.Form.Get("client_id"), "").Token.ErrorBodyAlways {
		writeJSON(w, http.StatusUnauthorized, mediaOAuth, plainError(codeInvalidClient))
		return
	}
	if wantsBearerChallenge(r) {
		w.Header().Set("Www-Authenticate", "Bearer "+resourceMetadata(r))
	}
	if spring.SavesRequest(r) {
		spring.StartSession(w, s.Random)
	}
	w.WriteHeader(http.StatusUnauthorized)
}

// invalidBearer refuses a bearer token that cannot be decoded (identity.md §3.9).
func (s *Server) invalidBearer(w http.ResponseWriter, r *http.Request, description string) {
	refused(r.Context(), diagnosis.Because("token.invalid", "the bearer token is not taken: %s", description))
	w.Header().Set("Www-Authenticate", `Bearer error="invalid_token", error_description="`+description+
		`", error_uri="`+uriBearerError+`", `+resourceMetadata(r))
	w.WriteHeader(http.StatusUnauthorized)
}

// wantsBearerChallenge decides by Accept as the framework does (identity.md §5.1):
// an XMLHttpRequest always; else the first media type named, where it is */*;
// else any of a few machine-readable types, unless HTML would do as well.
func wantsBearerChallenge(r *http.Request) bool {
	if spring.IsXMLHTTPRequest(r) {
		return true
	}
	accepted := acceptedTypes(r)
	if accepted[0] == "*/*" {
		return true
	}
	if slices.ContainsFunc(accepted, func(t string) bool { return compatible(t, "text/html") }) {
		return false
	}
	for _, machineReadable := range []string{
		"application/atom+xml", "application/x-www-form-urlencoded", "application/json",
		"application/octet-stream", "application/xml", "multipart/form-data", "text/xml",
	} {
		if slices.ContainsFunc(accepted, func(t string) bool { return t != "*/*" && compatible(t, machineReadable) }) {
			return true
		}
	}
	return false
}

// acceptsHTML reports whether a person's browser seems to ask.
func acceptsHTML(r *http.Request) bool {
	return slices.ContainsFunc(acceptedTypes(r), func(t string) bool { return t != "*/*" && compatible(t, "text/html") })
}

// acceptedTypes are the media types of Accept, most wanted first; never empty.
func acceptedTypes(r *http.Request) []string {
	type item struct {
		mediaType string
		quality   float64
		wildcards int
	}
	var items []item
	for _, value := range r.Header.Values("Accept") {
		for part := range strings.SplitSeq(value, ",") {
			mediaType, params, err := mime.ParseMediaType(strings.TrimSpace(part))
			if err != nil {
				continue
			}
			quality, err := strconv.ParseFloat(params["q"], 64)
			if err != nil {
				quality = 1
			}
			items = append(items, item{mediaType, quality, strings.Count(mediaType, "*")})
		}
	}
	if len(items) == 0 {
		return []string{"*/*"}
	}
	slices.SortStableFunc(items, func(a, b item) int {
		if a.wildcards != b.wildcards {
			return a.wildcards - b.wildcards
		}
		switch {
		case a.quality > b.quality:
			return -1
		case a.quality < b.quality:
			return 1
		}
		return 0
	})
	types := make([]string, len(items))
	for i := range items {
		types[i] = items[i].mediaType
	}
	return types
}

func compatible(accepted, offered string) bool {
	acceptedType, acceptedSub, _ := strings.Cut(accepted, "/")
	offeredType, offeredSub, _ := strings.Cut(offered, "/")
	return (acceptedType == "*" || acceptedType == offeredType) && (acceptedSub == "*" || acceptedSub == offeredSub)
}
