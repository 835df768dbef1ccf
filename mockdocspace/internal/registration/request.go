package registration

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxBody bounds a registration: two million characters of logo and some.
const maxBody = 4 << 20

var errMalformed = errors.New("the body cannot be read")

// text is a JSON value that becomes a string as the portal's parser does it:
// numbers and booleans by their text, null as absent; objects and lists are errors.
type text struct {
	value string
	set   bool
}

func (t *text) UnmarshalJSON(data []byte) error {
	switch {
	case string(data) == "null":
		return nil
	case data[0] == '"':
		t.set = true
		return json.Unmarshal(data, &t.value)
	case data[0] == '{' || data[0] == '[':
		return errMalformed
	default:
		t.value, t.set = string(data), true
		return nil
	}
}

func (t text) pointer() *string {
	if !t.set {
		return nil
	}
	return &t.value
}

// flag is a JSON value that becomes a boolean: null and absent are false, the
// words true and false count as text too, numbers but 0 are true.
type flag bool

func (f *flag) UnmarshalJSON(data []byte) error {
	var word string
	if err := json.Unmarshal(data, &word); err == nil && data[0] == '"' {
		switch strings.TrimSpace(word) {
		case "true", "True", "TRUE":
			*f = true
			return nil
		case "", "false", "False", "FALSE":
			return nil
		}
		return fmt.Errorf("%q is no boolean: %w", word, errMalformed)
	}
	switch string(data) {
	case "null", "false", "0":
		return nil
	case "true":
		*f = true
		return nil
	}
	var number int64
	if err := json.Unmarshal(data, &number); err != nil {
		return errMalformed
	}
	*f = true
	return nil
}

// textList is a list of texts; null and absent stay nil.
type textList []text

func (l textList) values() []string {
	if l == nil {
		return nil
	}
	seen := map[string]bool{}
	values := []string{}
	for _, entry := range l {
		if !seen[entry.value] {
			seen[entry.value] = true
			values = append(values, entry.value)
		}
	}
	return values
}

// createRequest is the body of POST /clients (§7.3).
type createRequest struct {
	Name              text     `json:"name"`
	Description       text     `json:"description"`
	Logo              text     `json:"logo"`
	AllowPKCE         flag     `json:"allow_pkce"`
	Public            flag     `json:"is_public"` // ignored (§7.3)
	WebsiteURL        text     `json:"website_url"`
	TermsURL          text     `json:"terms_url"`
	PolicyURL         text     `json:"policy_url"`
	LogoutRedirectURI text     `json:"logout_redirect_uri"`
	RedirectURIs      textList `json:"redirect_uris"`
	AllowedOrigins    textList `json:"allowed_origins"`
	Scopes            textList `json:"scopes"`
}

// updateRequest is the body of PUT /clients/{id}; anything else in it is ignored (§7.3).
type updateRequest struct {
	Name           text     `json:"name"`
	Description    text     `json:"description"`
	Logo           text     `json:"logo"`
	AllowPKCE      flag     `json:"allow_pkce"`
	Public         flag     `json:"is_public"`
	AllowedOrigins textList `json:"allowed_origins"`
}

// activationRequest is the body of PATCH /clients/{id}/activation; a missing
// status deactivates (§7.2).
type activationRequest struct {
	Status flag `json:"status"`
}

// decode reads a JSON object. Whatever cannot be read is one answer (§7.1).
func (c *call) decode(into any) *problem {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, maxBody))
	if err != nil || len(body) == 0 || !isObject(body) || json.Unmarshal(body, into) != nil {
		if c.rules.Registration.MalformedIs500 {
			return somethingWrong()
		}
		return &problem{status: http.StatusBadRequest, detail: detailInvalid}
	}
	return nil
}

// isObject keeps null, which Go would take for an empty object, out.
func isObject(body []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(string(body[:min(len(body), 64)]), " \t\r\n"), "{")
}
