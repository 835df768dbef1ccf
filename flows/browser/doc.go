// Package browser takes a user through a DocSpace portal's pages in Chromium: sign
// in, choose a portal, allow or deny. It works on a real portal and on the mock.
//
// The driver is a state machine (docs/portal/browser-flow.md §8): any page may come
// or be left out at any time, so it never follows a fixed list of clicks. Whenever
// the browser reports something (a navigation, a network answer, a change of the
// page) the driver looks at the page as a person would, finds the row of its table
// that fits, and does what that row says.
//
//	b, err := browser.Launch(ctx, browser.Options{})
//	defer b.Close()
//	p, err := b.NewProfile(ctx)       // a user's own cookies and storage
//	defer p.Close()
//	result, err := p.Authorize(ctx, "http://localhost:3001/authenticate", browser.Journey{
//		Portal: "http://127.0.0.1:8092", RedirectURI: "http://localhost:3001/callback",
//		Email: "user@docspace.test", Password: "docspace",
//	})
//
// Two things take the driver longer, where it may. A blank consent page it loads again
// after a minute, if the journey's time allows that (Patience). A captcha it leaves to
// the person who watches the browser, if anybody does (Options.Ask).
//
// A journey that cannot go on ends with a *Stuck: why, in one sentence, with a
// screenshot and the last answers from the network.
package browser
