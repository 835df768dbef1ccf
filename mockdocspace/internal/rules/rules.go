// Package rules names every behaviour of the portal that may vary, as one plain
// struct. A profile is a value of it, a quirk is a field in which the profiles
// differ, and a fault is a function that changes a copy. Handlers read the
// effective value from the request's context and know no fault by name.
//
// References of the form §n are to docs/portal/identity.md unless another page is named.
package rules

import "time"

// Rules is one complete behaviour of a portal. It holds no pointers, so a plain
// assignment copies it.
type Rules struct {
	Build        Build
	Authorize    Authorize
	Consent      Consent
	Token        Token
	PKCE         PKCE
	Refresh      Refresh
	Revoke       Revoke
	Introspect   Introspect
	OpenID       OpenID
	Metadata     Metadata
	JWT          JWT
	Registration Registration
	API          API
	Pages        Pages
	Race         Race
	Limits       Limits
	Robust       Robust
	Clock        Clock
	Gate         Gate
}

// Build is how the portal's identity services are put together (§1.1, §13.3).
type Build string

const (
	BuildServer   Build = "server"   // authorization and registration behind a router
	BuildMinified Build = "minified" // both in one process
	BuildSaaS     Build = "saas"     // as server, with regions and limits of the cloud
)

// Builds lists the builds, the default first.
func Builds() []Build { return []Build{BuildServer, BuildMinified, BuildSaaS} }

// RedirectMatch is how a redirect URI is compared with the registered ones.
type RedirectMatch int

const (
	RedirectExact         RedirectMatch = iota // exact, loopback literals with any port (§3.1; RFC 8252 §7.3)
	RedirectPrefix                             // any URI that begins with a registered one
	RedirectIgnoresQuery                       // compares up to the query
	RedirectAny                                // any URI at all
	RedirectPortExact                          // exact, ports of loopback literals included
	RedirectLocalhostPort                      // as RedirectExact, and localhost with any port
)

// StateEcho is what becomes of the client's state in the authorization response.
type StateEcho int

const (
	StateKept     StateEcho = iota
	StateDropped            // leaves it out
	StateChanged            // answers with another value
	StateInvented           // adds one where none was sent
	StateCut                // keeps its first 255 characters
)

// Authorize is the behaviour of the authorization endpoint (§3.1, §3.3, §6).
type Authorize struct {
	AcceptExpiredSignature  bool
	AcceptUnsignedSignature bool
	ResumeCookieWhole       bool // the resume cookie holds the full request URL (§3.1 step 2)
	UnknownClientToApp      bool // an unknown client is sent to the redirect URI it named
	AllowImplicit           bool // response types other than code get a code
	RefuseKnownDuplicates   bool // the seven known parameters may occur once (§3.1)
	RefuseOtherDuplicates   bool // so may nonce and unknown ones (RFC 6749 §3.1); the portal allows them
	RedirectMatch           RedirectMatch
	State                   StateEcho
	EncodeState             bool // RFC 6749 Appendix B; the portal inserts it un-encoded (§3.3)
	AppendToQuery           bool // RFC 6749 §3.1.2; the portal always adds '?' (§3.3)
	GrantUnknownScope       bool
	CodeLifetime            time.Duration // §4.1
	CodeBytes               int           // random bytes of a code (§4.1)
	Status                  int           // of the redirects; RFC 9700 §4.12 forbids 307
	TokenInURL              bool          // adds an access_token to the response
	CodeWithError           bool          // adds a code to error responses
	RequestURIRedirects     bool          // sends the browser to the request_uri given
	PromptNoneToApp         bool          // login_required at the app (OpenID Connect Core §3.1.2.1); the portal shows its login page
	RequireUserAgent        bool          // a request without User-Agent fails (§3.3)
	StrictStateCharacters   bool          // CR or LF in state fails (§3.3)
	Frameable               bool          // leaves out X-Frame-Options
	AssumeCode              bool          // a missing response_type counts as code
	RefuseUnknown           bool          // parameters that the standards don't name are errors
	EmptyScopeCounts        bool          // an empty scope is a scope without a name
	GuessRedirectURI        bool          // an omitted redirect_uri is the first of several
	FirstScopeOnly          bool          // a request without scope gets the app's first one
	CodeInFragment          bool          // the response's parameters stand in a fragment
	SilentRedirects         bool          // X-Disable-Redirect counts for the consent form only
	IgnorePrompt            bool
	LeakReferrer            bool // leaves out Referrer-Policy
	RefuseGuests            bool // guests may not authorize apps (docs/portal/browser-flow.md §3.10)
}

// Consent is the behaviour of the consent step (§3.4).
type Consent struct {
	Skip                bool // issues the code without asking
	Forget              bool // asks again for what was granted
	GrantAll            bool // grants the whole request whatever was posted
	DenyGrants          bool // a denial grants
	StoredOverridesDeny bool // the portal's: with any stored consent a denial issues a code (§3.4)
	AnyState            bool // does not look whose the consent state is
	AllowExtraScope     bool // grants scopes that were not requested
	RevokeKeepsTokens   bool // withdrawing consent leaves the tokens alive
}

// Token is the behaviour of the token endpoint (§4, §5).
type Token struct {
	AccessLifetime         time.Duration // §4.1
	RefreshLifetime        time.Duration // §4.1
	IDTokenLifetime        time.Duration // §4.1
	AcceptExpiredCode      bool
	AcceptUsedCode         bool
	ReuseKillsTokens       bool // RFC 6749 §4.1.2, second sentence; the portal does (§5.2)
	AnyClientCode          bool // a code works for every client
	IgnoreRedirectURI      bool
	AllowBasic             bool // HTTP Basic works (RFC 6749 §2.3.1); the portal answers 401 (§4.7)
	EmptySecretIsWrong     bool // an empty secret is invalid_client; at the portal it is no credential (§5.1)
	AnySecret              bool
	SecretPrefix           bool // a secret that begins with the right one works
	RevealClient           bool // an unknown client gets another answer than a wrong secret
	CredentialsInQuery     bool
	AllowGet               bool
	RefuseDuplicates       bool // §5.2
	DuplicateCodeIsError   bool // code or verifier twice: 400; at the portal the error page (§5.2)
	UnsupportedGrantCode   bool // unsupported_grant_type; the portal says invalid_request (§5.2)
	AllowPassword          bool // answers the password grant
	ErrorBodyAlways        bool // 401 without credentials has a JSON body (RFC 6749 §5.2); the portal's is empty (§5.1)
	ErrorStatus200         bool
	ErrorHTML              bool
	DisabledClientWorks    bool
	SupersedesGrant        bool // a new grant kills the old one of the same user and client (§4.2)
	OmitTokenType          bool
	ExpiresInString        bool
	Cacheable              bool
	OmitScope              bool
	RefreshBytes           int  // random bytes of a refresh token (§4.1)
	PATGuestAllowed        bool // personal access tokens for guests (§4.8)
	PATWithoutSignature    bool
	PATAsRefreshIsError    bool // at the portal the error page (§4.8); else invalid_grant
	PATRequiresUserAgent   bool // §5.2
	RefreshForPublicClient bool // secretless exchanges get no refresh token at the portal (§4.7)
}

// PKCE is how proof keys are treated (§4.7, RFC 7636).
type PKCE struct {
	IgnoreVerifier       bool
	VerifierOptional     bool // a challenged code is redeemed without a verifier
	AllowPlain           bool
	AllowDowngrade       bool // a verifier without a challenge is accepted
	CheckVerifierFormat  bool // RFC 7636 §4.1; the portal doesn't
	PublicWithoutPKCE    bool // a secretless exchange needs no PKCE
	PublicForEveryClient bool // secretless exchange without allow_pkce
	WrongVerifierBurns   bool // a wrong verifier uses the code up
}

// Refresh is the behaviour of the refresh grant (§4.8).
type Refresh struct {
	Rotate             bool
	AcceptOld          bool // a rotated refresh token still works
	ReuseKillsFamily   bool // RFC 9700 §4.14.2; the portal doesn't (§4.8)
	AnyClient          bool
	AcceptAccessToken  bool // the portal's: the current access token works as refresh token (§4.8)
	WithoutSecret      bool
	IgnoreScope        bool // a narrower scope is not honoured
	AllowWiderScope    bool
	KeepAccess         bool // the previous access token stays active
	SurvivesRevocation bool
	NeverExpires       bool
	NarrowingSticks    bool // without scope a refresh repeats the last scope, not the granted one
}

// Revoke is the behaviour of the revocation endpoint (§3.8).
type Revoke struct {
	NoOp                bool // answers 200 and does nothing
	AccessNoOp          bool // the same for access tokens only
	KeepsAccess         bool // revoking a refresh token leaves its access token active
	AnyClient           bool
	WithoutSecret       bool
	UnknownIsError      bool // an unknown token is answered 400
	CodeRevocable       bool // RFC 7009 §2; at the portal an unused code stays exchangeable (§3.8)
	AccessRevokesFamily bool // revoking an access token revokes its refresh token
}

// Introspect is the behaviour of the introspection endpoint (§3.7).
type Introspect struct {
	RequireClient bool // RFC 7662 §2.1; the portal answers anyone
	AlwaysActive  bool
	LeakInactive  bool // describes inactive tokens
	WrongScope    bool
}

// Flaws are what can be wrong with a signed token.
type Flaws struct {
	Expired      bool // exp an hour ago
	NotYetValid  bool // nbf an hour ahead
	WrongIssuer  bool // iss of another portal
	OtherSubject bool
	OtherKeyID   bool // signed with the right key under an id that is not served
	NewKey       bool // signed with a key made for it, which is served from then on
}

// OpenID is the behaviour of id_token and userinfo (§3.9, §4.4).
type OpenID struct {
	WithoutScope           bool // issues an id_token without openid
	DropClaim              bool // leaves sub out
	AudienceIsClient       bool // OpenID Connect Core §2; at the portal aud is the portal (§4.4)
	DropNonce              bool
	ChangeNonce            bool
	Flaws                  Flaws
	WrongAudience          bool // aud of another app
	WrongParty             bool // azp of another app
	AlgNone                bool
	WrongKey               bool
	UserInfoOtherSubject   bool
	UserInfoOpen           bool // answers without a valid token
	UserInfoChallenge      bool // RFC 6750 §3 on every refusal; the portal leaves it out on some (§3.9)
	RefreshOtherSubject    bool
	NarrowedKeepsIDToken   bool // the portal's: a refresh narrowed below openid still returns one (§4.4)
	UserInfoTimesAsStrings bool // the portal's: ISO 8601 text (§3.9)
}

// Metadata is what the discovery documents and the key set say (§3.9).
type Metadata struct {
	OmitTokenEndpoint   bool
	WrongIssuer         bool
	DeadEndpoint        bool // announces a token endpoint that is not there
	ListBasic           bool // lists client_secret_basic
	ListPlain           bool
	OmitScope           bool
	AnnounceEndSession  bool // the portal's: announces an end_session_endpoint that is not routed
	TruthfulIDTokenAlg  bool // lists the algorithm in use; the portal says RS256 (§3.9)
	TruthfulAuthMethods bool // lists none as well; the portal doesn't
	KeysWithoutCurrent  bool // the signing key is missing from the key set
	KeysStale           bool // the key set holds other material under the same kid
	KeysLeakPrivate     bool
	KeysDropOld         bool // a rotated key disappears at once
}

// JWT is the shape of access tokens (§4.3).
type JWT struct {
	DropClaim        bool // leaves cid out
	Flaws            Flaws
	WrongAudience    bool
	WrongKey         bool
	AlgNone          bool
	LongLived        bool // exp a day after iat whatever the lifetime
	IssuerIsMetadata bool // iss equals the metadata's issuer; at the portal it is {tenant}/oauth2 (§4.3)
}

// Registration is the behaviour of the app registration API (§7).
type Registration struct {
	WeakSecret         bool // secrets of 8 characters
	LeakSecret         bool // info objects hold the secret
	AcceptAnything     bool // no validation
	AnyRole            bool
	CrossTenants       bool
	OldSecretWorks     bool
	DeleteKeepsTokens  bool
	UpdateChangesAll   bool // an update changes redirect URIs and scopes too
	RevokeForEverybody bool // taking a consent back ends every user's
	MassDeleteCached   bool // the portal's: after DELETE /clients an app works while cached (§11)
	MalformedIs500     bool // the portal's: malformed JSON is a 500 problem (§7.1)
	NullDescriptionBug bool // the portal's: a client without description (§7.3)
	ListsCiphertext    bool // the portal's: client_secret in lists is not the secret (§7.2)
}

// API is the behaviour of the Backend API (docs/portal/backend-api.md §1, §4).
type API struct {
	Open              bool // no token needed
	QueryToken        bool
	SchemeAnyCase     bool // RFC 9110 §11.1; the portal wants exactly "Bearer"
	Challenge         bool // WWW-Authenticate on 401 and 403 (RFC 6750 §3); the portal sends none
	IgnoreSignature   bool
	AcceptAlgNone     bool
	IgnoreExpiry      bool
	IgnoreAudience    bool
	IgnoreRevocation  bool
	IgnoreScope       bool
	WriteNeedsRead    bool // write scopes do not admit reads
	GroupWriteReads   bool // accounts:write admits GET group
	MintSignature     bool // an access token can mint an x-signature
	ForbiddenFirst    bool // 403 before 401
	AcceptIDToken     bool
	OtherUser         bool // people/@self is somebody else
	BareBody          bool // no envelope
	AcceptDisabled    bool // tokens of disabled users work
	AnyOrigin         bool
	SelfScopeLenient  bool // accounts:* opens people/@self (docs/portal/clients.md §4.2 row 1)
	StatusUnavailable bool // 503 for every call
}

// Pages is the behaviour of the pages a person sees (docs/portal/browser-flow.md).
type Pages struct {
	LoginLoop               bool // signing in shows the login form again
	AnyPassword             bool
	LinkReusable            bool
	LinkForever             bool // one-time links don't expire (browser-flow.md §3.1)
	DisabledSignsIn         bool // disabled users get in (browser-flow.md §3.10)
	LoseError               bool // the login page does not lead on to the error page (browser-flow.md §2.2)
	CookieReadable          bool // asc_auth_key without HttpOnly
	LogoutNoOp              bool
	Frameable               bool
	AskAgain                bool // the login form in spite of a session
	WrongPortal             bool
	ListsOnePortal          bool // the choice of a portal is shown where there is one (browser-flow.md §3.5)
	BackForgetsApp          bool // "Back to sign in" leads to the form without the app (browser-flow.md §3.5)
	SignatureIsSession      bool // the login page leads on with a signature alone (browser-flow.md §3.6)
	ReflectInput            bool // prints parameters unescaped
	LoseState               bool // the bounce loses state wherever it stands
	BounceDropsAfterScope   bool // the portal's (browser-flow.md §2.4)
	StaleScopes             bool // the portal's: x-scopes of an earlier request (browser-flow.md §2.4)
	FirstScopeNotFound      bool // the portal's: scope as the first parameter (browser-flow.md §2.4)
	ConsentWithoutSession   bool // the portal's: error screen instead of the login form (browser-flow.md §2.2)
	SilentStaleConsent      bool // the portal's: no message when the consent state is unknown (browser-flow.md §5.4)
	AllowBeforeBounce       bool // the portal's: Allow can be clicked before the bounce (browser-flow.md §1)
	LegacySignInEndsAtHome  bool // the portal's (browser-flow.md §3.4)
	TermsLinkTwice          bool // the portal's: both links lead to the terms (browser-flow.md §5.2)
	Untitled                bool // the portal's: the login application's documents have no title (browser-flow.md §4.1)
	ConsoleKeepsScopes      bool // the portal's, as read: a scope once ticked is registered though un-ticked (browser-flow.md §6.2)
	FailedConsentStaysBusy  bool // the portal's: no message when a consent POST fails (browser-flow.md §5.4)
	BlankWithoutScopes      bool // the portal's: a blank consent page when the scopes cannot be fetched (browser-flow.md §5.2)
	SecondFactorHangs       bool // the portal's: an endless loader at the one-time link, or the form again (browser-flow.md §3.11)
	ConsentResetsResumeLink bool // the portal's: a consent POST leaves the bare authorize URL behind (browser-flow.md §2.3)
}

// Race says whether parallel uses of one value have a single winner. The mock's
// answer is yes on purpose; at the portal the last write wins (§4.2).
type Race struct {
	Code    bool // all parallel exchanges of a code succeed
	Refresh bool // all parallel refreshes succeed
	Consent bool // all parallel consent posts get a code
}

// Limits is how often something may be asked for. Whether anybody is refused at all is
// the portal's configuration; see package limit.
type Limits struct {
	Off bool // nobody counts, whatever the configuration
}

// Clock is how far the portal's clock is off for whoever looks at its tokens and
// dates.
type Clock struct {
	Skew time.Duration // ahead; behind when negative
}

// Robust is how malformed input is survived.
type Robust struct {
	NULFails       bool // a NUL in a parameter is answered 500 with a stack trace
	MalformedHangs bool // a registration that can't be read is never answered
}
