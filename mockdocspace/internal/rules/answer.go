package rules

import "time"

// Endpoint is a group of addresses whose answers can be spoiled on their own.
type Endpoint int

// The groups.
const (
	EndpointToken     Endpoint = iota // POST /oauth2/token
	EndpointDiscovery                 // metadata and key set
	EndpointAPI                       // the Backend API
	Endpoints                         // how many there are
)

// AnswerBody is what stands in place of an answer's body.
type AnswerBody int

const (
	BodyKept       AnswerBody = iota
	BodyHTML                  // an error page of a proxy
	BodyEmpty                 // nothing
	BodyCut                   // the first half
	BodyWrongTypes            // JSON with numbers as text, objects as lists, texts as numbers
	BodyBadGzip               // Content-Encoding: gzip and something else
	BodyHuge                  // 10 MB
)

// ExpiresIn is what a token answer says about its lifetime.
type ExpiresIn int

const (
	ExpiresKept ExpiresIn = iota
	ExpiresOne
	ExpiresZero
	ExpiresNegative
	ExpiresText
	ExpiresMissing
)

// Drop is when the connection is cut without an answer.
type Drop int

const (
	DropNever  Drop = iota
	DropBefore      // nothing was done
	DropAfter       // it was done, and the answer is lost
)

// Callback is how the browser comes back to the app. It alters only answers that
// lead to the app with a code, so that no address is reached that is not registered.
type Callback struct {
	Error        string // this error instead of the code (RFC 6749 §4.1.2.1)
	Both         bool   // an error beside the code
	Issuer       string // iss (RFC 9207) of another portal
	ForeignState bool   // the state of another sign-in
	SwappedCode  bool   // the code of another sign-in
	Twice        bool   // the browser loads the address two times
}

// Answer is how the answers of a group are spoiled on their way. The zero value is
// not at all.
type Answer struct {
	Status          int           // instead of doing anything; 0: as it is
	Error           string        // with this OAuth error (RFC 6749 §5.2)
	ResetNanosecond bool          // with the limiter's headers, the reset in nanoseconds (docs/portal/identity.md §13.1)
	RetryAfter      bool          // with Retry-After
	Wait            time.Duration // what those headers say
	ToLogin         bool          // redirected to the login page
	Body            AnswerBody
	Expires         ExpiresIn // token answers
	TokenTypeCase   bool      // token_type is BEARER
	ExtraMembers    bool      // members that nobody asked for
	OmitAccessToken bool
	OmitRefresh     bool
	SlowHeader      time.Duration // before the first byte
	SlowBody        time.Duration // between the two halves of the body
	Drop            Drop
}
