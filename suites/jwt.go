package suites

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// tokenPart decodes header (0) or claims (1) of a JWT without judging it; nil when
// it is none.
func tokenPart(token string, part int) map[string]any {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[part])
	if err != nil {
		return nil
	}
	var members map[string]any
	if json.Unmarshal(text, &members) != nil {
		return nil
	}
	return members
}

// scopeNames are the names in an answer of the scopes API.
func scopeNames(r Response) []string {
	var scopes []struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(r.Body, &scopes) != nil {
		return nil
	}
	var names []string
	for _, s := range scopes {
		names = append(names, s.Name)
	}
	return names
}
