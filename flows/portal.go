package flows

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxBody bounds what is read of one answer, in bytes.
const maxBody = 4 << 20

// App is a relying party as it was registered at a portal.
type App struct {
	ID          string
	Secret      string
	RedirectURI string   // exactly as registered
	Scopes      []string // what to ask for; none asks for all scopes of the registration
	Public      bool     // authenticate without a secret (PKCE); then the portal gives no refresh token
}

// Portal is a DocSpace portal as its clients see it.
type Portal struct {
	// BaseURL is the portal's root, scheme://host[:port] without a trailing slash.
	BaseURL string
	// HTTP performs the requests; redirects are never followed, whatever its settings.
	HTTP *http.Client
	// Now is the time against which tokens are checked; nil means time.Now.
	Now func() time.Time
}

// NewPortal is the portal at baseURL. A nil client means NewHTTPClient(nil).
func NewPortal(baseURL string, client *http.Client) (*Portal, error) {
	base, err := origin(baseURL)
	if err != nil {
		return nil, err
	}
	return &Portal{BaseURL: base, HTTP: withoutRedirects(client)}, nil
}

// URL is the address of a path of this portal, `/oauth2/token` for example.
func (p *Portal) URL(path string) string { return strings.TrimSuffix(p.BaseURL, "/") + path }

func (p *Portal) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

// Metadata is what the portal says about itself (RFC 8414 §2).
type Metadata struct {
	Issuer                            string   `json:"issuer"`
	AuthorizationEndpoint             string   `json:"authorization_endpoint"`
	TokenEndpoint                     string   `json:"token_endpoint"`
	TokenEndpointAuthMethodsSupported []string `json:"token_endpoint_auth_methods_supported"`
	JWKSURI                           string   `json:"jwks_uri"`
	ScopesSupported                   []string `json:"scopes_supported"`
	ResponseTypesSupported            []string `json:"response_types_supported"`
	GrantTypesSupported               []string `json:"grant_types_supported"`
	RevocationEndpoint                string   `json:"revocation_endpoint"`
	IntrospectionEndpoint             string   `json:"introspection_endpoint"`
	UserinfoEndpoint                  string   `json:"userinfo_endpoint"`
	CodeChallengeMethodsSupported     []string `json:"code_challenge_methods_supported"`
}

// Discover reads the portal's metadata and makes sure that it speaks of this
// portal. The flows of this package don't follow the addresses in it: behind TLS
// the portal announces them with scheme http (docs/portal/identity.md §1.2), and a
// secret must not be sent there. The paths are the same at every portal.
func (p *Portal) Discover(ctx context.Context) (*Metadata, error) {
	const path = "/.well-known/oauth-authorization-server"
	answer, err := p.get(ctx, path, nil)
	if err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	if answer.status != http.StatusOK {
		return nil, fmt.Errorf("read metadata: %s answered %s: not a DocSpace portal?", p.URL(path), answer)
	}
	metadata := &Metadata{}
	if err := answer.decode(metadata); err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	issuer, err := origin(metadata.Issuer)
	if err != nil {
		return nil, fmt.Errorf("read metadata: issuer: %w", err)
	}
	if hostOf(issuer) != hostOf(p.BaseURL) {
		return nil, fmt.Errorf("read metadata: issuer %q is another portal than %q", metadata.Issuer, p.BaseURL)
	}
	return metadata, nil
}

func hostOf(address string) string {
	_, host, _ := strings.Cut(address, "://")
	return host
}

// answer is one HTTP answer, read completely.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// get performs a GET of a path of the portal, with extra headers.
func (p *Portal) get(ctx context.Context, path string, header http.Header) (*answer, error) {
	return p.do(ctx, http.MethodGet, p.URL(path), header, nil)
}

func (p *Portal) do(ctx context.Context, method, address string, header http.Header, body io.Reader) (*answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		request.Header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	return perform(withoutRedirects(p.HTTP), request)
}

// perform sends one request and reads the whole answer.
func perform(client *http.Client, request *http.Request) (*answer, error) {
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", request.URL.Path, err)
	}
	return &answer{status: response.StatusCode, header: response.Header, body: body}, nil
}

// mediaType is the type without parameters, lower case; "" when absent or malformed.
func mediaType(header http.Header) string {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}

func (a *answer) decode(into any) error {
	if media := mediaType(a.header); media != "application/json" && media != "application/problem+json" {
		return fmt.Errorf("answer %s is not JSON", a)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("answer %s: %w", a, err)
	}
	return nil
}

// String says what was answered without its body, which may hold secrets.
func (a *answer) String() string {
	text := fmt.Sprintf("%d %s", a.status, http.StatusText(a.status))
	if media := a.header.Get("Content-Type"); media != "" {
		text += ", " + media
	}
	if location := a.header.Get("Location"); location != "" {
		text += ", redirect to " + withoutQuery(location)
	}
	if len(a.body) == 0 {
		text += ", empty"
	}
	return text
}

// excerptLength is how much of a body an error keeps, in bytes.
const excerptLength = 300

// excerpt is the beginning of a body on one line, control characters replaced.
func excerpt(body []byte) string {
	cut := body
	if len(cut) > excerptLength {
		cut = cut[:excerptLength]
	}
	text := strings.ToValidUTF8(string(cut), "\uFFFD")
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if len(body) > excerptLength {
		text += "…"
	}
	return strings.TrimSpace(text)
}

// withoutQuery cuts query and fragment, where codes and states travel.
func withoutQuery(address string) string {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		return address[:i]
	}
	return address
}
