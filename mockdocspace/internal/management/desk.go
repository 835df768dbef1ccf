package management

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/desk"
	"docspace-oauth/mockdocspace/internal/journal"
	"docspace-oauth/mockdocspace/internal/store"
)

// deskSource lets the pages for the developer see and do what the control API can.
type deskSource struct{ *server }

// Info implements desk.Source.
func (d deskSource) Info(ctx context.Context) (control.Info, error) {
	out, err := d.portal(ctx, nil)
	if err != nil {
		return control.Info{}, err
	}
	return out.Body, nil
}

// About implements desk.Source.
func (d deskSource) About() desk.About {
	about := d.Config.About
	about.NeedsToken = d.Token != ""
	return about
}

// Clock implements desk.Source.
func (d deskSource) Clock() control.ClockState { return d.clockState() }

// Freeze implements desk.Source.
func (d deskSource) Freeze() { d.Config.Clock.Freeze() }

// Resume implements desk.Source.
func (d deskSource) Resume() { d.Config.Clock.Resume() }

// Advance implements desk.Source.
func (d deskSource) Advance(by time.Duration) error { return sentence(d.advance(by.String())) }

// Faults implements desk.Source.
func (d deskSource) Faults() []control.ActiveFault { return d.activeFaults() }

// Catalogue implements desk.Source.
func (d deskSource) Catalogue() []control.Fault {
	out, _ := d.faultCatalogue(context.Background(), nil)
	return out.Body
}

// AddFault implements desk.Source.
func (d deskSource) AddFault(ctx context.Context, name string) error {
	_, err := d.addFault(ctx, &struct{ Body control.FaultRequest }{control.FaultRequest{Name: name}})
	return sentence(err)
}

// RemoveFault implements desk.Source.
func (d deskSource) RemoveFault(id int) { d.Book.Remove(id) }

// ClearFaults implements desk.Source.
func (d deskSource) ClearFaults() { d.Book.Clear() }

// linkLifetime is that of the portal's own one-time links (docs/portal/browser-flow.md §3.1).
const linkLifetime = time.Hour

// SignInLink implements desk.Source: it is the link that the login page goes to.
func (d deskSource) SignInLink(ctx context.Context, tenantID int64, userID string) (string, error) {
	tenant, err := d.tenant(ctx, "tenant", tenantID)
	if err != nil {
		return "", sentence(err)
	}
	user, err := d.Store.User(ctx, tenant.ID, userID)
	if err != nil || user.Status != store.StatusActive {
		return "", errors.New("this user cannot sign in: unknown or not active")
	}
	now := d.Config.Clock.Now()
	link := store.Link{
		Key: d.Random.Base64URL(32), TenantID: tenant.ID, UserID: user.ID, Email: user.Email, CreatedAt: now, ExpiresAt: now.Add(linkLifetime),
	}
	if err := d.Store.PutLink(ctx, link); err != nil {
		return "", err
	}
	return d.PortalURL(ctx, tenant) + "/confirm/Auth?type=Auth&key=" + url.QueryEscape(link.Key) + "&encemail=", nil
}

// Exchanges implements desk.Source.
func (d deskSource) Exchanges(after uint64) ([]control.Exchange, uint64) {
	page := d.Journal.Read(journal.Filter{After: after}, 0)
	list := make([]control.Exchange, len(page.Exchanges))
	for i, x := range page.Exchanges {
		list[i] = d.exchangeOf(x)
	}
	return list, page.Last
}

// Await implements desk.Source.
func (d deskSource) Await(ctx context.Context, after uint64) error {
	return d.Journal.Await(ctx, after)
}

// sentence is what a refusal of the control API says to a person.
func sentence(err error) error {
	var refused *huma.ErrorModel
	if !errors.As(err, &refused) {
		return err
	}
	var parts []string
	for _, e := range refused.Errors {
		if quoted, ok := e.Value.(string); ok && quoted != "" {
			parts = append(parts, "“"+quoted+"” "+e.Message)
			continue
		}
		parts = append(parts, e.Message)
	}
	return errors.New(strings.Join(append([]string{refused.Detail}, parts...), ": "))
}
