package mockdocspace

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/signature"
)

// Options say what portal to build. The zero value is a portal that behaves as
// DocSpace 3.7.2, on a free port of the loopback interface, in memory.
type Options struct {
	// Listen is host:port; port 0 picks a free one. Default 127.0.0.1:0. A
	// loopback address also listens on [::1], where the system has it.
	Listen string
	// Profile is "docspace" (default) or "strict".
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
	// AutoLogin is the e-mail address of a seeded user whom the login page signs in at
	// once. With AutoConsent besides, GET /oauth2/authorize answers with a code itself.
	AutoLogin string
	// AutoConsent makes the consent page allow by itself.
	AutoConsent bool
	// Limits is "portal" to refuse requests as the portal's limiters do; empty: nobody is refused.
	Limits string
	// DataFile keeps everything in that SQLite file, made when it is missing; what
	// the configuration names is brought up to it at each start. Empty: in memory.
	DataFile string
	// Config holds what a configuration file says; the fields above win over it.
	Config *config.Config
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

// Effective is the whole configuration that the options amount to.
func (o Options) Effective() (*config.Config, error) {
	var c config.Config
	if o.Config != nil {
		c = *o.Config
	}
	for _, choice := range []struct {
		into            *string
		option, builtIn string
	}{
		{&c.Listen, o.Listen, "127.0.0.1:0"},
		{&c.Profile, o.Profile, string(rules.ProfileDocSpace)},
		{&c.Variant, o.Variant, string(rules.BuildServer)},
		{&c.ExternalURL, strings.TrimRight(o.ExternalURL, "/"), ""},
		{&c.SignatureSecret, o.SignatureSecret, signature.DefaultSecret},
		{&c.ControlToken, o.ControlToken, ""},
		{&c.AutoLogin, o.AutoLogin, ""},
		{&c.Limits, o.Limits, ""},
		{&c.Data, o.DataFile, ""},
	} {
		*choice.into = cmp.Or(choice.option, *choice.into, choice.builtIn)
	}
	c.AutoConsent = c.AutoConsent || o.AutoConsent
	if len(c.Portals) == 0 {
		c.Portals = builtInPortals()
	}
	if len(c.Apps) == 0 && o.Config == nil || len(c.Apps) == 0 && len(o.Config.Portals) == 0 {
		c.Apps = builtInApps()
	}
	if o.RandomSeed != 0 && c.Data != "" {
		return nil, optionError("a random seed repeats ids and tokens, which the data file %s may hold already: leave one of the two out", c.Data)
	}
	return &c, checkEffective(&c)
}

func checkEffective(c *config.Config) error {
	if c.Limits != "" && c.Limits != "portal" {
		return optionError("limits %q is unknown: leave it out or use \"portal\"", c.Limits)
	}
	if c.ExternalURL != "" {
		u, err := url.Parse(c.ExternalURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
			return optionError("external URL %q must be scheme and host alone, like http://mock:8092", c.ExternalURL)
		}
	}
	if c.AutoLogin != "" && !slices.ContainsFunc(c.Portals, func(p config.Portal) bool {
		return slices.ContainsFunc(p.Users, func(u config.User) bool { return strings.EqualFold(u.Email, c.AutoLogin) })
	}) {
		return optionError("auto-login: no portal has a user %q", c.AutoLogin)
	}
	_, err := effectiveRules(c)
	return err
}

// effectiveRules are profile, variant, lifetimes and switches together.
func effectiveRules(c *config.Config) (rules.Rules, error) {
	r, err := rules.Of(rules.Profile(c.Profile))
	if err != nil {
		return r, optionError("%v", err)
	}
	r.Build = rules.Build(c.Variant)
	if !slices.Contains(rules.Builds(), r.Build) {
		return r, optionError("variant %q is unknown: use \"server\", \"minified\" or \"saas\"", c.Variant)
	}
	r.Authorize.CodeLifetime = cmp.Or(c.Lifetimes.AuthorizationCode.Value(), r.Authorize.CodeLifetime)
	r.Token.AccessLifetime = cmp.Or(c.Lifetimes.AccessToken.Value(), r.Token.AccessLifetime)
	r.Token.RefreshLifetime = cmp.Or(c.Lifetimes.RefreshToken.Value(), r.Token.RefreshLifetime)
	r.Token.IDTokenLifetime = cmp.Or(c.Lifetimes.IDToken.Value(), r.Token.IDTokenLifetime)
	r.API.SelfScopeLenient = c.SelfScope == "lenient"
	for _, name := range slices.Sorted(maps.Keys(c.Quirks)) {
		if err := r.Switch(name, c.Quirks[name]); err != nil {
			return r, optionError("%v", err)
		}
	}
	return r, nil
}

// guardListen refuses to be reachable from elsewhere without a control token:
// whoever reaches /mock/ owns the portal.
func guardListen(c *config.Config) error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return optionError("listen address %q must be host:port, like 127.0.0.1:8092", c.Listen)
	}
	if ip := net.ParseIP(host); host == "localhost" || (ip != nil && ip.IsLoopback()) || c.ControlToken != "" {
		return nil
	}
	return optionError("listening on %s lets others reach the control API: give it a token (--control-token), or listen on 127.0.0.1", c.Listen)
}
