package registration

import (
	"mime"
	"strings"
)

const (
	mediaJSON    = "application/json"
	mediaProblem = "application/problem+json"
)

// isJSON reports whether a Content-Type is JSON, with any parameters.
func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && mediaType == mediaJSON
}

// wantsJSON reports whether Accept admits JSON; without the header all is welcome.
func wantsJSON(accept []string) bool {
	if len(accept) == 0 {
		return true
	}
	for _, value := range accept {
		for item := range strings.SplitSeq(value, ",") {
			mediaType, _, _ := strings.Cut(item, ";")
			switch strings.ToLower(strings.TrimSpace(mediaType)) {
			case mediaJSON, "application/*", "*/*", "*", "":
				return true
			}
		}
	}
	return false
}
