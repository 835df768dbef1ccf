package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/pquerna/otp/totp"
)

// isSecondFactor is the portal's own page for a code; anybody else's gets none.
func isSecondFactor(d *drive, v *view) bool {
	return (v.under("/confirm/Tfa", "/confirm/Phone") || v.sees(secondFactor)) && !isForeign(d, v)
}

// onSecondFactor types the code of the user's authenticator app, once: a portal counts
// wrong codes.
func onSecondFactor(d *drive, ctx context.Context, v *view) error {
	switch {
	case v.under("/confirm/Phone"):
		return d.stuck(SecondFactor, "the portal asks for a second factor, a code sent by telephone")
	case v.under("/confirm/TfaActivation"):
		return d.stuck(SecondFactor, "the portal wants the user to set up a second factor first")
	case d.TOTP == "":
		return d.stuck(SecondFactor, "the portal asks for a second factor, and the driver was given no TOTP secret")
	case d.code != nil:
		if d.due(d.code.clicked, d.Patience.Answer) {
			return d.stuck(SecondFactor, "the code of the second factor was sent and the portal still asks for it")
		}
		return nil
	case v.Ready != "complete" || !v.Elements[secondFactor].usable():
		return nil
	}
	code, err := totp.GenerateCode(d.TOTP, time.Now())
	if err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	if err := fill(ctx, secondFactor, code); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return nil // the page was replaced meanwhile: look again
	}
	d.code = d.attempt()
	return d.press(ctx, d.code, locators[secondSubmit], 0)
}

// checkTOTP refuses what is no secret of an authenticator app.
func checkTOTP(secret string) error {
	if secret == "" {
		return nil
	}
	if _, err := totp.GenerateCode(secret, time.Now()); err != nil {
		return fmt.Errorf("the TOTP secret is not base32 text of an authenticator app: %w", err)
	}
	return nil
}
