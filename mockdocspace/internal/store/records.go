package store

import (
	"iter"
	"slices"
	"time"
)

// Tenant is one portal.
type Tenant struct {
	ID        int64
	Alias     string
	Name      string   // greeting on its pages
	URL       string   // root, without a trailing slash; empty: derived from the request
	Hosts     []string // host names it answers to, lower case, without port
	OwnerID   string
	TimeZone  string // IANA name
	Culture   string
	CreatedAt time.Time
	// LimitedDevTools keeps users who are not administrators from registering apps.
	LimitedDevTools bool
}

// UserType is what a user may do on a portal (docs/portal/backend-api.md §3.1).
type UserType string

const (
	TypeOwner     UserType = "owner"
	TypeAdmin     UserType = "admin"     // DocSpace administrator
	TypeRoomAdmin UserType = "roomadmin" //
	TypeUser      UserType = "user"      // collaborator
	TypeGuest     UserType = "guest"     // visitor
)

// UserStatus has the numbers of the Backend API.
type UserStatus int

const (
	StatusActive     UserStatus = 1
	StatusTerminated UserStatus = 2
	StatusPending    UserStatus = 4
)

// User is a person on one portal.
type User struct {
	ID           string // lower-case UUID
	TenantID     int64
	Email        string
	UserName     string
	FirstName    string
	LastName     string
	Password     string // clear text: this is a mock
	Type         UserType
	Status       UserStatus
	Culture      string
	Location     string
	Notes        string
	TwoFactor    bool
	CreatedBy    string
	CreatedAt    time.Time
	TerminatedAt time.Time
	MyFolderID   int64 // "My documents"; 0 for guests without one
}

// DisplayName is first and last name, or the e-mail when both are missing.
func (u User) DisplayName() string {
	switch {
	case u.FirstName == "" && u.LastName == "":
		return u.Email
	case u.LastName == "":
		return u.FirstName
	case u.FirstName == "":
		return u.LastName
	default:
		return u.FirstName + " " + u.LastName
	}
}

// IsAdmin reports whether the portal calls the user a DocSpace administrator.
func (u User) IsAdmin() bool { return u.Type == TypeAdmin || u.Type == TypeOwner }

// App is a registered OAuth client (docs/portal/identity.md §7.4).
type App struct {
	ID                string
	TenantID          int64
	Secret            string
	OldSecrets        []string // kept only for the fault registration.old-secret-works
	Name              string
	Description       *string // nil when the registration left it out
	Logo              string
	WebsiteURL        string
	TermsURL          string
	PolicyURL         string
	LogoutRedirectURI string
	RedirectURIs      []string
	AllowedOrigins    []string
	Scopes            []string
	AllowPKCE         bool
	Public            bool
	Enabled           bool
	CreatedBy         string // user id
	CreatedAt         time.Time
	ModifiedBy        string
	ModifiedAt        time.Time
	// Reread says that the row has been read back from the database, which
	// shortens its times to whole seconds (docs/portal/identity.md §7.4).
	Reread bool
	// GoneAt is set when DELETE /clients took it off the lists while the
	// portal's cache still knows it (docs/portal/identity.md §11).
	GoneAt time.Time
	// Fixed apps come from the configuration and are put back by a reset.
	Fixed bool
}

// AppQuery selects apps for a list.
type AppQuery struct {
	TenantID  int64
	CreatedBy string    // empty: anyone's
	Before    time.Time // zero: from the newest; else strictly older, by whole seconds
	Limit     int       // 0: no limit
}

// GrantType tells the two kinds of rows apart.
type GrantType string

const (
	GrantCode GrantType = "authorization_code"
	GrantPAT  GrantType = "personal_access_token"
)

// GrantKey is the primary key of the authorization table.
type GrantKey struct {
	UserID, AppID string
	Type          GrantType
}

// TokenKind names the value by which a grant is looked up.
type TokenKind int

const (
	ConsentState TokenKind = iota
	AuthorizationCode
	AccessToken
	RefreshToken
	IDToken
)

// Token is one value a grant holds.
type Token struct {
	Value       string
	IssuedAt    time.Time
	ExpiresAt   time.Time
	Invalidated bool
	Scopes      []string // access tokens: what this one carries
}

// Grant is one row of the authorization table.
type Grant struct {
	GrantKey
	Version   int64 // set by the store
	TenantID  int64
	TenantURL string
	UserEmail string

	// The authorization request.
	ConsentState     string // non-empty while the user has not answered
	RedirectSent     string // as sent; empty when it was omitted
	RedirectURI      string // where the answer goes
	Requested        []string
	Authorized       []string
	State            string
	Nonce            string
	CodeChallenge    string // empty: no PKCE
	ChallengeIsPlain bool   // only with the fault pkce.allows-plain
	SessionID        string // sid claim of id_tokens
	AuthTime         time.Time

	Code    *Token
	Access  *Token
	Refresh *Token
	IDToken *Token
	// Old values are kept only for faults that let them work on.
	OldRefresh []Token
	OldAccess  []Token

	CreatedAt  time.Time
	ModifiedAt time.Time
}

// TokenValues are the values by which the grant is found; none is empty.
func (g Grant) TokenValues() iter.Seq2[TokenKind, string] {
	return func(yield func(TokenKind, string) bool) {
		if g.ConsentState != "" && !yield(ConsentState, g.ConsentState) {
			return
		}
		for kind, t := range [...]*Token{AuthorizationCode: g.Code, AccessToken: g.Access, RefreshToken: g.Refresh, IDToken: g.IDToken} {
			if t != nil && t.Value != "" && !yield(TokenKind(kind), t.Value) {
				return
			}
		}
		for kind, old := range [...][]Token{AccessToken: g.OldAccess, RefreshToken: g.OldRefresh} {
			for i := range old {
				if old[i].Value != "" && !yield(TokenKind(kind), old[i].Value) {
					return
				}
			}
		}
	}
}

// Clone returns a deep copy. Rows are copied several times per request, so lists that
// go together share one piece of memory.
func (g Grant) Clone() Grant {
	cloneLists(&g.Requested, &g.Authorized)
	held := [...]**Token{&g.Code, &g.Access, &g.Refresh, &g.IDToken}
	count := 0
	for _, t := range held {
		if *t != nil {
			count++
		}
	}
	tokens := make([]Token, 0, count)
	for _, t := range held {
		if *t != nil {
			tokens = append(tokens, (*t).clone())
			*t = &tokens[len(tokens)-1]
		}
	}
	g.OldRefresh = cloneTokens(g.OldRefresh)
	g.OldAccess = cloneTokens(g.OldAccess)
	return g
}

func (t *Token) clone() Token {
	c := *t
	c.Scopes = slices.Clone(t.Scopes)
	return c
}

// cloneLists replaces each list by a copy; one that grows moves away from the others.
func cloneLists(lists ...*[]string) {
	length := 0
	for _, list := range lists {
		length += len(*list)
	}
	all := make([]string, 0, length)
	for _, list := range lists {
		if *list == nil {
			continue
		}
		begin := len(all)
		all = append(all, *list...)
		*list = all[begin:len(all):len(all)]
	}
}

func cloneTokens(tokens []Token) []Token {
	if tokens == nil {
		return nil
	}
	out := make([]Token, len(tokens))
	for i := range tokens {
		out[i] = tokens[i].clone()
	}
	return out
}

// Live reports whether the grant holds a code or token, which is what the
// consent list shows (docs/portal/identity.md §7.4).
func (g Grant) Live() bool { return g.Code != nil || g.Access != nil || g.Refresh != nil }

// GrantQuery selects a user's grants for the consent list.
type GrantQuery struct {
	UserID   string
	Type     GrantType
	LiveOnly bool
	Before   time.Time // zero: from the newest; else strictly older
	Limit    int
}

// GrantFilter selects rows to delete.
type GrantFilter struct {
	UserID, AppID string
	Type          GrantType
}

// Consent is what a user granted to an app, over all requests.
type Consent struct {
	UserID, AppID string
	Scopes        []string
	ModifiedAt    time.Time
}

// Union is what is granted together with scopes, each once.
func (c Consent) Union(scopes []string) []string {
	union := slices.Clone(c.Scopes)
	for _, scope := range scopes {
		if !slices.Contains(union, scope) {
			union = append(union, scope)
		}
	}
	return union
}

// Session is one sign-in at a portal.
type Session struct {
	Token     string
	TenantID  int64
	UserID    string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Link is a one-time sign-in link.
type Link struct {
	Key       string
	TenantID  int64
	UserID    string
	Email     string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero while unused
}

// Key is a signing key.
type Key struct {
	ID        string // kid
	Private   []byte // PKCS #8, DER
	CreatedAt time.Time
}

// Clone returns a deep copy.
func (a App) Clone() App {
	cloneLists(&a.OldSecrets, &a.RedirectURIs, &a.AllowedOrigins, &a.Scopes)
	if a.Description != nil {
		text := *a.Description
		a.Description = &text
	}
	return a
}
