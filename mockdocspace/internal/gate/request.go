package gate

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// maxForm bounds the form that is read ahead, in bytes; a longer one passes unread.
const maxForm = 1 << 20

// isForm reports a body of the type that HTML forms have.
func isForm(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && media == "application/x-www-form-urlencoded"
}

// peekBody reads the body and puts it back.
func peekBody(r *http.Request) []byte {
	if r.Body == nil {
		return nil
	}
	read, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), r.Body), r.Body}
	if err != nil || len(read) > maxForm {
		return nil
	}
	return read
}

// peekForm reads the form of a body and leaves it there.
func peekForm(r *http.Request) url.Values {
	form, err := url.ParseQuery(string(peekBody(r)))
	if err != nil {
		return url.Values{}
	}
	return form
}

// peekFields reads the fields of a form of either type that forms are sent as, and
// leaves it there. The consent page sends multipart/form-data.
func peekFields(r *http.Request) url.Values {
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || r.Method != http.MethodPost {
		return url.Values{}
	}
	switch media {
	case "application/x-www-form-urlencoded":
		return peekForm(r)
	case "multipart/form-data":
		form, err := multipart.NewReader(bytes.NewReader(peekBody(r)), parameters["boundary"]).ReadForm(maxForm)
		if err != nil {
			return url.Values{}
		}
		defer func() { _ = form.RemoveAll() }()
		return form.Value
	}
	return url.Values{}
}

// withForm is the request with another form as its body.
func withForm(r *http.Request, form url.Values) *http.Request {
	clone := r.Clone(r.Context())
	text := form.Encode()
	clone.Method, clone.Body, clone.ContentLength = http.MethodPost, io.NopCloser(strings.NewReader(text)), int64(len(text))
	clone.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	clone.Header.Del("Content-Length")
	return clone
}

// withQuery is the request with another query.
func withQuery(r *http.Request, query url.Values) *http.Request {
	clone := r.Clone(r.Context())
	clone.URL.RawQuery = query.Encode()
	clone.RequestURI = clone.URL.RequestURI()
	return clone
}

// claimsOf are those of a JWT, unchecked; nil when it is none.
func claimsOf(token string) map[string]any {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims map[string]any
	if json.Unmarshal(text, &claims) != nil {
		return nil
	}
	return claims
}
