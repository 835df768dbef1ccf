package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/google/uuid"
)

// checker looks for values that cannot be meant; the first one found is the error.
type checker struct {
	file string
	root *ast.File
}

// wrong is an error at path, e.g. $.apps[1].id; its line is the value's or, where
// that is missing, its parent's.
func (k checker) wrong(path, problem, wayOut string) error {
	e := &Error{File: k.file, Field: strings.TrimPrefix(path, "$."), Problem: problem, WayOut: wayOut}
	for at := path; at != "$" && at != ""; {
		if parsed, err := yaml.PathString(at); err == nil {
			if node, err := parsed.FilterFile(k.root); err == nil && line(node) > 0 {
				e.Line = line(node)
				break
			}
		}
		at = at[:max(strings.LastIndexAny(at, ".["), 0)]
	}
	return e
}

func (k checker) config(c *Config) error {
	steps := []func(*Config) error{k.server, k.lifetimes, k.tls, k.keys, k.portals, k.apps, k.faults}
	for _, step := range steps {
		if err := step(c); err != nil {
			return err
		}
	}
	return nil
}

func (k checker) oneOf(path, value string, allowed ...string) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	return k.wrong(path, fmt.Sprintf("%q is not known", value), "use "+strings.Join(allowed, " or "))
}

func (k checker) server(c *Config) error {
	if c.Listen != "" {
		if _, _, err := net.SplitHostPort(c.Listen); err != nil {
			return k.wrong("$.listen", fmt.Sprintf("%q is no address", c.Listen), "write host:port, like 127.0.0.1:8092")
		}
	}
	for _, choice := range []struct {
		path, value string
		allowed     []string
	}{
		{"$.profile", c.Profile, []string{"docspace", "strict"}},
		{"$.variant", c.Variant, []string{"server", "minified", "saas"}},
		{"$.limits", c.Limits, []string{"portal"}},
		{"$.self-scope", c.SelfScope, []string{"lenient"}},
		{"$.signing", c.Signing, []string{"ec", "rsa"}},
	} {
		if err := k.oneOf(choice.path, choice.value, choice.allowed...); err != nil {
			return err
		}
	}
	if c.ExternalURL != "" && !isOrigin(c.ExternalURL) {
		return k.wrong("$.external-url", fmt.Sprintf("%q is no origin", c.ExternalURL), "write scheme and host alone, like http://mock:8092")
	}
	if c.FrontURL != "" && !isOrigin(c.FrontURL) {
		return k.wrong("$.front-url", fmt.Sprintf("%q is no origin", c.FrontURL), "write scheme and host alone, like http://front.localhost:8092")
	}
	return nil
}

// isOrigin accepts scheme://host[:port].
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

func (k checker) lifetimes(c *Config) error {
	for _, lifetime := range []struct {
		path string
		text Duration
	}{
		{"$.lifetimes.authorization-code", c.Lifetimes.AuthorizationCode},
		{"$.lifetimes.access-token", c.Lifetimes.AccessToken},
		{"$.lifetimes.refresh-token", c.Lifetimes.RefreshToken},
		{"$.lifetimes.id-token", c.Lifetimes.IDToken},
	} {
		if lifetime.text == "" {
			continue
		}
		if _, err := time.ParseDuration(string(lifetime.text)); err != nil {
			return k.wrong(lifetime.path, fmt.Sprintf("%q is no duration", lifetime.text), "write it like 90s, 60m or 24h")
		}
		if lifetime.text.Value() < time.Second {
			return k.wrong(lifetime.path, fmt.Sprintf("%s is too short", lifetime.text), "give at least 1s, or leave it out for the portal's own")
		}
	}
	return nil
}

func (k checker) tls(c *Config) error {
	t := c.TLS
	switch {
	case t == nil:
		return nil
	case t.SelfSigned && (t.Certificate != "" || t.Key != ""):
		return k.wrong("$.tls", "self-signed beside certificate or key", "choose one of the two")
	case !t.SelfSigned && (t.Certificate == "" || t.Key == ""):
		return k.wrong("$.tls", "neither self-signed nor certificate and key", "give both files, or self-signed: true")
	case !t.SelfSigned && t.AuthorityFile != "":
		return k.wrong("$.tls.authority-file", "there is no authority to write", "use it with self-signed: true")
	}
	return nil
}

func (k checker) keys(c *Config) error {
	seen := map[string]bool{}
	for i, key := range c.Keys {
		path := fmt.Sprintf("$.keys[%d]", i)
		switch {
		case key.ID == "":
			return k.wrong(path+".id", "missing", "give the key an id (kid)")
		case seen[key.ID]:
			return k.wrong(path+".id", fmt.Sprintf("%q is the id of an earlier key", key.ID), "give each key its own id")
		case key.File == "":
			return k.wrong(path+".file", "missing", "name a PEM file with an EC P-256 private key")
		}
		seen[key.ID] = true
	}
	return nil
}

func (k checker) portals(c *Config) error {
	ids, hosts := map[int64]bool{}, map[string]bool{}
	for i, portal := range c.Portals {
		path := fmt.Sprintf("$.portals[%d]", i)
		switch {
		case portal.ID < 1:
			return k.wrong(path+".id", fmt.Sprintf("%d is no portal id", portal.ID), "number the portals from 1")
		case ids[portal.ID]:
			return k.wrong(path+".id", fmt.Sprintf("%d is the id of an earlier portal", portal.ID), "give each portal its own number")
		case len(portal.Hosts) == 0:
			return k.wrong(path+".hosts", "missing", "list the host names by which the portal is reached")
		case portal.URL != "" && !isOrigin(portal.URL):
			return k.wrong(path+".url", fmt.Sprintf("%q is no origin", portal.URL), "write scheme and host alone")
		case len(portal.Users) == 0:
			return k.wrong(path+".users", "missing", "a portal needs at least its owner")
		}
		ids[portal.ID] = true
		for j, host := range portal.Hosts {
			at := fmt.Sprintf("%s.hosts[%d]", path, j)
			lower := strings.ToLower(host)
			if host == "" || strings.ContainsAny(host, "/ ") || (strings.Contains(host, ":") && net.ParseIP(host) == nil) {
				return k.wrong(at, fmt.Sprintf("%q is no host name", host), "write the name alone, without scheme and port")
			}
			if hosts[lower] {
				return k.wrong(at, fmt.Sprintf("%q belongs to an earlier portal or stands twice", host), "give each portal its own names")
			}
			hosts[lower] = true
		}
		users, err := k.users(path, portal.Users)
		if err != nil {
			return err
		}
		if err := k.content(path, portal, users); err != nil {
			return err
		}
	}
	return nil
}

// UserTypes are the kinds of users a portal knows.
func UserTypes() []string { return []string{"owner", "admin", "roomadmin", "user", "guest"} }

// users checks them and returns them by lower-case address.
func (k checker) users(portal string, users []User) (map[string]User, error) {
	byEmail, ids, owners := map[string]User{}, map[string]bool{}, 0
	for i, user := range users {
		path := fmt.Sprintf("%s.users[%d]", portal, i)
		email := strings.ToLower(user.Email)
		switch {
		case !strings.Contains(user.Email, "@"):
			return nil, k.wrong(path+".email", fmt.Sprintf("%q is no e-mail address", user.Email), "write name@host")
		case byEmail[email].Email != "":
			return nil, k.wrong(path+".email", fmt.Sprintf("%q is the address of an earlier user", user.Email), "an address stands once per portal")
		case user.Password == "":
			return nil, k.wrong(path+".password", "missing", "give the user a password to sign in with")
		case !slices.Contains(UserTypes(), user.Type):
			return nil, k.wrong(path+".type", fmt.Sprintf("%q is no kind of user", user.Type), "use "+strings.Join(UserTypes(), ", "))
		}
		if user.ID != "" {
			parsed, err := uuid.Parse(user.ID)
			if err != nil {
				return nil, k.wrong(path+".id", fmt.Sprintf("%q is no UUID", user.ID), "leave it out, or write a UUID")
			}
			if ids[parsed.String()] {
				return nil, k.wrong(path+".id", fmt.Sprintf("%q is the id of an earlier user", user.ID), "give each user an own id")
			}
			ids[parsed.String()] = true
		}
		if user.Type == "owner" {
			owners++
		}
		byEmail[email] = user
	}
	if owners != 1 {
		return nil, k.wrong(portal+".users", fmt.Sprintf("%d owners", owners), "a portal has exactly one")
	}
	return byEmail, nil
}

func (k checker) apps(c *Config) error {
	seen := map[string]bool{}
	for i, app := range c.Apps {
		path := fmt.Sprintf("$.apps[%d]", i)
		switch {
		case app.ID == "":
			return k.wrong(path+".id", "missing", "give the app a client id; any text will do")
		case seen[app.ID]:
			return k.wrong(path+".id", fmt.Sprintf("%q is the id of an earlier app", app.ID), "give each app its own id")
		case app.Secret == "":
			return k.wrong(path+".secret", "missing", "give the app a secret; any text will do")
		case len(app.RedirectURIs) == 0:
			return k.wrong(path+".redirect-uris", "missing", "list at least one")
		case app.Portal != 0 && len(c.Portals) > 0 && !slices.ContainsFunc(c.Portals, func(p Portal) bool { return p.ID == app.Portal }):
			return k.wrong(path+".portal", fmt.Sprintf("no portal has the id %d", app.Portal), "name one of portals")
		}
		seen[app.ID] = true
		for j, uri := range app.RedirectURIs {
			if u, err := url.Parse(uri); err != nil || u.Scheme == "" || (u.Host == "" && u.Opaque == "") {
				return k.wrong(fmt.Sprintf("%s.redirect-uris[%d]", path, j), fmt.Sprintf("%q is no absolute URI", uri), "write it whole, like http://localhost:3001/callback")
			}
		}
		for j, scope := range app.Scopes {
			if !slices.Contains(ScopeNames(), scope) {
				return k.wrong(fmt.Sprintf("%s.scopes[%d]", path, j), fmt.Sprintf("%q is no scope of the portal", scope), "use "+strings.Join(ScopeNames(), ", "))
			}
		}
	}
	return nil
}

func (k checker) faults(c *Config) error {
	for i, fault := range c.Faults {
		if fault.Name == "" {
			return k.wrong(fmt.Sprintf("$.faults[%d].name", i), "missing", "mockserver --faults lists the names")
		}
		if err := k.occasion(fmt.Sprintf("$.faults[%d]", i), fault); err != nil {
			return err
		}
	}
	return nil
}

// occasion checks when a fault shall be in force.
func (k checker) occasion(path string, f Fault) error {
	for _, moment := range []struct{ key, text string }{{"from", f.From}, {"until", f.Until}} {
		if _, err := time.Parse(time.RFC3339, moment.text); moment.text != "" && err != nil {
			return k.wrong(path+"."+moment.key, fmt.Sprintf("%q is no moment", moment.text), "write it like 2030-01-31T12:00:00Z")
		}
	}
	from, until := f.Between()
	switch {
	case f.Uses < 0:
		return k.wrong(path+".uses", fmt.Sprintf("%d is no number of requests", f.Uses), "give at least 1, or leave it out")
	case f.Probability < 0 || f.Probability > 1:
		return k.wrong(path+".probability", fmt.Sprintf("%v is no chance", f.Probability), "give a number between 0 and 1")
	case f.From != "" && f.Until != "" && !from.Before(until):
		return k.wrong(path+".until", "it is not after from", "turn them round, or leave one out")
	}
	return nil
}
