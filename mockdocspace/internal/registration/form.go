package registration

import "errors"

// form is what create and update read from their bodies (§7.3). Update has no
// members beyond the first five: others are ignored, whatever their type.
type form struct {
	name, description, logo *string
	allowPKCE               bool
	allowedOrigins          set

	websiteURL, termsURL, policyURL, logoutRedirectURI *string
	redirectURIs, scopes                               set
}

// reader collects errors, so that a form reads as a list of its members.
type reader struct {
	members members
	err     error
}

func (r *reader) text(name string) *string {
	value, err := r.members.text(name)
	r.err = errors.Join(r.err, err)
	return value
}

func (r *reader) flag(name string) bool {
	value, err := r.members.flag(name)
	r.err = errors.Join(r.err, err)
	return value
}

func (r *reader) texts(name string) set {
	value, err := r.members.texts(name)
	r.err = errors.Join(r.err, err)
	return value
}

// updateForm reads what can be changed. is_public is read for its type only:
// every app is public (§7.3).
func (r *reader) updateForm() form {
	r.flag("is_public")
	return form{
		name: r.text("name"), description: r.text("description"), logo: r.text("logo"),
		allowPKCE: r.flag("allow_pkce"), allowedOrigins: r.texts("allowed_origins"),
	}
}

func (r *reader) createForm() form {
	f := r.updateForm()
	f.websiteURL, f.termsURL, f.policyURL = r.text("website_url"), r.text("terms_url"), r.text("policy_url")
	f.logoutRedirectURI = r.text("logout_redirect_uri")
	f.redirectURIs, f.scopes = r.texts("redirect_uris"), r.texts("scopes")
	return f
}

// urlField is one of the four members that must be web addresses.
type urlField struct {
	value    *string
	name     string // in JSON
	property string // in the details of the second validation
	label    string // in messages
}

func (f form) urlFields() []urlField {
	return []urlField{
		{f.websiteURL, "website_url", "websiteUrl", "website url"},
		{f.termsURL, "terms_url", "termsUrl", "terms url"},
		{f.policyURL, "policy_url", "policyUrl", "policy url"},
		{f.logoutRedirectURI, "logout_redirect_uri", "logoutRedirectUri", "logout redirect uri"},
	}
}

// orEmpty is the text, or "" where the member is missing.
func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
