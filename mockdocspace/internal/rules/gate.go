package rules

// Gate is what a broken layer between the portal's router and its services does to
// requests and answers (package gate). The zero value lets everything pass as it is.
type Gate struct {
	Discovery DiscoveryGate
	Token     TokenGate
	Other     OtherGate
	API       APIGate
	Robust    RobustGate
	Answers   [Endpoints]Answer
	Callback  Callback
	Literal   Literal
}

// DiscoveryGate alters metadata.
type DiscoveryGate struct {
	NoSubjectTypes bool // OpenID Connect Discovery §3 requires subject_types_supported
	NoAlias        bool // nothing at /oauth2/.well-known
}

// TokenGate alters requests and answers of the token endpoint.
type TokenGate struct {
	DeadRefreshToken         bool // the refresh token of an exchange is another one
	DeadRefreshedAccess      bool // the access token of a refresh has a broken signature
	RefuseUnknown            bool
	AcceptJSON               bool
	GrantTypeOptional        bool
	ClientCredentials        bool // answers the grant with a token
	NoCORS                   bool
	NamesKind                bool // a token of another kind gets another error than an unknown one
	MissingRefreshIsBadGrant bool
}

// OtherGate alters revocation, introspection, userinfo and id_tokens.
type OtherGate struct {
	RevokeTokenOptional bool
	IntrospectChatty    bool // introspection of refresh tokens has a fifth member
	IntrospectGet       bool
	UserInfoGetOnly     bool
	SignOutIgnored      bool // the session and its cookies stay
	InventNonce         bool // authorization requests for openid get a nonce
}

// APIGate alters the Backend API.
type APIGate struct {
	RoomsRefused       bool // 401 for a good token at GET files/rooms
	AnyTokenNeedsScope bool // 403 at GET settings/security/password
	CapabilitiesClosed bool // no anonymous GET capabilities
	HideReason         bool // a refusal for missing rights has no body
	IgnoreFields       bool
	UnknownGroupIs500  bool
	IgnorePaging       bool
	ForgetFiles        bool // GET files/@my lists no files
}

// RobustGate is how the portal stands hostile input.
type RobustGate struct {
	LongURLIs500    bool // authorize URLs of more than 2 KB
	LongTokenIsSlow bool // two seconds for tokens of more than 8 KB
}
