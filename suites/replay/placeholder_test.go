package replay

import (
	"errors"
	"strings"
	"testing"
)

func TestPlaceholders(t *testing.T) {
	known := strings.Repeat("k", 128)
	m := matcher{now: noon, vars: &variables{
		values:   map[string]string{"code": known, "host": "portal.test", "dotted": "a.b"},
		captured: map[string]bool{"code": true},
	}}
	tests := []struct {
		pattern string
		yes, no []string
	}{
		{"<<code>>", []string{strings.Repeat("-", 128)}, []string{strings.Repeat("-", 127), strings.Repeat("-", 129), strings.Repeat("=", 128), known}},
		{"<<refresh>>", []string{strings.Repeat("_", 128)}, []string{"", known}},
		{"<<uuid>>", []string{"2b1c7f66-9c8f-4f6c-9d2e-5b7f8a1c2d3e"}, []string{"2B1C7F66-9C8F-4F6C-9D2E-5B7F8A1C2D3E", "2b1c7f669c8f4f6c9d2e5b7f8a1c2d3e"}},
		{"<<secret>>", []string{strings.Repeat("aZ0", 12)}, []string{strings.Repeat("aZ-", 12), "short"}},
		{"<<consent-state>>", []string{consentState + "="}, []string{consentState, consentState + "%3D"}},
		{"<<consent-state-enc>>", []string{consentState + "%3D"}, []string{consentState + "=", consentState + "%3d"}},
		{"<<jwt>>", []string{"a.b.c"}, []string{"a.b", "a.b.", "a.b.c.d", "a.b.c="}},
		{"<<b64url32>>", []string{consentState}, []string{consentState + "="}},
		{"<<hash43>>", []string{consentState, consentState + "="}, []string{consentState + "=="}},
		{"<<b64>>", []string{"YWI=", "ab+/"}, []string{"YWI", "ab-_", ""}},
		{"<<sessionid>>", []string{strings.Repeat("0F", 16)}, []string{strings.Repeat("0f", 16)}},
		{"<<httpdate>>", []string{"Wed, 26 Feb 2036 12:00:00 GMT", "Wed, 26-Feb-2036 12:00:00 GMT"}, []string{"Wed, 46 Feb 2036 12:00:00 GMT", "2036-02-26"}},
		{"<<iso8601-sec>>", []string{"2026-03-01T12:00:00Z", "2026-03-01T12:00:00", "2026-03-01T12:00:00+01:00"}, []string{"2026-03-01T12:00:00.5Z", "2026-13-01T12:00:00Z", "2026-03-01"}},
		{"<<iso8601>>", []string{"2026-03-01T12:00:00Z", "2026-03-01T12:00:00.123456Z"}, []string{"2026-03-01 12:00:00"}},
		{"<<int>>", []string{"0", "99"}, []string{"-1", "1.5", ""}},
		{"<<iso:epoch+3600>>", []string{"2026-03-01T13:00:00Z", "2026-03-01T12:59:41.5Z", "2026-03-01T14:00:19+01:00"}, []string{"2026-03-01T13:00:21Z", "2026-03-01T12:00:00Z"}},
		{"<<iso:epoch-60>>", []string{"2026-03-01T11:59:00Z"}, []string{"2026-03-01T12:00:00Z"}},
		{"<<str:1..3>>", []string{"1", "3", "2.5"}, []string{"0", "4", "x"}},
		{"<<str:epoch+0>>", []string{"1772366400", "1772366419"}, []string{"1772366421"}},
		{"<<b64url:http://{{host}}/?a=b>>", []string{"aHR0cDovL3BvcnRhbC50ZXN0Lz9hPWI="}, []string{"aHR0cDovL3BvcnRhbC50ZXN0Lz9hPWI", "aHR0cDovL290aGVyLnRlc3Q=", "?"}},
		{"{{dotted}}", []string{"a.b"}, []string{"axb"}},
		{"x<<int>>y<<int>>", []string{"x1y2"}, []string{"x1y", "1y2"}},
	}
	for _, test := range tests {
		p, err := parsePattern(test.pattern)
		if err != nil {
			t.Errorf("%s: %v", test.pattern, err)
			continue
		}
		for _, text := range test.yes {
			if reason, err := m.match(p, text); reason != "" || err != nil {
				t.Errorf("%s refuses %q: %s %v", test.pattern, text, reason, err)
			}
		}
		for _, text := range test.no {
			if reason, err := m.match(p, text); reason == "" || err != nil {
				t.Errorf("%s accepts %q (%v)", test.pattern, text, err)
			}
		}
	}
}

func TestNumberPlaceholdersAreTyped(t *testing.T) {
	tests := []struct {
		recorded, received string
		same               bool
	}{
		{`"<<num:1..3>>"`, `2`, true},
		{`"<<num:1..3>>"`, `2.0`, false},
		{`"<<num:1..3>>"`, `"2"`, false},
		{`"<<num:epoch+60>>"`, `1772366460`, true},
		{`"<<float:1..3>>"`, `2.5`, true},
		{`"<<float:1..3>>"`, `2`, false},
		{`"<<float:epoch+0>>"`, `1772366400.25`, true},
		{`"<<float:epoch+0>>"`, `1.7723664E9`, true},
		{`"<<float:epoch+0>>"`, `1772366500.25`, false},
		{`"<<str:1..3>>"`, `"2"`, true},
		{`"<<str:1..3>>"`, `2`, false},
		{`"{{num:tenant_id}}"`, `123456789`, true},
		{`"{{tenant_id}}"`, `123456789`, false},
	}
	for _, test := range tests {
		found := differencesOf(t, `{"status":200,"headers":{},"body":{"kind":"json","value":{"v":`+test.recorded+`}}}`,
			&received{status: 200, body: []byte(`{"v":` + test.received + `}`)})
		if (len(found) == 0) != test.same {
			t.Errorf("%s against %s: %v", test.recorded, test.received, found)
		}
	}
}

func TestTemplates(t *testing.T) {
	v := &variables{values: map[string]string{"a": "x y/é", "token": "header.payload.signature", "short": "abc", "b": "A.AAAAA"}}
	tests := map[string]string{
		"plain":           "plain",
		"{{a}}":           "x y/é",
		"<{{a|q}}>":       "<x%20y%2F%C3%A9>",
		"{{token|flip}}":  "header.payload.signAture",
		"{{short|flip}}":  "Abc",
		"{{b|flip}}":      "A.BAAAA",
		"{{short|upper}}": "ABC",
		"{{a|upper|q}}":   "X%20Y%2F%C3%89",
		"{{num:short}}":   "abc",
		"}} {":            "}} {",
	}
	for text, want := range tests {
		if got, err := v.expandText(text); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"{{", "{{a", "{{}}", "{{a b}}", "{{a|}}", "{{a|nope}}", "{{9}}"} {
		if got, err := v.expandText(text); err == nil {
			t.Errorf("%s: %q instead of an error", text, got)
		}
	}
	_, err := v.expandText("{{missing}}")
	var missing missingError
	if !errors.As(err, &missing) || err.Error() != "needs {{missing}}, which was not captured" {
		t.Errorf("missing variable: %v", err)
	}
}

func TestMalformedPlaceholders(t *testing.T) {
	for _, text := range []string{"<<nope>>", "<<code:3>>", "<<num:>>", "<<num:5>>", "<<num:5..1>>", "<<num:epoch>>", "<<num:epoch5>>", "<<iso:1..2>>", "<<b64url:{{>>", "<<num:a..b>>"} {
		if _, err := parsePattern(text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
	for _, text := range []string{"a << b >> c", "<<>>", "<html><<", "<<UPPER>>"} {
		p, err := parsePattern(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		m := matcher{now: noon, vars: &variables{}}
		if reason, err := m.match(p, text); reason != "" || err != nil {
			t.Errorf("literal %s: %s %v", text, reason, err)
		}
	}
}

func FuzzPattern(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "{{a}}", "{{a|q|flip|upper}}", "{{num:a}}", "<<code>>", "<<num:1..2>>", "<<iso:epoch+0>>",
		"<<b64url:{{a}}>>", "{{a}}<<int>>{{a}}", "<<<<int>>>>", "{{{{a}}}}", "<<b64url:\xff>>", "a\x00<<int>>", "<<num:1e999..2>>",
	} {
		f.Add(seed, "value\xff")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		p, err := parsePattern(text)
		if err != nil {
			return
		}
		m := matcher{now: noon, vars: &variables{values: map[string]string{"a": value}}}
		if _, err := m.match(p, value); err != nil {
			var missing missingError
			if !errors.As(err, &missing) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		for _, s := range p {
			if s.placeholder != nil {
				return
			}
		}
		// Without placeholders a pattern matches exactly what it expands to.
		expanded, err := m.vars.expand(p)
		if err != nil {
			t.Fatalf("%q matches but does not expand: %v", text, err)
		}
		if reason, err := m.match(p, expanded); reason != "" || err != nil {
			t.Errorf("%q does not match its own expansion %q: %s %v", text, expanded, reason, err)
		}
	})
}

func FuzzDocument(f *testing.F) {
	f.Add(`{"a":[1,2.0,"x",null,true,{"b":{}}],"a":1e3}`)
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := parseDocument([]byte(text))
		if err != nil {
			return
		}
		again, err := parseDocument([]byte(doc.String()))
		if err != nil || again.String() != doc.String() {
			t.Errorf("%q is written as %q and read as %q (%v)", text, doc, again, err)
		}
	})
}
