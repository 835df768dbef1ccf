package replay

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// check finds what would make a replay meaningless: no steps, requests that
// cannot be sent, templates that do not parse, variables nobody provides.
func (r *recording) check() error {
	if r.ID == "" {
		return errors.New("no id")
	}
	if len(r.Steps) == 0 {
		return errors.New("no steps")
	}
	known := map[string]bool{}
	for _, name := range builtinNames() {
		known[name] = true
	}
	for name, spec := range r.Signatures {
		if !slices.Contains(roleNames(), spec.Role) {
			return fmt.Errorf("signature %q: unknown role %q", name, spec.Role)
		}
		for _, doc := range []*jsonDocument{spec.Claims, spec.Header} {
			if doc != nil && doc.kind != kindObject {
				return fmt.Errorf("signature %q: %s is not an object", name, doc)
			}
			if err := checkStrings(doc, known, parseTemplate); err != nil {
				return fmt.Errorf("signature %q: %w", name, err)
			}
		}
	}
	for name := range r.Signatures {
		known["signature_"+name] = true
	}
	if err := checkPairs(r.Defaults.Headers, known); err != nil {
		return fmt.Errorf("defaults: %w", err)
	}
	for i, s := range r.Steps {
		if err := s.check(known); err != nil {
			return fmt.Errorf("%s: %w", stepLabel(i, s.Name), err)
		}
		for name := range s.Capture {
			known[name] = true
		}
	}
	return nil
}

var capturePath = regexp.MustCompile(`^(json\..+|cookie\..+|(location|x-redirect-uri)\.query\..+)$`)

func (s *step) check(known map[string]bool) error {
	r := s.Request
	if r.Method == "" || strings.ContainsAny(r.Method, " \r\n") {
		return fmt.Errorf("method %q", r.Method)
	}
	if !strings.HasPrefix(r.Path, "/") {
		return fmt.Errorf("path %q does not begin with a slash", r.Path)
	}
	bodies := 0
	for _, present := range []bool{r.Form != nil, r.Multipart != nil, r.JSON != nil, r.Body != nil} {
		if present {
			bodies++
		}
	}
	if bodies > 1 {
		return errors.New("more than one of form, json, multipart, body")
	}
	if r.Basic != nil && len(r.Basic) != 2 {
		return fmt.Errorf("basic has %d members instead of id and secret", len(r.Basic))
	}
	if s.Wait < 0 {
		return fmt.Errorf("wait of %g seconds", s.Wait)
	}
	if s.Expect == nil {
		return errors.New("no expect")
	}
	for name, path := range s.Capture {
		if !capturePath.MatchString(path) {
			return fmt.Errorf("capture %s: unknown path %q", name, path)
		}
	}
	if err := r.check(known); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	if err := s.Expect.check(known); err != nil {
		return fmt.Errorf("expect: %w", err)
	}
	if s.ExpectSplit != nil {
		if err := s.ExpectSplit.check(known); err != nil {
			return fmt.Errorf("expect_split: %w", err)
		}
	}
	return nil
}

func (r *request) check(known map[string]bool) error {
	texts := append([]string{r.Method, r.Path}, r.Basic...)
	if r.Body != nil {
		texts = append(texts, *r.Body)
	}
	for _, text := range texts {
		if err := checkText(text, known, parseTemplate); err != nil {
			return err
		}
	}
	for _, list := range []pairs{r.Headers, r.Cookies, r.Form, r.Multipart} {
		if err := checkPairs(list, known); err != nil {
			return err
		}
	}
	return checkStrings(r.JSON, known, parseTemplate)
}

func (a *answer) check(known map[string]bool) error {
	if a.Status < 100 || a.Status > 599 {
		return fmt.Errorf("status %d", a.Status)
	}
	for name, text := range a.Headers.plain {
		if err := checkText(text, known, parsePattern); err != nil {
			return fmt.Errorf("header %s: %w", name, err)
		}
	}
	for name, cookie := range a.Headers.cookies {
		for _, text := range append([]string{cookie.Value}, cookie.Attributes...) {
			if err := checkText(text, known, parsePattern); err != nil {
				return fmt.Errorf("cookie %s: %w", name, err)
			}
		}
	}
	if a.Body != nil {
		if err := a.Body.check(known); err != nil {
			return fmt.Errorf("body: %w", err)
		}
	}
	for name, spec := range a.JWTs {
		for _, doc := range []*jsonDocument{spec.Header, spec.Claims} {
			if err := checkStrings(doc, known, parsePattern); err != nil {
				return fmt.Errorf("jwts: %s: %w", name, err)
			}
		}
	}
	return nil
}

func (b *answerBody) check(known map[string]bool) error {
	switch b.Kind {
	case "empty":
		return nil
	case "text":
		if b.Value == nil || b.Value.kind != kindString {
			return errors.New("a text needs a string as its value")
		}
	case "json":
		if b.Value == nil {
			return errors.New("no value")
		}
	default:
		return fmt.Errorf("kind %q", b.Kind)
	}
	return checkStrings(b.Value, known, parsePattern)
}

type parser func(string) (pattern, error)

func checkPairs(list pairs, known map[string]bool) error {
	for _, p := range list {
		if p.value == nil {
			continue
		}
		if err := checkText(*p.value, known, parseTemplate); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func checkStrings(doc *jsonDocument, known map[string]bool, parse parser) error {
	if doc == nil {
		return nil
	}
	return doc.eachString(func(text string) error { return checkText(text, known, parse) })
}

func checkText(text string, known map[string]bool, parse parser) error {
	p, err := parse(text)
	if err != nil {
		return err
	}
	for _, name := range p.variables() {
		if !known[name] {
			return fmt.Errorf("{{%s}} is neither a known variable nor captured by an earlier step", name)
		}
	}
	return nil
}
