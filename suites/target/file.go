package target

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// File is a target file: YAML that says what is tested and how to get in. An unknown
// key is an error with its line. Secrets are never written into it, but named: see Secret.
type File struct {
	URL           string            `yaml:"url"` // scheme and host; `mock` starts one
	PortalVersion string            `yaml:"portal-version,omitempty"`
	SignIn        *Access           `yaml:"sign-in,omitempty"`
	SecondUser    *Access           `yaml:"second-user,omitempty"`
	SecondPortal  *Portal           `yaml:"second-portal,omitempty"`
	Apps          []ReadyApp        `yaml:"apps,omitempty"` // ready-made ones; none: they are registered and deleted
	NotOffered    map[string]string `yaml:"not-offered,omitempty"`
	Pacing        *Pacing           `yaml:"pacing,omitempty"`
	TLS           *TLS              `yaml:"tls,omitempty"`
}

// Portal is another portal of the same installation.
type Portal struct {
	URL    string  `yaml:"url"`
	SignIn *Access `yaml:"sign-in"`
}

// Access is a user and one way to get in: a password, a session (the value of
// asc_auth_key), an x-signature token, or the portal's signature secret (its machine
// key), with which any user can be signed for (docs/portal/identity.md §2).
//
// With a password, Method says how it is used: over the API (the default), or in a
// browser on the portal's own login page.
type Access struct {
	User            string   `yaml:"user,omitempty" json:"user,omitempty"` // e-mail
	Method          Method   `yaml:"method,omitempty" json:"method,omitempty"`
	Password        Secret   `yaml:"password,omitempty" json:"password,omitempty"`
	TOTP            Secret   `yaml:"totp,omitempty" json:"totp,omitempty"` // of an authenticator app; for the login page
	Session         Secret   `yaml:"session,omitempty" json:"session,omitempty"`
	Signature       Secret   `yaml:"signature,omitempty" json:"signature,omitempty"`
	SignatureSecret Secret   `yaml:"signature-secret,omitempty" json:"signature_secret,omitempty"`
	UserID          string   `yaml:"user-id,omitempty" json:"user_id,omitempty"`     // UUID; with a signature secret
	PortalID        int64    `yaml:"portal-id,omitempty" json:"portal_id,omitempty"` // tenant; with a signature secret
	Type            UserType `yaml:"type,omitempty" json:"type,omitempty"`           // default: admin
}

// Method is how a password is used.
type Method string

// The methods.
const (
	ByAPI     Method = "api"
	ByBrowser Method = "browser"
)

// ReadyApp is an app that is registered already.
type ReadyApp struct {
	ClientID     string   `yaml:"client-id" json:"client_id"`
	ClientSecret Secret   `yaml:"client-secret,omitempty" json:"client_secret,omitempty"`
	RedirectURI  string   `yaml:"redirect-uri" json:"redirect_uri"`
	Scopes       []string `yaml:"scopes,omitempty" json:"scopes,omitempty"` // default: all nine
	AllowPKCE    bool     `yaml:"allow-pkce,omitempty" json:"allow_pkce,omitempty"`
	AnyScope     bool     `yaml:"-" json:"any_scope,omitempty"`                       // the file names none
	ClientAuth   string   `yaml:"client-auth,omitempty" json:"client_auth,omitempty"` // post (default) or basic, at another server
}

// How a ready-made app of a server that is no portal shows its secret (RFC 6749
// §2.3.1). A portal takes post only (docs/portal/identity.md §5.1).
const (
	PostAuth  = "post"
	BasicAuth = "basic"
)

// Auth is how the app shows its secret.
func (a ReadyApp) Auth() string {
	if a.ClientAuth == "" {
		return PostAuth
	}
	return a.ClientAuth
}

// Pacing spares a portal that counts requests.
type Pacing struct {
	PostsPerMinute int `yaml:"posts-per-minute" json:"posts_per_minute"`
	Burst          int `yaml:"burst,omitempty" json:"burst,omitempty"` // at once; default 1
}

// TLS says whom to believe.
type TLS struct {
	Authority string `yaml:"authority,omitempty" json:"authority,omitempty"` // PEM file with further authorities
	Insecure  bool   `yaml:"insecure,omitempty" json:"insecure,omitempty"`   // believe everybody
}

// Secret is a reference, `env:NAME` or `file:PATH`, until it is resolved to its value.
type Secret string

// resolve reads the value.
func (s Secret) resolve() (Secret, error) {
	kind, name, _ := strings.Cut(string(s), ":")
	switch {
	case s == "":
		return "", nil
	case kind == "env" && name != "":
		value, ok := os.LookupEnv(name)
		if !ok || value == "" {
			return "", fmt.Errorf("the environment variable %s is not set", name)
		}
		return Secret(value), nil
	case kind == "file" && name != "":
		text, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("the secret cannot be read: %w", err)
		}
		if value := strings.TrimSpace(string(text)); value != "" {
			return Secret(value), nil
		}
		return "", fmt.Errorf("%s is empty", name)
	}
	return "", errors.New("a secret stands in the file itself; write env:NAME or file:PATH")
}

// FileError is what is wrong with a target file, where, and the way out.
type FileError struct {
	File    string
	Line    int // 0 when unknown
	Problem string
}

func (e *FileError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
	}
	return e.File + ": " + e.Problem
}

// LoadFile reads and checks a target file; secrets stay references. Errors are of
// type *FileError.
func LoadFile(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &FileError{File: path, Problem: err.Error()}
	}
	return ParseFile(path, data)
}

// ParseFile is LoadFile of data; name stands for the file in errors.
func ParseFile(name string, data []byte) (*File, error) {
	root, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, yamlError(name, err)
	}
	var f File
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, yamlError(name, err)
	}
	if err := (fileChecker{name, root}).check(&f); err != nil {
		return nil, err
	}
	return &f, nil
}

func yamlError(name string, err error) error {
	e := &FileError{File: name, Problem: err.Error()}
	var positioned yaml.Error
	if errors.As(err, &positioned) {
		e.Problem = positioned.GetMessage()
		if token := positioned.GetToken(); token != nil {
			e.Line = token.Position.Line
		}
	}
	return e
}

// YAML is the effective configuration. It holds references, never a secret's value.
func (f *File) YAML() (string, error) {
	text, err := yaml.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("write the target: %w", err)
	}
	return string(text), nil
}

// fileChecker looks for what cannot be meant.
type fileChecker struct {
	name string
	root *ast.File
}

// wrong is an error at a path such as $.apps[1].client-id, or at its parent where
// nothing stands there.
func (k fileChecker) wrong(path, format string, args ...any) error {
	e := &FileError{File: k.name, Problem: strings.TrimPrefix(path, "$.") + ": " + fmt.Sprintf(format, args...)}
	for at := path; at != "$" && at != ""; at = at[:max(strings.LastIndexAny(at, ".["), 0)] {
		parsed, err := yaml.PathString(at)
		if err != nil {
			continue
		}
		if node, err := parsed.FilterFile(k.root); err == nil && node.GetToken() != nil {
			e.Line = node.GetToken().Position.Line
			break
		}
	}
	return e
}
