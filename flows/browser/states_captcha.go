package browser

import (
	"context"
	"net/url"
	"slices"
	"time"
)

// maxHandovers is how often a journey asks a person.
const maxHandovers = 3

// handover is a captcha that waits for a person.
type handover struct {
	attempt *attempt
	wait    time.Duration
	until   time.Time // when the driver gives up
	form    bool      // it stands at the login form
	tried   bool      // to fill that form
	filled  bool
	asked   bool
}

func isCaptcha(_ *drive, v *view) bool { return v.sees(captcha) || v.sees(captchaFrame) }

// onCaptcha hands over to the person who watches the browser, if anybody does. The
// driver goes on by what it sees when the captcha is gone; see takeBack.
func onCaptcha(d *drive, ctx context.Context, v *view) error {
	const wanted = "the portal wants a person to solve a captcha"
	form := !isForeign(d, v) && isLogin(d, v)
	fillable := form && v.canSignIn()
	h := d.handover
	switch {
	case d.profile.ask == nil:
		return d.stuck(Captcha, wanted+", and nobody watches this browser")
	case h == nil && d.handovers == maxHandovers:
		return d.stuck(Captcha, wanted+" again and again")
	case h == nil && !fillable && !d.overdue(d.Patience.Click):
		return nil // the form is still to come
	case h == nil:
		h = d.handOver()
	case !time.Now().Before(h.until) && v.text(loginMessage) != "":
		return d.stuck(Captcha, wanted+", and it is still there; the login form says %q", v.text(loginMessage))
	case !time.Now().Before(h.until):
		return d.stuck(Captcha, wanted+", and nobody did in time")
	}
	h.form = h.form || form
	if fillable && !h.tried {
		// The person need not know the password. Sending the form is theirs: only they see
		// whether the captcha is solved.
		h.tried = true
		err := d.fillLogin(ctx)
		if ctx.Err() != nil {
			return err
		}
		h.filled = err == nil // else the captcha is in front of it
	}
	if !h.asked {
		h.asked = true
		d.profile.ask(h.task(v))
	}
	d.due(h.until, 0)
	return nil
}

// handOver stops the journey's time, not the caller's.
func (d *drive) handOver() *handover {
	d.clock.stop()
	wait := d.Patience.Person
	if limit := d.clock.limit; !limit.IsZero() {
		wait = min(wait, time.Until(limit)-time.Second) // then there is still somebody to tell
	}
	d.handovers++
	d.handover = &handover{attempt: d.attempt(), wait: wait, until: time.Now().Add(wait)}
	return d.handover
}

// task is what the person is asked to do.
func (h *handover) task(v *view) string {
	text := "the page " + redacted(v.Href) + " wants a captcha solved: do it in the browser's window"
	if h.filled {
		text += ", and send the login form there, which is filled in, if it stays"
	}
	return text + "; the journey waits " + h.wait.Round(time.Second).String()
}

// takeBack goes on after a person was at work. Who sent the login form is all the same;
// where nobody has, what was sent before the captcha came to nothing.
func (d *drive) takeBack() {
	h := d.handover
	d.handover = nil
	d.clock.goOn()
	sent := slices.ContainsFunc(d.profile.record.since(h.attempt.mark), func(e Exchange) bool {
		address, err := url.Parse(e.URL)
		return err == nil && e.Method == "POST" && d.hosts[address.Host]
	})
	switch {
	case sent && h.form:
		d.signIn = h.attempt
		d.signIn.clicked = time.Now()
	case h.form:
		d.signIn = nil
	}
}
