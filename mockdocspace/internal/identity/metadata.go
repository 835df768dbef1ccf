package identity

import (
	"net/http"

	"docspace-oauth/mockdocspace/internal/rules"
)

// ScopeNames are the portal's scopes in the order of its metadata (identity.md
// §3.9); openid stands apart.
func ScopeNames() []string {
	return []string{
		"accounts:read", "accounts:write", "rooms:read", "rooms:write",
		"accounts.self:read", "accounts.self:write", "files:read", "files:write",
	}
}

// serverMetadata is the document of RFC 8414 and, with four more members, of
// OpenID Connect Discovery (identity.md §3.9).
type serverMetadata struct {
	Issuer                 string   `json:"issuer"`
	AuthorizationEndpoint  string   `json:"authorization_endpoint"`
	TokenEndpoint          string   `json:"token_endpoint,omitempty"`
	TokenAuthMethods       []string `json:"token_endpoint_auth_methods_supported"`
	KeySetURI              string   `json:"jwks_uri"`
	UserInfoEndpoint       string   `json:"userinfo_endpoint,omitempty"`
	EndSessionEndpoint     string   `json:"end_session_endpoint,omitempty"`
	ResponseTypes          []string `json:"response_types_supported"`
	GrantTypes             []string `json:"grant_types_supported"`
	RevocationEndpoint     string   `json:"revocation_endpoint"`
	RevocationAuthMethods  []string `json:"revocation_endpoint_auth_methods_supported"`
	IntrospectionEndpoint  string   `json:"introspection_endpoint"`
	IntrospectAuthMethods  []string `json:"introspection_endpoint_auth_methods_supported"`
	ChallengeMethods       []string `json:"code_challenge_methods_supported"`
	CertificateBoundTokens bool     `json:"tls_client_certificate_bound_access_tokens"`
	DPoPAlgorithms         []string `json:"dpop_signing_alg_values_supported"`
	SubjectTypes           []string `json:"subject_types_supported,omitempty"`
	IDTokenAlgorithms      []string `json:"id_token_signing_alg_values_supported,omitempty"`
	Scopes                 []string `json:"scopes_supported"`
}

// metadata serves either discovery document; the issuer follows the Host.
func (s *Server) metadata(w http.ResponseWriter, r *http.Request, openID bool) {
	rule := rules.From(r.Context()).Metadata
	issuer := scheme(r) + "://" + r.Host
	post := func() []string { return []string{"client_secret_post"} }
	document := serverMetadata{
		Issuer: issuer, AuthorizationEndpoint: issuer + "/oauth2/authorize", TokenEndpoint: issuer + "/oauth2/token",
		TokenAuthMethods: post(), KeySetURI: issuer + "/oauth2/jwks",
		ResponseTypes: []string{"code"}, GrantTypes: []string{grantCode, grantRefresh, grantPersonal},
		RevocationEndpoint: issuer + "/oauth2/revoke", RevocationAuthMethods: post(),
		IntrospectionEndpoint: issuer + "/oauth2/introspect", IntrospectAuthMethods: post(),
		ChallengeMethods: []string{"S256"}, CertificateBoundTokens: true,
		DPoPAlgorithms: dpopAlgorithms(), Scopes: ScopeNames(),
	}
	if openID {
		document.UserInfoEndpoint = issuer + "/oauth2/userinfo"
		if rule.AnnounceEndSession {
			document.EndSessionEndpoint = issuer + "/connect/logout"
		}
		document.SubjectTypes = []string{"public"}
		document.IDTokenAlgorithms = []string{"RS256"}
		if rule.TruthfulIDTokenAlg {
			document.IDTokenAlgorithms = []string{s.keys.algorithm()}
		}
		document.Scopes = append([]string{scopeOpenID}, document.Scopes...)
	}
	applyMetadataFaults(&document, rule)
	writeJSON(w, http.StatusOK, mediaPlain, document)
}

func applyMetadataFaults(document *serverMetadata, rule rules.Metadata) {
	if rule.TruthfulAuthMethods {
		document.TokenAuthMethods = []string{"client_secret_basic", "client_secret_post", "none"}
	}
	if rule.OmitTokenEndpoint {
		document.TokenEndpoint = ""
	}
	if rule.WrongIssuer {
		document.Issuer = "https://other.example.test"
	}
	if rule.DeadEndpoint {
		document.RevocationEndpoint += "-gone"
	}
	if rule.ListBasic {
		document.TokenAuthMethods = append(document.TokenAuthMethods, "client_secret_basic")
	}
	if rule.ListPlain {
		document.ChallengeMethods = append(document.ChallengeMethods, "plain")
	}
	if rule.OmitScope {
		document.Scopes = document.Scopes[:len(document.Scopes)-1]
	}
}
