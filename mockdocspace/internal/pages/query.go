package pages

import (
	"net/url"
	"strings"
)

// parameter is one name and value of a query, decoded.
type parameter struct{ name, value string }

// orderedQuery keeps the order of a query's parameters.
type orderedQuery []parameter

// looseQuery reads a query as browsers do: split at '&' and the first '=', '+'
// is a space, and what is no valid percent escape stands for itself.
func looseQuery(raw string) orderedQuery {
	var q orderedQuery
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		q = append(q, parameter{looseUnescape(name), looseUnescape(value)})
	}
	return q
}

func looseUnescape(s string) string {
	s = strings.ReplaceAll(s, "+", " ")
	if !strings.Contains(s, "%") {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := url.PathUnescape(s[i : i+3]); err == nil {
				b.WriteString(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// values is the query without its order.
func (q orderedQuery) values() url.Values {
	v := url.Values{}
	for _, p := range q {
		v.Add(p.name, p.value)
	}
	return v
}

// all returns the values of name.
func (q orderedQuery) all(name string) []string {
	var values []string
	for _, p := range q {
		if p.name == name {
			values = append(values, p.value)
		}
	}
	return values
}

// with puts value in the place of the first parameter of that name and drops the
// others; where there is none it comes first (§2.2).
func (q orderedQuery) with(name, value string) orderedQuery {
	var result orderedQuery
	done := false
	for _, p := range q {
		switch {
		case p.name != name:
			result = append(result, p)
		case !done:
			result = append(result, parameter{name, value})
			done = true
		}
	}
	if !done {
		result = append(orderedQuery{{name, value}}, result...)
	}
	return result
}

// encode writes the query as a browser's URLSearchParams does.
func (q orderedQuery) encode() string {
	var b strings.Builder
	for i, p := range q {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(formEscape(p.name) + "=" + formEscape(p.value))
	}
	return b.String()
}

// formEscape differs from url.QueryEscape in two characters of
// application/x-www-form-urlencoded.
func formEscape(s string) string {
	return strings.NewReplacer("~", "%7E", "%2A", "*").Replace(url.QueryEscape(s))
}
