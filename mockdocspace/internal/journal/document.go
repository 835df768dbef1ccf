package journal

import (
	"encoding/json"
	"mime"
	"strings"
)

// document redacts a body by what it says it is; whatever it says, what looks
// like a secret is replaced. cut says that its end is missing.
func (r *redactor) document(to []byte, text, contentType string, cut bool) []byte {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	boundary := ""
	if media == "multipart/form-data" {
		if _, parameters, err := mime.ParseMediaType(contentType); err == nil {
			boundary = parameters["boundary"]
		}
	}
	begin := len(to)
	switch {
	case media == "application/x-www-form-urlencoded":
		to = r.form(to, text)
	case boundary != "":
		to = r.multipart(to, text, boundary)
	case strings.HasSuffix(media, "json") || looksLikeJSON(text):
		to = r.json(to, text)
	case looksLikeForm(text) && media != "text/html" && media != "text/css" && !strings.HasSuffix(media, "javascript"):
		to = r.form(to, text)
	default:
		to = r.text(to, text)
	}
	if cut {
		to = withoutLastRun(to, begin)
	}
	return to
}

func looksLikeJSON(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
}

// looksLikeForm recognises a form that was sent under another type.
func looksLikeForm(text string) bool {
	name := runEnd(text, 0)
	return name > 0 && name < len(text) && text[name] == '='
}

// withoutLastRun drops what may be the beginning of a secret at the end of a cut text,
// which begins at begin.
func withoutLastRun(text []byte, begin int) []byte {
	end := len(text)
	for end > begin && tokenBytes[text[end-1]] {
		end--
	}
	return text[:end]
}

// multipart redacts the fields of a form; parts without a secret name, files
// above all, are text.
func (r *redactor) multipart(to []byte, text, boundary string) []byte {
	delimiter := "--" + boundary
	first := true
	for part := range strings.SplitSeq(text, delimiter) {
		if !first {
			to = append(to, delimiter...)
		}
		first = false
		head, value, ok := strings.Cut(part, "\r\n\r\n")
		if !ok {
			to = r.text(to, part)
			continue
		}
		to = append(append(to, head...), "\r\n\r\n"...)
		if kind, secret := secretNames[strings.ToLower(fieldName(head))]; secret {
			content, end := strings.CutSuffix(value, "\r\n")
			if to = r.secret(to, kind, content); end {
				to = append(to, "\r\n"...)
			}
		} else {
			to = r.text(to, value)
		}
	}
	return to
}

// fieldName reads the name out of a part's Content-Disposition.
func fieldName(head string) string {
	for line := range strings.SplitSeq(head, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		if !strings.EqualFold(strings.TrimSpace(name), "Content-Disposition") {
			continue
		}
		if _, parameters, err := mime.ParseMediaType(value); err == nil {
			return parameters["name"]
		}
	}
	return ""
}

// json redacts string members with secret names; it needs no valid document, so
// that one that was cut or mistyped is safe too. Texts below a secret name, as in
// a list, are secrets as well.
func (r *redactor) json(to []byte, text string) []byte {
	kind := "" // of the value that comes next
	depth, secretDepth := 0, -1
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '"':
			raw, end := stringLiteral(text, i)
			next := skipSpace(text, end)
			isName := next < len(text) && text[next] == ':' && end > i+1
			switch {
			case isName:
				if secretDepth < 0 {
					kind = secretNames[strings.ToLower(decoded(raw))]
				}
				to = append(to, text[i:end]...)
			case kind != "":
				to = append(r.secret(append(to, '"'), kind, decoded(raw)), '"')
				if secretDepth < 0 {
					kind = ""
				}
			default:
				to = r.member(append(to, '"'), raw)
				to = append(to, text[i+1+len(raw):end]...)
			}
			i = end
		case '{', '[':
			if depth++; kind != "" && secretDepth < 0 {
				secretDepth = depth
			}
			to = append(to, c)
			i++
		case '}', ']':
			if depth == secretDepth {
				kind, secretDepth = "", -1
			}
			if secretDepth < 0 {
				kind = ""
			}
			depth--
			to = append(to, c)
			i++
		case ',':
			if secretDepth < 0 {
				kind = "" // the value was a number, true, false or null
			}
			to = append(to, c)
			i++
		default:
			end := i + 1
			for end < len(text) && strings.IndexByte("\"{}[],", text[end]) < 0 {
				end++
			}
			to = r.text(to, text[i:end])
			i = end
		}
	}
	return to
}

// member redacts a text that has no secret name of its own.
func (r *redactor) member(to []byte, raw string) []byte {
	if value := decoded(raw); len(value) >= recognisable {
		if r.isKnown(value) {
			return r.secret(to, "token", value)
		}
		if isOrdinaryRun(raw, value) {
			return append(to, raw...)
		}
	}
	return r.text(to, raw)
}

// stringLiteral returns what is between the quotes, still escaped, and where the
// literal ends; a cut one ends with the text.
func stringLiteral(text string, start int) (raw string, end int) {
	if length := strings.IndexByte(text[start+1:], '"'); length >= 0 && strings.IndexByte(text[start+1:start+1+length], '\\') < 0 {
		return text[start+1 : start+1+length], start + length + 2 // nearly always
	}
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[start+1 : i], i + 1
		}
	}
	return text[start+1:], len(text)
}

// decoded undoes the escapes of a JSON string.
func decoded(raw string) string {
	if !strings.Contains(raw, `\`) {
		return raw
	}
	var value string
	if json.Unmarshal([]byte(`"`+raw+`"`), &value) != nil {
		return raw
	}
	return value
}

func skipSpace(text string, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n') {
		i++
	}
	return i
}
