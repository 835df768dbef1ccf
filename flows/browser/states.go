package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// state is a row of the driver's table: how to recognise a page, and what to do
// there. do is called again after each event while the row fits; without a do the
// driver waits.
type state struct {
	name string
	is   func(d *drive, v *view) bool
	do   func(d *drive, ctx context.Context, v *view) error
}

// states is the table of docs/portal/browser-flow.md §8 in its order: the first row
// that fits counts. Reaching the app comes before all of them, in drive.run.
//
// It is filled by init because its rows call back into the driver, which reads it.
var states []state

func init() {
	states = []state{
		{"loading", isLoading, nil},
		{"error-page", isErrorPage, onErrorPage},
		{"captcha", isCaptcha, onCaptcha},
		{"second-factor", isSecondFactor, onSecondFactor},
		{"not-ready", isNotReady, onNotReady},
		{"start", isStartPage, onStartPage},
		{"foreign", isForeign, onForeign},
		{"message", isMessage, onMessage},
		{"consent-bounce", isBounce, onBounce},
		{"consent-blank", isBlankConsent, onBlankConsent},
		{"consent-unknown-app", isUnknownApp, fails(UnknownApp, "the consent page does not know the app")},
		{"consent", isConsent, onConsent},
		{"error-screen", isErrorScreen, onErrorScreen},
		{"tenant-list", isTenantList, onTenantList},
		{"login", isLogin, onLogin},
		{"confirm", isConfirm, onConfirm},
		{"authorization-server", isServerPage, onServerPage},
		{"home", isHome, onHome},
	}
}

func fails(reason Reason, sentence string) func(*drive, context.Context, *view) error {
	return func(d *drive, _ context.Context, _ *view) error { return d.stuck(reason, "%s", sentence) }
}

func isLoading(_ *drive, v *view) bool {
	return v.url.Scheme == "about" || v.url.Scheme == "chrome-error" || v.Ready == "loading"
}

func isErrorPage(_ *drive, v *view) bool { return v.under("/login/error") }

func onErrorPage(d *drive, ctx context.Context, v *view) error {
	key := v.url.Query().Get("oauthMessageKey")
	heading := v.text(errorHeading)
	if heading == "" && !d.overdue(d.Patience.Click) {
		return nil // the text is still to come, and the page moves on after ten seconds
	}
	if key == "missing_client_id_error" && d.asked("client_id") {
		// The bounce lost the request: a leftover of an earlier consent (§2.3).
		return d.restart(ctx, ErrorPage, "the portal lost the authorization request")
	}
	stuck := d.stuck(ErrorPage, "the portal shows its error page %q", heading)
	stuck.Key = key
	return stuck
}

// asked says whether the journey's authorization request had a parameter.
func (d *drive) asked(name string) bool {
	for _, exchange := range d.profile.record.since(d.from) {
		if address, err := url.Parse(exchange.URL); err == nil && strings.HasSuffix(address.Path, "/oauth2/authorize") && address.Query().Has(name) {
			return true
		}
	}
	return false
}

func isNotReady(d *drive, v *view) bool {
	return v.under("/wizard", "/unavailable", "/preparation-portal", "/access-restricted") && d.hosts[v.url.Host]
}

func onNotReady(d *drive, _ context.Context, v *view) error {
	return d.stuck(NotReady, "the portal is not ready: it shows %s", v.path())
}

// isStartPage is the app's own page with a button.
func isStartPage(d *drive, v *view) bool {
	return d.Click != "" && d.apps[v.url.Host] && v.Ready == "complete"
}

func onStartPage(d *drive, ctx context.Context, _ *view) error {
	if d.button == nil {
		d.button = d.attempt()
	}
	return d.press(ctx, d.button, []locator{{CSS: d.Click}}, 0)
}

// isForeign is a page of neither the portal nor the app, such as a company's single
// sign-on. The password is not for it, whatever its form is called.
func isForeign(d *drive, v *view) bool {
	return !d.hosts[v.url.Host] && !d.apps[v.url.Host] && v.Ready == "complete" && !v.ofSomePortal()
}

// ofSomePortal recognises the journey's pages on any host: a front of many portals
// leads to a host that nobody named (docs/portal/browser-flow.md §3.5).
func (v *view) ofSomePortal() bool {
	if v.path() == "/login" {
		return v.url.Query().Get("type") == "oauth2"
	}
	return v.under("/login/", "/confirm/", "/oauth2/authorize", "/oauth2/consent", "/oauth2/login")
}

func onForeign(d *drive, _ context.Context, v *view) error {
	return d.stuck(ForeignHost, "the portal sent the browser to sign in at %s; the parameter skipssoredirect=true of its login page avoids that", v.url.Host)
}

// isMessage is a message of the portal that ends the journey.
func isMessage(_ *drive, v *view) bool {
	return v.sees(toast) || (v.under("/login") && v.url.Query().Has("authError"))
}

func onMessage(d *drive, _ context.Context, v *view) error {
	if !v.sees(toast) && !d.overdue(d.Patience.Click) {
		return nil // the text is still to come
	}
	return d.stuck(Message, "the portal shows the message %q", v.text(toast))
}

func onConsentPath(v *view) bool { return v.under("/login/consent") }

// isBounce is the consent page before it may be used: it fetches a signature and
// goes through authorize again. A click now would destroy the flow (§1).
func isBounce(d *drive, v *view) bool {
	// After the decision Deny's script takes client_state away.
	return onConsentPath(v) && d.decision == nil && !v.sees(errorScreen) && !v.Blank && (v.url.Query().Has("error") || v.sees(loader) ||
		!slices.Contains(v.Cookies, "x-signature") || !slices.Contains(v.Cookies, "client_state"))
}

func onBounce(d *drive, ctx context.Context, _ *view) error {
	if d.overdue(d.Patience.Bounce) {
		return d.restart(ctx, BounceStuck, "the consent page does not get a signature")
	}
	return nil
}

// isUnknownApp is a consent page with buttons but without the app's name.
func isUnknownApp(d *drive, v *view) bool {
	_, linked := v.Elements[appLink]
	return onConsentPath(v) && v.sees(allowButton) && v.Ready == "complete" && d.decision == nil &&
		(strings.Contains(v.text(consentText), "{{nameApp}}") || (linked && v.text(appLink) == ""))
}

func isConsent(_ *drive, v *view) bool {
	return onConsentPath(v) && !v.sees(errorScreen) && (v.sees(allowButton) || v.sees(denyButton))
}

var emailAddress = regexp.MustCompile(`[^\s@]+@[^\s@]+`)

func onConsent(d *drive, ctx context.Context, v *view) error {
	if d.decision != nil {
		return afterDecision(d, ctx, v)
	}
	d.consent = &Consent{App: v.text(appLink), Scopes: v.Scopes, User: emailAddress.FindString(v.text(signedInAs))}
	if d.Email != "" && d.consent.User != "" && !strings.EqualFold(d.consent.User, d.Email) {
		return changeUser(d, ctx)
	}
	if d.Decision == Look {
		d.done = true
		return nil
	}
	if !v.Elements[d.decisionButton()].usable() || v.Ready != "complete" {
		return nil
	}
	d.decision = d.attempt()
	return d.press(ctx, d.decision, locators[d.decisionButton()], 0)
}

func (d *drive) decisionButton() element {
	if d.Decision == Deny {
		return denyButton
	}
	return allowButton
}

// changeUser leaves the session of somebody else, once in a round.
func changeUser(d *drive, ctx context.Context) error {
	if d.notYou == nil {
		d.notYou = d.attempt()
		d.signIn = nil
	} else if slices.ContainsFunc(d.profile.record.since(d.notYou.mark), func(e Exchange) bool {
		return e.Document && e.Status != 0 && path(e.URL) == "/login/consent"
	}) { // the consent page came again
		return d.stuck(WrongUser, "%s is signed in instead of %s", d.consent.User, d.Email)
	}
	return d.press(ctx, d.notYou, locators[notYou], 0)
}

// afterDecision judges what came of the click by the page's request.
func afterDecision(d *drive, ctx context.Context, v *view) error {
	const failed = "the portal did not take the decision: %s"
	posted := false
	for _, exchange := range d.profile.record.since(d.decision.mark) {
		if exchange.Document || exchange.Method != "POST" || !strings.HasSuffix(path(exchange.URL), "/oauth2/authorize") {
			continue
		}
		posted = true
		switch {
		case exchange.Failure != "" && exchange.Failure != "net::ERR_ABORTED" && exchange.Status == 0:
			return d.stuck(ConsentFailed, failed, exchange.Failure)
		case exchange.Status >= 400 && exchange.Status != 401: // 401 signs out: a message follows
			return d.stuck(ConsentFailed, failed, fmt.Sprintf("status %d", exchange.Status))
		case exchange.Status >= 300 && exchange.Status < 400 && strings.Contains(exchange.Location, "error="):
			return d.restart(ctx, StaleConsent, "the portal does not know the consent any more (%s)", redacted(exchange.Location))
		}
	}
	if !posted && d.decision.clicks < maxClicks {
		return d.press(ctx, d.decision, locators[d.decisionButton()], 0)
	}
	if !d.due(d.decision.clicked, d.Patience.Answer) {
		return nil
	}
	if v.Elements[d.decisionButton()].usable() {
		return d.restart(ctx, StaleConsent, "the portal does not know the consent any more: it let the decision be without a word")
	}
	return d.stuck(ConsentFailed, failed, "nothing happened")
}

func path(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Path
}

func isErrorScreen(_ *drive, v *view) bool { return v.sees(errorScreen) }

func onErrorScreen(d *drive, ctx context.Context, v *view) error {
	text := v.text(errorScreen)
	if strings.Contains(text, "Invalid link") || strings.Contains(text, "The link has expired") {
		return d.restart(ctx, LinkInvalid, "the portal says that its one-time link is used or expired")
	}
	if d.restarted[DeadSession] {
		return d.stuck(DeadSession, "the portal shows its error screen: session cookie dead or missing")
	}
	if err := d.forget(ctx); err != nil {
		return err
	}
	return d.restart(ctx, DeadSession, "the portal shows its error screen")
}

func isTenantList(_ *drive, v *view) bool { return v.under("/login/tenant-list") }

func onTenantList(d *drive, ctx context.Context, v *view) error {
	if len(v.Portals) == 0 || v.Ready != "complete" {
		return nil
	}
	d.portals = v.Portals
	wanted := d.PortalName
	if _, host, ok := strings.Cut(d.origin, "://"); wanted == "" && ok {
		wanted = host
	}
	index := slices.IndexFunc(v.Portals, func(name string) bool { return loopbackAlias(name) == loopbackAlias(wanted) })
	if index < 0 && len(v.Portals) == 1 && d.PortalName == "" {
		index = 0
	}
	if index < 0 {
		return d.stuck(NoSuchPortal, "the portals to choose from are %s, not %s", strings.Join(v.Portals, ", "), wanted)
	}
	for _, host := range v.Portals {
		d.hosts[host] = true
	}
	if d.choice == nil {
		d.choice = d.attempt()
	}
	return d.press(ctx, d.choice, []locator{{CSS: lists["portals"][0]}, {CSS: lists["portals"][1]}}, index)
}

// loopbackAlias makes one name of the two under which a local portal is known.
func loopbackAlias(host string) string {
	if port, ok := strings.CutPrefix(host, "127.0.0.1"); ok {
		return "localhost" + port
	}
	return host
}

func isConfirm(_ *drive, v *view) bool { return v.under("/confirm") }

func onConfirm(d *drive, _ context.Context, v *view) error {
	if !v.under("/confirm/Auth") && v.Ready == "complete" {
		return d.stuck(NotReady, "the account is not ready: the portal shows %s", v.path())
	}
	if d.refused.IsZero() && d.signInRefused() {
		d.refused = time.Now()
	}
	if !d.refused.IsZero() && d.due(d.refused, d.Patience.Refused) {
		return d.stuck(ConfirmStuck, "the page of the one-time link goes nowhere and says nothing: signing in opened no session, as for a user with a second factor")
	}
	if d.overdue(d.Patience.Confirm) {
		return d.stuck(ConfirmStuck, "the page of the one-time link goes nowhere: a second factor is on for this user, or signing in failed")
	}
	return nil
}

// signInRefused says whether the page of the one-time link has learnt that nobody is
// signed in: it stops there (docs/portal/browser-flow.md §3.11).
func (d *drive) signInRefused() bool {
	return slices.ContainsFunc(d.profile.record.since(d.from), func(e Exchange) bool {
		return !e.Document && path(e.URL) == "/api/2.0/people/@self" && e.Status == http.StatusUnauthorized
	})
}

// isServerPage is an answer of the authorization server that is no redirect: it has
// no pages, so it is an error in its own clothes (docs/portal/identity.md §3.9).
func isServerPage(d *drive, v *view) bool {
	return d.hosts[v.url.Host] && v.under("/oauth2") && v.Ready == "complete"
}

func onServerPage(d *drive, _ context.Context, v *view) error {
	if !d.overdue(d.Patience.Click) {
		return nil // on its way elsewhere
	}
	status := 0
	for _, exchange := range d.profile.record.since(d.from) {
		if exchange.Document && path(exchange.URL) == v.path() {
			status = exchange.Status
		}
	}
	return d.stuck(ErrorPage, "the authorization server answered %d instead of a redirect", status)
}

// isHome is any other page of the portal: the authorization is forgotten there.
func isHome(d *drive, v *view) bool {
	return d.hosts[v.url.Host] && v.Ready == "complete" && !v.under("/login", "/confirm", "/oauth2")
}

func onHome(d *drive, ctx context.Context, _ *view) error {
	return d.restart(ctx, ContextLost, "the portal ended at its home page instead of the app")
}
