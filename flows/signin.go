package flows

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"docspace-oauth/signature"
)

// SessionCookie is the name of the portal's session cookie.
const SessionCookie = "asc_auth_key"

// SignInError is a refusal of the portal to sign a user in, with the portal's own
// words (docs/portal/backend-api.md §3.10).
type SignInError struct {
	Status       int
	Message      string
	SecondFactor bool // the password is right, and a code is wanted
}

func (e *SignInError) Error() string {
	if e.SecondFactor {
		return "sign in: the portal asks for a second factor"
	}
	return fmt.Sprintf("sign in: portal answered %d: %q", e.Status, e.Message)
}

// SignIn opens a portal session without a browser and returns its token, the value
// of the session cookie (docs/portal/browser-flow.md §4.5). A refusal is a *SignInError.
func (p *Portal) SignIn(ctx context.Context, email, password string) (session string, err error) {
	body, err := json.Marshal(map[string]string{"userName": email, "password": password})
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	answer, err := p.do(ctx, http.MethodPost, p.URL("/api/2.0/authentication"),
		http.Header{"Content-Type": {"application/json"}}, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	if answer.status != http.StatusOK {
		refusal := newAPIError(answer)
		return "", &SignInError{Status: answer.status, Message: refusal.Message}
	}
	var envelope Envelope[struct {
		Token string `json:"token"`
		TFA   bool   `json:"tfa"`
		SMS   bool   `json:"sms"`
	}]
	if err := answer.decode(&envelope); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	switch result := envelope.Response; {
	case result.Token != "":
		return result.Token, nil
	case result.TFA || result.SMS:
		return "", &SignInError{Status: answer.status, SecondFactor: true}
	default:
		return "", fmt.Errorf("sign in: answer %s has no token", answer)
	}
}

// Signature obtains the x-signature token of a portal session: what the
// authorization server and the app registration take for a proof of who is signed
// in. It lives five minutes (docs/portal/identity.md §2). A refusal is an *APIError.
func (p *Portal) Signature(ctx context.Context, session string) (string, error) {
	answer, err := p.get(ctx, "/api/2.0/security/oauth2/token", cookieHeader(SessionCookie, session))
	if err != nil {
		return "", fmt.Errorf("obtain x-signature: %w", err)
	}
	if answer.status != http.StatusOK {
		return "", fmt.Errorf("obtain x-signature: %w", newAPIError(answer))
	}
	var envelope Envelope[string]
	if err := answer.decode(&envelope); err != nil {
		return "", fmt.Errorf("obtain x-signature: %w", err)
	}
	if envelope.Response == "" {
		return "", fmt.Errorf("obtain x-signature: answer %s is empty", answer)
	}
	return envelope.Response, nil
}

// SignInForSignature is SignIn and Signature in one.
func (p *Portal) SignInForSignature(ctx context.Context, email, password string) (string, error) {
	session, err := p.SignIn(ctx, email, password)
	if err != nil {
		return "", err
	}
	return p.Signature(ctx, session)
}

func cookieHeader(name, value string) http.Header {
	return http.Header{"Cookie": {name + "=" + value}}
}

func signatureHeader(xSignature string) http.Header {
	if xSignature == "" {
		return nil
	}
	return cookieHeader(signature.Name, xSignature)
}
