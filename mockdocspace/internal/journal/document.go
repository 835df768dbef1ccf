package journal

import (
	"encoding/json"
	"mime"
	"strings"
)

// document redacts a body by what it says it is; whatever it says, what looks
// like a secret is replaced. cut says that its end is missing.
func (r *redactor) document(text, contentType string, cut bool) string {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	boundary := ""
	if media == "multipart/form-data" {
		if _, parameters, err := mime.ParseMediaType(contentType); err == nil {
			boundary = parameters["boundary"]
		}
	}
	var out string
	switch {
	case media == "application/x-www-form-urlencoded":
		out = r.form(text)
	case boundary != "":
		out = r.multipart(text, boundary)
	case strings.HasSuffix(media, "json") || looksLikeJSON(text):
		out = r.json(text)
	case looksLikeForm(text) && media != "text/html" && media != "text/css" && !strings.HasSuffix(media, "javascript"):
		out = r.form(text)
	default:
		out = r.text(text)
	}
	if cut {
		out = withoutLastRun(out)
	}
	return out
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

// withoutLastRun drops what may be the beginning of a secret at the end of a cut text.
func withoutLastRun(text string) string {
	end := len(text)
	for end > 0 && tokenBytes[text[end-1]] {
		end--
	}
	return text[:end]
}

// multipart redacts the fields of a form; parts without a secret name, files
// above all, are text.
func (r *redactor) multipart(text, boundary string) string {
	delimiter := "--" + boundary
	parts := strings.Split(text, delimiter)
	for i, part := range parts {
		head, value, ok := strings.Cut(part, "\r\n\r\n")
		if !ok {
			parts[i] = r.text(part)
			continue
		}
		if kind, secret := secretNames[strings.ToLower(fieldName(head))]; secret {
			content, end := strings.CutSuffix(value, "\r\n")
			value = r.mark(kind, content)
			if end {
				value += "\r\n"
			}
		} else {
			value = r.text(value)
		}
		parts[i] = head + "\r\n\r\n" + value
	}
	return strings.Join(parts, delimiter)
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
func (r *redactor) json(text string) string {
	var out strings.Builder
	out.Grow(len(text))
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
				out.WriteString(text[i:end])
			case kind != "":
				out.WriteString(`"` + r.mark(kind, decoded(raw)) + `"`)
				if secretDepth < 0 {
					kind = ""
				}
			default:
				out.WriteByte('"')
				out.WriteString(r.member(raw))
				out.WriteString(text[i+1+len(raw) : end])
			}
			i = end
		case '{', '[':
			if depth++; kind != "" && secretDepth < 0 {
				secretDepth = depth
			}
			out.WriteByte(c)
			i++
		case '}', ']':
			if depth == secretDepth {
				kind, secretDepth = "", -1
			}
			if secretDepth < 0 {
				kind = ""
			}
			depth--
			out.WriteByte(c)
			i++
		case ',':
			if secretDepth < 0 {
				kind = "" // the value was a number, true, false or null
			}
			out.WriteByte(c)
			i++
		default:
			end := i + 1
			for end < len(text) && strings.IndexByte("\"{}[],", text[end]) < 0 {
				end++
			}
			out.WriteString(r.text(text[i:end]))
			i = end
		}
	}
	return out.String()
}

// member redacts a text that has no secret name of its own.
func (r *redactor) member(raw string) string {
	if value := decoded(raw); len(value) >= recognisable {
		if mark, known := r.known(value); known {
			return mark
		}
		if len(value) == len(raw) && runEnd(raw, 0) == len(raw) && len(raw) < opaqueLength && !strings.HasPrefix(raw, "eyJ") {
			return raw // one run, which has just been looked up
		}
	}
	return r.text(raw)
}

// stringLiteral returns what is between the quotes, still escaped, and where the
// literal ends; a cut one ends with the text.
func stringLiteral(text string, start int) (raw string, end int) {
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
