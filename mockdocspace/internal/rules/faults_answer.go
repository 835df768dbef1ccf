package rules

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// answerFaults spoil answers on their way. They break no rule of the portal that a
// requirement is about: they are what the network, a proxy or an overloaded portal
// does, and what an app should survive.
var answerFaults = slices.Concat(
	spoiledAnswers("token", "POST /oauth2/token", EndpointToken),
	spoiledAnswers("discovery", "metadata and GET /oauth2/jwks", EndpointDiscovery),
	spoiledAnswers("api", "the Backend API", EndpointAPI),
	tokenMemberFaults(),
	tokenErrorFaults(),
	callbackFaults(),
)

const (
	tryLater   = "Tries again later, a few times with growing pauses; tells the user when it gives up."
	noJSON     = "Treats it as a failed request: no crash, no token kept, a message that names the portal."
	nothingOne = "Keeps the session it has."
	slow       = 3 * time.Second
	refused    = time.Second
)

// spoiledAnswers are the faults of one group of addresses.
func spoiledAnswers(prefix, where string, at Endpoint) []Fault {
	var faults []Fault
	for _, f := range []struct {
		name, sentence, app string
		change              func(*Answer)
	}{
		{"401", "Answers 401 to everything.", "Refreshes once, then asks the user to sign in again; no endless loop.", func(a *Answer) { a.Status = http.StatusUnauthorized }},
		{"403", "Answers 403 to everything.", "Says that the portal refuses; does not sign the user out.", func(a *Answer) { a.Status = http.StatusForbidden }},
		{"404", "Answers 404 to everything.", "Says that the portal's address seems wrong. " + nothingOne, func(a *Answer) { a.Status = http.StatusNotFound }},
		{"500", "Answers 500.", tryLater, func(a *Answer) { a.Status = http.StatusInternalServerError }},
		{"502", "Answers 502.", tryLater, func(a *Answer) { a.Status = http.StatusBadGateway }},
		{"html", "Answers 200 with an HTML page.", noJSON, func(a *Answer) { a.Body = BodyHTML }},
		{"empty", "Answers without a body.", noJSON, func(a *Answer) { a.Body = BodyEmpty }},
		{"cut-json", "Answers with the first half of the JSON.", noJSON, func(a *Answer) { a.Body = BodyCut }},
		{"wrong-types", "Answers with every member of another type.", noJSON, func(a *Answer) { a.Body = BodyWrongTypes }},
		{"broken-gzip", "Answers with Content-Encoding gzip and something else.", noJSON, func(a *Answer) { a.Body = BodyBadGzip }},
		{"10-mb", "Answers with 10 MB.", "Reads no more than it needs and fails in an orderly way.", func(a *Answer) { a.Body = BodyHuge }},
		{"to-login", "Redirects to the login page.", "Does not follow; treats it as a failed request.", func(a *Answer) { a.ToLogin = true }},
		{"dropped", "Cuts the connection and does nothing.", tryLater, func(a *Answer) { a.Drop = DropBefore }},
		{"dropped-after", "Does what was asked and cuts the connection instead of answering.", "Expects that its code or refresh token may be used up: tries once more, and if that is refused lets the user sign in again.", func(a *Answer) { a.Drop = DropAfter }},
	} {
		faults = append(faults, Fault{
			Name: "answer." + prefix + "." + f.name, Sentence: f.sentence, Where: where, App: f.app,
			EveryoneOnly: at == EndpointDiscovery,
			Change:       func(r *Rules) { f.change(&r.Gate.Answers[at]) },
		})
	}
	return append(faults, slowAnswers(prefix, where, at)...)
}

// slowAnswers are those of the faults of a group of addresses that are about time.
func slowAnswers(prefix, where string, at Endpoint) []Fault {
	const (
		long = "how long"
		wait = "how long to wait"
	)
	var faults []Fault
	for _, f := range []struct {
		name, sentence, app string
		meaning             string
		usual               time.Duration
		change              func(*Answer, time.Duration)
	}{
		{"429", "Answers 429 with the reset in nanoseconds, as the portal's limiter does.", "Waits until the reset, read as nanoseconds, and tries again; does not sleep for years.", wait, refused, func(a *Answer, d time.Duration) {
			a.Status, a.ResetNanosecond, a.Wait = http.StatusTooManyRequests, true, d
		}},
		{"429-retry-after", "Answers 429 with Retry-After.", "Waits as long as Retry-After says.", wait, refused, func(a *Answer, d time.Duration) {
			a.Status, a.RetryAfter, a.Wait = http.StatusTooManyRequests, true, d
		}},
		{"503", "Answers 503 with Retry-After.", tryLater, wait, refused, func(a *Answer, d time.Duration) {
			a.Status, a.RetryAfter, a.Wait = http.StatusServiceUnavailable, true, d
		}},
		{"slow", "Answers after three seconds, or as many as were set.", "Waits or gives up by a limit of its own; the user sees that something is going on.", long, slow, func(a *Answer, d time.Duration) { a.SlowHeader = d }},
		{"slow-body", "Pauses three seconds, or as many as were set, in the middle of the body.", "Bounds the whole answer by its limit, not only the headers.", long, slow, func(a *Answer, d time.Duration) { a.SlowBody = d }},
	} {
		fault := Fault{
			Name: "answer." + prefix + "." + f.name, Sentence: f.sentence, Where: where, App: f.app,
			EveryoneOnly: at == EndpointDiscovery,
		}
		fault.Value, fault.Change = duration(f.meaning, f.usual, func(r *Rules, d time.Duration) { f.change(&r.Gate.Answers[at], d) })
		faults = append(faults, fault)
	}
	return faults
}

// tokenMemberFaults change what stands in a token answer.
func tokenMemberFaults() []Fault {
	const readsNumber = "Takes the lifetime for unknown and refreshes when the API refuses the token."
	var faults []Fault
	for _, f := range []struct {
		name, sentence, app string
		change              func(*Answer)
	}{
		{"expires-in-1", "expires_in is 1.", "Refreshes in time, and not in an endless loop.", func(a *Answer) { a.Expires = ExpiresOne }},
		{"expires-in-0", "expires_in is 0.", readsNumber, func(a *Answer) { a.Expires = ExpiresZero }},
		{"expires-in-negative", "expires_in is -3600.", readsNumber, func(a *Answer) { a.Expires = ExpiresNegative }},
		{"expires-in-text", "expires_in is the text 3600.", "Reads it or takes the lifetime for unknown; does not crash.", func(a *Answer) { a.Expires = ExpiresText }},
		{"expires-in-missing", "expires_in is missing.", readsNumber, func(a *Answer) { a.Expires = ExpiresMissing }},
		{"token-type-case", "token_type is BEARER.", "Compares without regard to case (RFC 6749 §5.1).", func(a *Answer) { a.TokenTypeCase = true }},
		{"extra-members", "The token answer has members that nobody asked for.", "Ignores them (RFC 6749 §5.1).", func(a *Answer) { a.ExtraMembers = true }},
		{"no-refresh-token", "The token answer leaves refresh_token out.", "Keeps the access token as long as it lives; after a refresh it keeps the refresh token it has (RFC 6749 §6).", func(a *Answer) { a.OmitRefresh = true }},
		{"no-access-token", "The token answer leaves access_token out.", noJSON, func(a *Answer) { a.OmitAccessToken = true }},
	} {
		faults = append(faults, Fault{
			Name: "answer.token." + f.name, Sentence: f.sentence, Where: "POST /oauth2/token", App: f.app,
			Change: func(r *Rules) { f.change(&r.Gate.Answers[EndpointToken]) },
		})
	}
	return faults
}

// tokenErrorFaults refuse every token request with one error of RFC 6749 §5.2.
func tokenErrorFaults() []Fault {
	var faults []Fault
	for _, f := range []struct {
		code   string
		status int
		app    string
	}{
		{"invalid_request", http.StatusBadRequest, "Reports a mistake of its own; does not try again."},
		{"invalid_client", http.StatusUnauthorized, "Tells its operator that id or secret are wrong; does not try again, and does not blame the user."},
		{"invalid_grant", http.StatusBadRequest, "Lets the user sign in again, once."},
		{"unauthorized_client", http.StatusBadRequest, "Tells its operator that the app may not do this; does not try again."},
		{"unsupported_grant_type", http.StatusBadRequest, "Reports a mistake of its own; does not try again."},
		{"invalid_scope", http.StatusBadRequest, "Asks for what it was granted; does not try again with the same scope."},
		{"server_error", http.StatusBadRequest, tryLater},
	} {
		faults = append(faults, Fault{
			Name: "answer.token." + hyphened(f.code), Sentence: "Refuses every request with " + f.code + ".",
			Where: "POST /oauth2/token", App: f.app,
			Change: func(r *Rules) {
				r.Gate.Answers[EndpointToken].Status, r.Gate.Answers[EndpointToken].Error = f.status, f.code
			},
		})
	}
	return faults
}

// callbackFaults are what the app's redirect URI gets instead of a plain code.
func callbackFaults() []Fault {
	const shows = "Ends the attempt, says so in words, and offers to start again."
	var faults []Fault
	for _, f := range []struct{ code, app string }{
		{"access_denied", "Treats it as the user's choice: stays signed out, without an alarm."},
		{"invalid_request", shows},
		{"unauthorized_client", shows},
		{"unsupported_response_type", shows},
		{"invalid_scope", shows},
		{"server_error", shows},
		{"temporarily_unavailable", "Offers to try again later."},
		{"login_required", "Starts again without prompt=none."},
		{"consent_required", "Starts again without prompt=none."},
		{"interaction_required", "Starts again without prompt=none."},
		{"account_selection_required", "Starts again without prompt=none."},
	} {
		faults = append(faults, Fault{
			Name: "answer.callback." + hyphened(f.code), Sentence: "Who would have come back with a code comes back with " + f.code + ".",
			Where: "the app's redirect URI", App: f.app,
			Change: func(r *Rules) { r.Gate.Callback.Error = f.code },
		})
	}
	const refuses = "Makes no token request, and leaves whoever is signed in as he is."
	for _, f := range []struct {
		name, sentence, app string
		change              func(*Callback)
	}{
		{"code-and-error", "The browser comes back with a code and an error.", "Takes it for an error, and leaves the code alone.", func(c *Callback) { c.Both = true }},
		{"foreign-state", "The browser comes back with the state of the sign-in before; the first time with one that nobody sent.", refuses, func(c *Callback) { c.ForeignState = true }},
		{"swapped-code", "The browser comes back with the code of the sign-in before; the first time with one that nobody was given.", "Signs nobody in: the verifier of its own session does not fit the code, nor its nonce the id_token (RFC 9700 §4.5).", func(c *Callback) { c.SwappedCode = true }},
		{"twice", "The browser loads the callback twice, first in the background.", "Uses the code once, does not crash, and does not sign out whom the first load signed in.", func(c *Callback) { c.Twice = true }},
	} {
		faults = append(faults, Fault{
			Name: "answer.callback." + f.name, Sentence: f.sentence, Where: "the app's redirect URI", App: f.app,
			Change: func(r *Rules) { f.change(&r.Gate.Callback) },
		})
	}
	wrongIssuer := func(issuer string) func(*Rules) { return func(r *Rules) { r.Gate.Callback.Issuer = issuer } }
	return append(faults, Fault{
		Name: "answer.callback.wrong-iss", Sentence: "The browser comes back with the iss of another portal.",
		Where: "the app's redirect URI", App: "Refuses the answer where it knows the portal's issuer (RFC 9207 §2.4).",
		Change: wrongIssuer(otherIssuer),
		Value: &Value{Meaning: "an issuer, like https://portal.example.test", Default: otherIssuer, change: func(text string) (func(*Rules), error) {
			u, err := url.Parse(text)
			if err != nil || u.Host == "" {
				return nil, errors.New("it has no host")
			}
			return wrongIssuer(url.QueryEscape(text)), nil
		}},
	})
}

// otherIssuer is nobody's portal.
const otherIssuer = "https://other.example.test"

func hyphened(code string) string { return strings.ReplaceAll(code, "_", "-") }
