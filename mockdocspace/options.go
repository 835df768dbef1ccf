package mockdocspace

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/signature"
)

// Options say what portal to build. The zero value is a portal that behaves as
// DocSpace 3.7.2, on a free port of the loopback interface, in memory.
type Options struct {
	// Listen is host:port; port 0 picks a free one. Default 127.0.0.1:0. A
	// loopback address also listens on [::1], where the system has it.
	Listen string
	// Profile is "docspace" (default) or "strict"; see Profiles.
	Profile string
	// Variant is the build of the portal: "server" (default), "minified" or "saas".
	Variant string
	// ExternalURL is how clients reach the portal when that is not the address
	// they name, e.g. http://mock:8092 in a container network. Empty: the request's Host.
	ExternalURL string
	// SignatureSecret is the portal's machine key; default signature.DefaultSecret.
	SignatureSecret string
	// ControlToken, when set, must be sent as a bearer token to /mock/.
	ControlToken string
	// AutoLogin is the e-mail address of a seeded user whom the login page signs in at once.
	AutoLogin string
	// AutoConsent makes the consent page allow by itself.
	AutoConsent bool
	// Limits is "portal" to refuse requests as the portal's limiters do; empty: nobody is refused.
	Limits string
	// RandomSeed, when not 0, makes ids, codes and secrets repeat from run to run.
	RandomSeed uint64
	// Logger gets what the portal has to say; nil: nothing.
	Logger *slog.Logger
}

// OptionError says which option cannot be used, and what to do.
type OptionError struct{ Message string }

func (e *OptionError) Error() string { return e.Message }

func optionError(format string, args ...any) error {
	return &OptionError{Message: fmt.Sprintf(format, args...)}
}

func (o Options) withDefaults() (Options, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Profile == "" {
		o.Profile = string(rules.ProfileDocSpace)
	}
	if o.Variant == "" {
		o.Variant = string(rules.BuildServer)
	}
	if o.SignatureSecret == "" {
		o.SignatureSecret = signature.DefaultSecret
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Limits != "" && o.Limits != "portal" {
		return o, optionError("limits %q is unknown: leave it out or use \"portal\"", o.Limits)
	}
	o.ExternalURL = strings.TrimRight(o.ExternalURL, "/")
	if o.ExternalURL != "" {
		u, err := url.Parse(o.ExternalURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
			return o, optionError("external URL %q must be scheme and host alone, like http://mock:8092", o.ExternalURL)
		}
	}
	return o, nil
}

// rules are the profile and the variant together.
func (o Options) rules() (rules.Rules, error) {
	r, err := rules.Of(rules.Profile(o.Profile))
	if err != nil {
		return r, optionError("%v", err)
	}
	for _, build := range rules.Builds() {
		if string(build) == o.Variant {
			r.Build = build
			return r, nil
		}
	}
	return r, optionError("variant %q is unknown: use \"server\", \"minified\" or \"saas\"", o.Variant)
}

// guardListen refuses to be reachable from elsewhere without a control token:
// whoever reaches /mock/ owns the portal.
func (o Options) guardListen() error {
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return optionError("listen address %q must be host:port, like 127.0.0.1:8092", o.Listen)
	}
	if ip := net.ParseIP(host); host == "localhost" || (ip != nil && ip.IsLoopback()) || o.ControlToken != "" {
		return nil
	}
	return optionError("listening on %s lets others reach the control API: give it a token (--control-token), or listen on 127.0.0.1", o.Listen)
}
