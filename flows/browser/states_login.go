package browser

import (
	"context"
	"slices"
	"strings"
)

func isLogin(_ *drive, v *view) bool {
	return v.under("/login") && !v.under("/login/consent", "/login/error") && v.sees(loginEmail)
}

// canSignIn says whether a person could fill the form and send it now.
func (v *view) canSignIn() bool {
	return v.Ready == "complete" && v.Elements[loginEmail].usable() && v.sees(loginPassword) && v.Elements[loginSubmit].usable()
}

func onLogin(d *drive, ctx context.Context, v *view) error {
	submit := v.Elements[loginSubmit]
	if d.signIn == nil {
		if !v.canSignIn() {
			return nil
		}
		return signIn(d, ctx)
	}
	if submit.Busy || !submit.Enabled {
		return nil // hashing the password takes its time
	}
	for _, note := range []element{loginMessage, passwordNote} {
		if refused := v.text(note); refused != "" {
			return refusedSignIn(d, refused)
		}
	}
	exchanges := d.profile.record.since(d.signIn.mark)
	if shownAgain(exchanges) {
		return d.stuck(SessionNotKept, "the portal shows its login form again after it signed the user in: its session cookie was not kept")
	}
	if !slices.ContainsFunc(exchanges, func(e Exchange) bool { return e.Method == "POST" }) && d.signIn.clicks < maxClicks {
		return d.press(ctx, d.signIn, locators[loginSubmit], 0) // the form did not take notice
	}
	if d.due(d.signIn.clicked, d.Patience.Answer) {
		return d.stuck(SignInRefused, "the login form was sent and nothing came of it")
	}
	return nil
}

// signIn fills and sends the form.
func signIn(d *drive, ctx context.Context) error {
	if err := d.fillLogin(ctx); err != nil {
		if ctx.Err() != nil {
			return err
		}
		if d.overdue(d.Patience.Answer) {
			stuck := d.stuck(SignInRefused, "the login form could not be filled")
			stuck.Cause = err
			return stuck
		}
		return nil // the form was replaced meanwhile: look again
	}
	d.signIn = d.attempt()
	return d.press(ctx, d.signIn, locators[loginSubmit], 0)
}

func (d *drive) fillLogin(ctx context.Context) error {
	if err := fill(ctx, loginEmail, d.Email); err != nil {
		return err
	}
	return fill(ctx, loginPassword, d.Password)
}

// shownAgain says whether the login form was loaded again after one of the exchanges
// had opened a portal session.
func shownAgain(exchanges []Exchange) bool {
	opened := slices.IndexFunc(exchanges, func(e Exchange) bool {
		return e.Method == "POST" && strings.HasSuffix(path(e.URL), "/api/2.0/authentication") && e.Status == 200
	})
	return opened >= 0 && slices.ContainsFunc(exchanges[opened:], func(e Exchange) bool {
		return e.Document && e.Status == 200 && path(e.URL) == "/login"
	})
}

// refusals are the portal's texts at the login form (§4.4, §4.5, §8).
var refusals = []struct {
	text   string
	reason Reason
	advice string
}{
	{"Invalid login or password", WrongCredentials, "wrong password, or the user is unknown or disabled"},
	{"User authentication failed", WrongCredentials, "wrong password, or the user is unknown or disabled"},
	{"Too many login attempts", TooManyAttempts, "wait a minute before the next try"},
	{"Too much attempts already", TooManyAttempts, "wait five minutes without any try"},
	{"User disabled", UserDisabled, "the user is disabled"},
}

func refusedSignIn(d *drive, text string) error {
	for _, known := range refusals {
		if strings.Contains(text, known.text) {
			return d.stuck(known.reason, "the portal refused to sign in: %q (%s)", text, known.advice)
		}
	}
	return d.stuck(SignInRefused, "the portal refused to sign in: %q", text)
}
