// Package flows is a client of a DocSpace portal's OAuth 2.0 done right, and
// done so that it can be copied: a relying party (authorize URL, callback, code
// exchange, refresh, revocation), the Backend API behind the token, and, for
// programs that set things up, sign-in, app registration and consent without a
// browser. Tokens are obtained with golang.org/x/oauth2; this package adds what
// a DocSpace portal needs on top of it:
//
//   - scope stands last in the authorize URL, because the portal's consent page
//     drops what stands after it (docs/portal/browser-flow.md §1);
//   - client credentials go into the body, never into an Authorization header
//     (docs/portal/identity.md §4.7);
//   - a redirect of the token endpoint is an error and is not followed: it is how
//     the portal reports faults of its own (docs/portal/identity.md §3.9);
//   - the API is called at the portal that the token's aud names, after that
//     name was compared with the portals that the app trusts.
//
// A sign-in in five calls:
//
//	portal, _ := flows.NewPortal("http://127.0.0.1:8092", nil)
//	authorization := portal.NewAuthorization(app)            // keep it in the browser's session
//	portal.AuthorizeURL(app, authorization)                  // send the browser there
//	code, err := flows.ParseCallback(r.URL.Query(), authorization)
//	tokens, err := portal.Exchange(ctx, app, code, authorization)
//	claims, err := portal.VerifyAccessToken(ctx, app, tokens.AccessToken)
//	base, err := claims.APIBase([]string{portal.BaseURL})
//	self, err := flows.NewAPI(base, tokens.AccessToken, nil).Self(ctx)
//
// Every failure is an error value that says what was answered: AuthorizationError,
// TokenError, APIError, RegistrationError, SignInError.
package flows
