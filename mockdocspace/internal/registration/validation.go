package registration

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// The limits of §7.3. Lengths of texts are in UTF-16 units, as the portal counts.
const (
	minName        = 3
	maxName        = 256
	maxDescription = 255
	maxLogoText    = 2_000_000
	maxLogoBytes   = 256_000
	maxAddresses   = 12

	// Columns are narrower than some rules: names in characters, addresses in bytes (§7.3).
	nameColumn    = 255
	addressColumn = 255
)

// logoPrefixes are how logos begin; something without a line break must follow (§7.3).
var logoPrefixes = []string{
	"data:image/png;base64,", "data:image/jpeg;base64,", "data:image/jpg;base64,", "data:image/svg+xml;base64,",
}

// validateUpdate is the bean validation of PUT (§7.3): logos have no size there,
// and missing origins are wrong addresses.
func (f form) validateUpdate() []violation {
	found := append(f.validateName(), f.validateDescription()...)
	found = append(found, f.validateLogo()...)
	return append(found, f.allowedOrigins.validate("allowed_origins", "allowed origins", false)...)
}

// validateCreate is the bean validation of POST (§7.3), all rules at once.
func (f form) validateCreate() []violation {
	found := append(f.validateName(), f.validateDescription()...)
	found = append(found, f.validateLogo()...)
	if f.logo != nil && !logoFits(*f.logo) {
		found = append(found, violation{"logo", codePattern, messageLogoSize})
	}
	for _, field := range f.urlFields() {
		if blank(field.value) {
			found = append(found, violation{field.name, codeEmpty, fmt.Sprintf(formatMustNotBeEmpty, field.label)})
		}
		if field.value != nil && !looksLikeURL(*field.value) {
			found = append(found, violation{field.name, codeWrongURL, fmt.Sprintf(formatExpectedURL, field.label)})
		}
	}
	found = append(found, f.redirectURIs.validate("redirect_uris", "redirect uris", true)...)
	found = append(found, f.allowedOrigins.validate("allowed_origins", "allowed origins", true)...)
	if len(f.scopes.entries) == 0 {
		found = append(found, violation{"scopes", codeEmpty, messageScopesEmpty})
	}
	return found
}

func (f form) validateName() (found []violation) {
	if blank(f.name) {
		found = append(found, violation{"name", codeEmpty, messageNameEmpty})
	}
	if f.name != nil && (units(*f.name) < minName || units(*f.name) > maxName) {
		found = append(found, violation{"name", codeLength, messageNameLength})
	}
	return found
}

func (f form) validateDescription() (found []violation) {
	if f.description != nil && units(*f.description) > maxDescription {
		found = append(found, violation{"description", codeLength, messageDescription})
	}
	return found
}

func (f form) validateLogo() (found []violation) {
	if blank(f.logo) {
		found = append(found, violation{"logo", codeEmpty, messageLogoEmpty})
	}
	if f.logo != nil && !isLogo(*f.logo) {
		found = append(found, violation{"logo", codePattern, messageLogoPattern})
	}
	return found
}

// validate checks a list of addresses; only create calls a missing one by its name.
func (s set) validate(name, label string, named bool) (found []violation) {
	if !s.given && named {
		found = append(found, violation{name, codeEmpty, fmt.Sprintf(formatMustNotBeNull, label)})
	}
	if !s.areAddresses() {
		found = append(found, violation{name, codeWrongURL, messageURLCollection})
	}
	if s.given && (len(s.entries) < 1 || len(s.entries) > maxAddresses) {
		found = append(found, violation{name, codeLength, fmt.Sprintf(formatAddresses, label)})
	}
	return found
}

func (s set) areAddresses() bool {
	if !s.given {
		return false
	}
	for _, entry := range s.entries {
		if entry == nil || !isAddress(*entry) {
			return false
		}
	}
	return true
}

// checkURLs is the second validation of POST, which wants a scheme and answers
// with a detail instead of errors (§7.3).
func (f form) checkURLs() error {
	var details []string
	for _, field := range f.urlFields() {
		if field.value != nil && !isFullURL(*field.value) {
			details = append(details, fmt.Sprintf(formatExpectedValidURL, field.property, field.label))
		}
	}
	if details == nil {
		return nil
	}
	return badRequest(strings.Join(details, ", ")) // how several are joined is a guess
}

// checkScopes refuses names that are not in the scope table, after all else (§7.3).
// Its answer alone is plain JSON (§7.1).
func (f form) checkScopes() error {
	var unknown []string
	for _, entry := range f.scopes.entries {
		if entry == nil {
			unknown = append(unknown, "null")
		} else if !isScope(*entry) {
			unknown = append(unknown, *entry)
		}
	}
	if unknown == nil {
		return nil
	}
	r := invalid([]violation{{"scopes", codeInvalidScope, messageInvalidScopes + strings.Join(unknown, ", ")}})
	r.mediaType = mediaJSON
	return r
}

// checkColumns refuses what the rules admit and the database does not hold (§7.1, §7.3).
// The columns of logout_redirect_uri and allowed_origins are taken to be like their neighbours'.
func (f form) checkColumns() error {
	if units(orEmpty(f.name)) > nameColumn {
		return errTooLong
	}
	addresses := append(f.redirectURIs.values(), f.allowedOrigins.values()...)
	for _, field := range f.urlFields() {
		addresses = append(addresses, orEmpty(field.value))
	}
	for _, address := range addresses {
		if len(address) > addressColumn {
			return errTooLong
		}
	}
	return nil
}

func isLogo(text string) bool {
	return slices.ContainsFunc(logoPrefixes, func(prefix string) bool {
		payload, ok := strings.CutPrefix(text, prefix)
		return ok && payload != "" && !strings.ContainsAny(payload, "\n\r\u0085\u2028\u2029")
	})
}

// logoFits reports whether the part after the comma is base64 of a small enough
// image; an empty logo is none.
func logoFits(logo string) bool {
	if logo == "" {
		return true
	}
	if units(logo) > maxLogoText {
		return false
	}
	if _, payload, found := strings.Cut(logo, ","); found {
		logo = payload
	}
	encoding := base64.StdEncoding
	if !strings.Contains(logo, "=") {
		encoding = base64.RawStdEncoding // the portal's decoder does not ask for padding
	}
	if strings.ContainsAny(logo, "\r\n") {
		return false
	}
	image, err := encoding.DecodeString(logo)
	return err == nil && len(image) <= maxLogoBytes
}

// blank reports whether a text is missing or has nothing but spaces and controls.
func blank(text *string) bool {
	return text == nil || strings.TrimFunc(*text, func(r rune) bool { return r <= ' ' }) == ""
}

func units(text string) int {
	count := 0
	for _, r := range text {
		count += utf16.RuneLen(r)
	}
	return count
}
