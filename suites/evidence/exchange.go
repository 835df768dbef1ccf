// Package evidence keeps what led to a verdict: the HTTP exchanges of a check,
// redacted at the moment they are recorded, and their shapes for people (text,
// curl lines, sequence diagram).
//
// A secret is replaced by a mark such as ‹code:9f…› derived from the value with
// a key that lives as long as the run. Equal values have equal marks in every
// worker; Numbering turns the marks into ‹code-1›, ‹token-3› once per report.
package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Header is one header line.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Exchange is one request and its answer, without secrets. Bodies longer than
// BodyLimit bytes are cut and say so.
type Exchange struct {
	Actor          string    `json:"actor"` // who sent it: browser, app, user
	Peer           string    `json:"peer"`  // who was asked: authorization server, API, registration, portal
	At             time.Time `json:"at"`
	DurationMS     float64   `json:"duration_ms"`
	Method         string    `json:"method"`
	URL            string    `json:"url"`
	RequestHeader  []Header  `json:"request_headers,omitempty"`
	RequestBody    string    `json:"request_body,omitempty"`
	Status         int       `json:"status,omitempty"` // 0: no answer, see Error
	ResponseHeader []Header  `json:"response_headers,omitempty"`
	ResponseBody   string    `json:"response_body,omitempty"`
	Error          string    `json:"error,omitempty"`
	Note           string    `json:"note,omitempty"`      // the step of the check this belongs to
	Offending      bool      `json:"offending,omitempty"` // its answer is what the check failed on
	Like           string    `json:"like,omitempty"`      // query, headers and bodies left out: that check shows the same step whole
}

// BodyLimit is how many bytes of a body are kept.
const BodyLimit = 4 << 10

// Text is the transcript of the exchange, as HTTP looks on the wire.
func (x Exchange) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s\n", x.Method, x.URL)
	if x.Like != "" {
		fmt.Fprintf(&b, "< %d\n(query, headers and bodies as in %s)\n", x.Status, x.Like)
		return b.String()
	}
	for _, h := range x.RequestHeader {
		fmt.Fprintf(&b, "> %s: %s\n", h.Name, h.Value)
	}
	if x.RequestBody != "" {
		fmt.Fprintf(&b, ">\n%s\n", prefixed("> ", x.RequestBody))
	}
	if x.Error != "" {
		fmt.Fprintf(&b, "! %s\n", x.Error)
		return b.String()
	}
	fmt.Fprintf(&b, "< %d\n", x.Status)
	for _, h := range x.ResponseHeader {
		fmt.Fprintf(&b, "< %s: %s\n", h.Name, h.Value)
	}
	if x.ResponseBody != "" {
		fmt.Fprintf(&b, "<\n%s\n", prefixed("< ", x.ResponseBody))
	}
	return b.String()
}

func prefixed(prefix, text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return prefix + strings.Join(lines, "\n"+prefix)
}

// unreplayed are headers that curl sets itself.
var unreplayed = []string{"Content-Length", "Accept-Encoding", "Host", "Connection"}

// Curl is a command that sends the request again; where a secret stood, a shell
// variable stands ($CODE_1 for ‹code-1›).
func (x Exchange) Curl() string {
	words := []string{"curl -si"}
	if x.Method != "GET" {
		words = append(words, "-X "+x.Method)
	}
	for _, h := range x.RequestHeader {
		if !slices.Contains(unreplayed, h.Name) {
			words = append(words, "-H "+shellQuoted(h.Name+": "+h.Value))
		}
	}
	if x.RequestBody != "" {
		words = append(words, "--data-raw "+shellQuoted(x.RequestBody))
	}
	return strings.Join(append(words, shellQuoted(x.URL)), " ")
}

// shellQuoted quotes for a POSIX shell: single quotes, except around variables.
func shellQuoted(text string) string {
	var b strings.Builder
	rest := text
	for {
		at := numberedMark.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		if at[0] > 0 {
			b.WriteString(singleQuoted(rest[:at[0]]))
		}
		name := strings.ReplaceAll(rest[at[2]:at[3]], "-", "_")
		fmt.Fprintf(&b, `"$%s_%s"`, strings.ToUpper(name), rest[at[4]:at[5]])
		rest = rest[at[1]:]
	}
	if rest != "" || b.Len() == 0 {
		b.WriteString(singleQuoted(rest))
	}
	return b.String()
}

func singleQuoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
