package registration

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"docspace-oauth/mockdocspace/internal/store"
)

// The portal's own patterns (§7.3). Where the page shortens one, the rest of the
// path is taken as anything without white space.
var (
	loosePattern  = regexp.MustCompile(`^((https?://)?([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(:\d+)?(/\S*)?|https?://\d{1,3}(\.\d{1,3}){3}(:\d+)?(/\S*)?)$`)
	strictPattern = regexp.MustCompile(`^https?://(www\.)?[-a-zA-Z0-9@:%._+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b([-a-zA-Z0-9()@:%_+.~#?&/=]*)$`)
	logoPattern   = regexp.MustCompile(`^data:image/(?:png|jpeg|jpg|svg\+xml);base64,.+$`)
)

const (
	maxList        = 12
	maxLogoText    = 2_000_000
	maxLogoBytes   = 256_000
	maxColumn      = 255
	maxDescription = 255
)

// validation collects findings.
type validation []fieldError

func (v *validation) add(field, code, message string) {
	*v = append(*v, fieldError{field, code, message})
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func (v *validation) name(t text) {
	if blank(t.value) {
		v.add("name", codeEmpty, messageNameEmpty)
	}
	if length := utf8.RuneCountInString(t.value); t.set && (length < 3 || length > 256) {
		v.add("name", codeName, messageNameLength)
	}
}

func (v *validation) description(t text) {
	if utf8.RuneCountInString(t.value) > maxDescription {
		v.add("description", codeName, messageDescription)
	}
}

// logo checks the pattern, and at creation that there is one of a fair size.
func (v *validation) logo(t text, creating bool) {
	if creating && blank(t.value) {
		v.add("logo", codeEmpty, messageLogoEmpty)
	}
	if !t.set {
		return
	}
	if !logoPattern.MatchString(t.value) {
		v.add("logo", codePattern, messageLogoPattern)
		return
	}
	_, payload, _ := strings.Cut(t.value, ",")
	decoded, err := base64.StdEncoding.DecodeString(payload)
	if creating && (err != nil || len(decoded) > maxLogoBytes || len(t.value) > maxLogoText) {
		v.add("logo", codePattern, messageLogoSize)
	}
}

func (v *validation) address(field string, t text) {
	words := strings.ReplaceAll(field, "_", " ")
	if blank(t.value) {
		v.add(field, codeEmpty, messageEmpty(words))
	}
	if t.set && !loosePattern.MatchString(t.value) {
		v.add(field, codeURL, messageNotURL(words))
	}
}

// addresses checks a list of URLs; at update null is found by one rule only.
func (v *validation) addresses(field string, l textList, creating bool) {
	words := strings.ReplaceAll(field, "_", " ")
	if l == nil {
		if creating {
			v.add(field, codeEmpty, messageNull(words))
		}
		v.add(field, codeURL, messageURLCollection)
		return
	}
	if values := l.values(); len(values) < 1 || len(values) > maxList {
		v.add(field, codeName, messageCount(words))
	}
	if slices.ContainsFunc(l, func(t text) bool { return !isAddress(t.value) }) {
		v.add(field, codeURL, messageURLCollection)
	}
}

// isAddress accepts what parses and has one of the three schemes (§7.3). That a
// host must be there is a guess.
func isAddress(s string) bool {
	if strings.ContainsAny(s, " <>\"{}|\\^`") || strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && slices.Contains([]string{"http", "https", "claude"}, strings.ToLower(u.Scheme)) && u.Host != ""
}

// validateCreate applies the request's rules, then the service's, then the
// database's (§7.3).
func validateCreate(r *createRequest) *problem {
	var v validation
	v.name(r.Name)
	v.description(r.Description)
	v.logo(r.Logo, true)
	v.address("website_url", r.WebsiteURL)
	v.address("terms_url", r.TermsURL)
	v.address("policy_url", r.PolicyURL)
	v.address("logout_redirect_uri", r.LogoutRedirectURI)
	v.addresses("redirect_uris", r.RedirectURIs, true)
	v.addresses("allowed_origins", r.AllowedOrigins, true)
	if len(r.Scopes) == 0 {
		v.add("scopes", codeEmpty, messageScopesEmpty)
	}
	if len(v) > 0 {
		return invalid(v)
	}
	return nil
}

// unknownScopes is checked after all else; its answer has another media type (§7.1).
func unknownScopes(l textList) *problem {
	var unknown []string
	for _, name := range l.values() {
		if !slices.ContainsFunc(scopeCatalogue(), func(s scope) bool { return s.Name == name }) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	p := invalid([]fieldError{{"scopes", codeInvalidScope, "Invalid scopes: " + strings.Join(unknown, ", ")}})
	p.mediaType = "application/json"
	return p
}

// validateService wants a scheme (§7.3); it names the first field that lacks it,
// in the order of the command (which is a guess where several do).
func validateService(a store.App) *problem {
	for _, field := range []struct{ name, words, value string }{
		{"websiteUrl", "website url", a.WebsiteURL}, {"termsUrl", "terms url", a.TermsURL},
		{"policyUrl", "policy url", a.PolicyURL}, {"logoutRedirectUri", "logout redirect uri", a.LogoutRedirectURI},
	} {
		if !strictPattern.MatchString(field.value) {
			return &problem{status: 400, detail: field.name + ": " + field.words + " is expected to be passed as a valid url"}
		}
	}
	return nil
}

// fitsColumns reports whether the database would take the values (§7.3).
func fitsColumns(a store.App) bool {
	for _, value := range []string{a.Name, a.WebsiteURL, a.TermsURL, a.PolicyURL, a.LogoutRedirectURI} {
		if utf8.RuneCountInString(value) > maxColumn {
			return false
		}
	}
	for _, list := range [][]string{a.RedirectURIs, a.AllowedOrigins} {
		if slices.ContainsFunc(list, func(uri string) bool { return len(uri) > maxColumn }) {
			return false
		}
	}
	return true
}

// validateUpdate applies the rules of PUT (§7.3).
func validateUpdate(r *updateRequest) *problem {
	var v validation
	v.name(r.Name)
	v.description(r.Description)
	v.logo(r.Logo, false)
	v.addresses("allowed_origins", r.AllowedOrigins, false)
	if len(v) > 0 {
		return invalid(v)
	}
	return nil
}
