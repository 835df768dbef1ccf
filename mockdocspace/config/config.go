// Package config is the mock portal's configuration file: its shape, how it is
// read, and what is wrong with it. A file is YAML; an unknown key is an error
// with its line. Everything may be left out.
package config

import (
	"time"
)

// Config is a whole configuration file. Keys are spelled as the flags are.
type Config struct {
	Listen          string    `yaml:"listen,omitempty"`           // host:port
	Profile         string    `yaml:"profile,omitempty"`          // docspace or strict
	Variant         string    `yaml:"variant,omitempty"`          // server, minified or saas
	ExternalURL     string    `yaml:"external-url,omitempty"`     // scheme and host
	FrontURL        string    `yaml:"front-url,omitempty"`        // scheme and host that all portals share (docs/portal/browser-flow.md §3.5)
	SignatureSecret string    `yaml:"signature-secret,omitempty"` // the portal's machine key
	ControlToken    string    `yaml:"control-token,omitempty"`
	Limits          string    `yaml:"limits,omitempty"` // portal, or nothing
	Data            string    `yaml:"data,omitempty"`   // SQLite file that keeps everything; none: memory
	AutoLogin       string    `yaml:"auto-login,omitempty"`
	AutoConsent     bool      `yaml:"auto-consent,omitempty"`
	SelfScope       string    `yaml:"self-scope,omitempty"` // lenient: accounts:* opens people/@self
	Signing         string    `yaml:"signing,omitempty"`    // ec (ES256, the default) or rsa (RS256)
	Lifetimes       Lifetimes `yaml:"lifetimes,omitempty"`
	TLS             *TLS      `yaml:"tls,omitempty"`
	Keys            []Key     `yaml:"keys,omitempty"`    // signing keys, the newest first; none: one is made
	Portals         []Portal  `yaml:"portals,omitempty"` // replace the built-in ones
	Apps            []App     `yaml:"apps,omitempty"`    // replace the built-in one
	// Quirks switches bugs of the portal's pages on or off, beside the profile.
	Quirks      map[string]bool `yaml:"quirks,omitempty"`
	Faults      []Fault         `yaml:"faults,omitempty"`       // switched on at start
	FaultHeader bool            `yaml:"fault-header,omitempty"` // X-Mock-Fault switches a fault on for its own request
}

// Lifetimes override those of the portal (docs/portal/identity.md §4.1). Zero
// leaves the portal's.
type Lifetimes struct {
	AuthorizationCode Duration `yaml:"authorization-code,omitempty"`
	AccessToken       Duration `yaml:"access-token,omitempty"`
	RefreshToken      Duration `yaml:"refresh-token,omitempty"`
	IDToken           Duration `yaml:"id-token,omitempty"`
}

// Duration is written as Go does, e.g. 90s, 60m, 1440h. Parse has checked it.
type Duration string

// Value is the duration; 0 when there is none.
func (d Duration) Value() time.Duration {
	value, err := time.ParseDuration(string(d))
	if err != nil {
		return 0
	}
	return value
}

// TLS makes the portal serve https: with files of one's own, or with a
// certificate made at start, whose authority is written to AuthorityFile.
type TLS struct {
	Certificate   string   `yaml:"certificate,omitempty"` // PEM file
	Key           string   `yaml:"key,omitempty"`         // PEM file
	SelfSigned    bool     `yaml:"self-signed,omitempty"`
	Hosts         []string `yaml:"hosts,omitempty"` // names in the certificate; localhost, 127.0.0.1 and ::1 are always there
	AuthorityFile string   `yaml:"authority-file,omitempty"`
}

// Key is a signing key: a PEM file with an EC P-256 private key (PKCS #8 or SEC 1),
// or with an RSA one where signing is rsa (PKCS #8 or PKCS #1).
type Key struct {
	ID   string `yaml:"id"`
	File string `yaml:"file"`
}

// Portal is one portal (tenant).
type Portal struct {
	ID    int64    `yaml:"id"`
	Name  string   `yaml:"name"`
	Hosts []string `yaml:"hosts"` // without port
	URL   string   `yaml:"url,omitempty"`
	// LimitDeveloperTools keeps who is no administrator from registering apps.
	LimitDeveloperTools bool   `yaml:"limit-developer-tools,omitempty"`
	Users               []User `yaml:"users"`
	// Groups, Rooms and what is in users' Documents are there from the beginning.
	Groups []Group `yaml:"groups,omitempty"`
	Rooms  []Room  `yaml:"rooms,omitempty"`
}

// User is a person on a portal.
type User struct {
	ID        string `yaml:"id,omitempty"` // UUID; derived from portal and e-mail when left out
	Email     string `yaml:"email"`
	Password  string `yaml:"password"`
	Type      string `yaml:"type"` // owner, admin, roomadmin, user or guest
	FirstName string `yaml:"first-name,omitempty"`
	LastName  string `yaml:"last-name,omitempty"`
	Disabled  bool   `yaml:"disabled,omitempty"`
	TwoFactor bool   `yaml:"two-factor,omitempty"`
	// Documents are what is in the user's My documents.
	Documents *Contents `yaml:"documents,omitempty"`
}

// App is a registered OAuth client. Id and secret may be any text.
type App struct {
	ID             string   `yaml:"id"`
	Secret         string   `yaml:"secret"`
	Name           string   `yaml:"name,omitempty"` // default: the id
	Portal         int64    `yaml:"portal,omitempty"`
	CreatedBy      string   `yaml:"created-by,omitempty"` // e-mail; default: the portal's first user
	Description    string   `yaml:"description,omitempty"`
	Website        string   `yaml:"website,omitempty"`
	Terms          string   `yaml:"terms,omitempty"`
	Policy         string   `yaml:"policy,omitempty"`
	Logo           string   `yaml:"logo,omitempty"`
	RedirectURIs   []string `yaml:"redirect-uris"`
	AllowedOrigins []string `yaml:"allowed-origins,omitempty"`
	Scopes         []string `yaml:"scopes,omitempty"` // default: all nine
	AllowPKCE      bool     `yaml:"allow-pkce,omitempty"`
	Disabled       bool     `yaml:"disabled,omitempty"`
}

// Fault is a misbehaviour switched on at start.
type Fault struct {
	Name        string  `yaml:"name"`
	Value       string  `yaml:"value,omitempty"`       // what is set about it, such as how long; none: the default
	Portal      int64   `yaml:"portal,omitempty"`      // id of the one portal concerned; none: all
	App         string  `yaml:"app,omitempty"`         // client id of the one app concerned
	User        string  `yaml:"user,omitempty"`        // id of the one user concerned
	Uses        int64   `yaml:"uses,omitempty"`        // in force in so many requests; none: in all
	Probability float64 `yaml:"probability,omitempty"` // chance of being in force in a request; none: certain
	Seed        uint64  `yaml:"seed,omitempty"`        // makes chance repeat
	From        string  `yaml:"from,omitempty"`        // RFC 3339, by the portal's clock
	Until       string  `yaml:"until,omitempty"`       // RFC 3339, by the portal's clock
}

// Between are the moments between which the fault is in force; zero: no bound.
// Parse has checked them.
func (f Fault) Between() (from, until time.Time) {
	from, _ = time.Parse(time.RFC3339, f.From)
	until, _ = time.Parse(time.RFC3339, f.Until)
	return from, until
}

// ScopeNames are the scopes that an app can have (docs/portal/identity.md §10).
func ScopeNames() []string {
	return []string{
		"accounts:read", "accounts:write", "accounts.self:read", "accounts.self:write",
		"files:read", "files:write", "rooms:read", "rooms:write", "openid",
	}
}
