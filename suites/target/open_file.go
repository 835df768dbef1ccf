package target

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// IsFile tells a target file from an address by its name.
func IsFile(spec string) bool {
	return strings.HasSuffix(spec, ".yaml") || strings.HasSuffix(spec, ".yml")
}

// describeFile is openFile without a mock being started.
func describeFile(path string) (*Target, error) {
	f, err := LoadFile(path)
	if err != nil {
		return nil, err
	}
	if f.URL == string(KindMock) {
		t, err := Describe(f.URL, "", "")
		if err == nil {
			err = t.take(path, f)
		}
		return t, err
	}
	t := &Target{Descriptor: Descriptor{Kind: KindURL, URL: strings.TrimSuffix(f.URL, "/")}}
	return t, t.take(path, f)
}

// openFile reaches what a target file describes; its secrets are read here.
func openFile(ctx context.Context, path string, faults []string) (*Target, error) {
	f, err := LoadFile(path)
	if err != nil {
		return nil, err
	}
	if f.URL == string(KindMock) {
		t, err := OpenMock(ctx, MockOptions{Faults: faults})
		if err != nil {
			return nil, err
		}
		return t, t.take(path, f)
	}
	t, err := describeFile(path)
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 && t.Mock == nil {
		return nil, fmt.Errorf("faults can be switched on at a mock only, and %s is none", t.URL)
	}
	return t, nil
}

// take makes t what the file says, secrets read.
func (t *Target) take(path string, f *File) error {
	t.Version, t.NotOffered, t.Pacing, t.TLS = f.PortalVersion, maps.Clone(f.NotOffered), f.Pacing, f.TLS
	if err := t.getIn(f); err != nil {
		return &FileError{File: path, Problem: err.Error()}
	}
	if _, err := t.Transport(); err != nil {
		return &FileError{File: path, Problem: err.Error()}
	}
	return nil
}

func (t *Target) getIn(f *File) (err error) {
	if t.Access, err = f.SignIn.resolved(); err != nil {
		return err
	}
	if t.Access != nil {
		t.User, t.Password = t.Access.User, string(t.Access.Password)
	}
	if t.Second, err = f.SecondUser.resolved(); err != nil {
		return err
	}
	if f.SecondPortal != nil {
		t.SecondURL = strings.TrimSuffix(f.SecondPortal.URL, "/")
		if t.SecondAccess, err = f.SecondPortal.SignIn.resolved(); err != nil {
			return err
		}
	}
	for _, app := range f.Apps {
		if app.ClientSecret, err = app.ClientSecret.resolve(); err != nil {
			return err
		}
		if len(app.Scopes) == 0 {
			app.Scopes, app.AnyScope = allScopes(), true
		}
		t.Apps = append(t.Apps, app)
	}
	return nil
}

// Secrets are the values that no report may show.
func (t *Target) Secrets() []string {
	var list []string
	for _, a := range []*Access{t.Access, t.Second, t.SecondAccess} {
		if a != nil {
			list = append(list, string(a.Password), string(a.TOTP), string(a.Session), string(a.Signature), string(a.SignatureSecret))
		}
	}
	for _, app := range t.Apps {
		list = append(list, string(app.ClientSecret))
	}
	return slices.DeleteFunc(append(list, t.Password), func(s string) bool { return s == "" })
}

// allScopes are what an app has whose file names none (docs/portal/identity.md §10).
func allScopes() []string {
	return []string{
		"accounts:read", "accounts:write", "accounts.self:read", "accounts.self:write",
		"files:read", "files:write", "rooms:read", "rooms:write", "openid",
	}
}
