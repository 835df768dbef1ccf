package target

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"docspace-oauth/flows"
)

// appPrefix begins the name of every app that the judge registers.
const appPrefix = "docspace-oauth check "

// AppName is the name of an app that a check registers: left-overs are found by it.
func (t *Target) AppName(check string) string { return appPrefix + t.RunID + " " + check }

// LeftOver is an app of the judge that is still at the portal.
type LeftOver struct {
	ID, Name  string
	CreatedOn time.Time
}

// LeftOvers lists the judge's apps of the user who registers them: those of a run,
// or of all runs for "".
func (t *Target) LeftOvers(ctx context.Context, runID string) ([]LeftOver, error) {
	session, err := t.registrarSession(ctx)
	if err != nil {
		return nil, err
	}
	prefix := appPrefix
	if runID != "" {
		prefix += runID + " "
	}
	var found []LeftOver
	cursor := ""
	for {
		page, err := session.page(ctx, cursor)
		if err != nil {
			return nil, fmt.Errorf("list the apps: %w", err)
		}
		for _, app := range page.Data {
			if strings.HasPrefix(app.Name, prefix) {
				found = append(found, LeftOver{app.ClientID, app.Name, app.CreatedOn})
			}
		}
		// A cursor that does not move would never end.
		if page.LastCreatedOn == "" || page.LastCreatedOn == cursor || len(page.Data) == 0 {
			return found, nil
		}
		cursor = page.LastCreatedOn
	}
}

// Remove deletes apps; told, if not nil, hears of each.
func (t *Target) Remove(ctx context.Context, apps []LeftOver, told func(LeftOver)) error {
	if len(apps) == 0 {
		return nil
	}
	session, err := t.registrarSession(ctx)
	if err != nil {
		return err
	}
	for _, app := range apps {
		err := session.portal.DeleteApp(ctx, session.signature, app.ID)
		var refusal *flows.RegistrationError
		if errors.As(err, &refusal) && refusal.Status == http.StatusNotFound {
			continue
		}
		if err != nil {
			return fmt.Errorf("delete the app %s: %w", app.ID, err)
		}
		if told != nil {
			told(app)
		}
	}
	return nil
}

// Clean removes what a run registered; "" is every run.
func (t *Target) Clean(ctx context.Context, runID string, told func(LeftOver)) error {
	return t.clean(ctx, runID, func(LeftOver) bool { return true }, told)
}

// CleanAbandoned removes what other runs registered before a moment. A run that is
// still at work deletes its apps sooner, so these are of one that crashed.
func (t *Target) CleanAbandoned(ctx context.Context, before time.Time, told func(LeftOver)) error {
	own := t.AppName("")
	return t.clean(ctx, "", func(app LeftOver) bool {
		return app.CreatedOn.Before(before) && !strings.HasPrefix(app.Name, own)
	}, told)
}

// clean removes the apps of a run that are wanted away. The list of the portal can
// leave apps out that were made in one second, so it looks until it finds nothing.
func (t *Target) clean(ctx context.Context, runID string, wanted func(LeftOver) bool, told func(LeftOver)) error {
	const rounds = 5
	for range rounds {
		apps, err := t.LeftOvers(ctx, runID)
		apps = slices.DeleteFunc(apps, func(app LeftOver) bool { return !wanted(app) })
		if err != nil || len(apps) == 0 {
			return err
		}
		if err := t.Remove(ctx, apps, told); err != nil {
			return err
		}
	}
	return nil
}

type registrarSession struct {
	portal    *flows.Portal
	signature string
}

func (t *Target) registrarSession(ctx context.Context) (*registrarSession, error) {
	client, err := t.Client()
	if err != nil {
		return nil, err
	}
	owner, err := t.Registrar(ctx)
	if err != nil {
		return nil, err
	}
	token, err := t.Signature(ctx, client, owner)
	if err != nil {
		return nil, err
	}
	return &registrarSession{&flows.Portal{BaseURL: t.URL, HTTP: client}, token}, nil
}

// appPage is a page of apps (docs/portal/identity.md §7.4).
type appPage struct {
	Data []struct {
		ClientID  string    `json:"client_id"`
		Name      string    `json:"name"`
		CreatedOn time.Time `json:"created_on"`
	} `json:"data"`
	LastCreatedOn string `json:"last_created_on"`
}

func (s *registrarSession) page(ctx context.Context, cursor string) (*appPage, error) {
	query := url.Values{"limit": {"50"}}
	if cursor != "" {
		query.Set("last_created_on", cursor)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.portal.URL("/api/2.0/clients?"+query.Encode()), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Cookie", "x-signature="+s.signature)
	resp, err := s.portal.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the portal answers %d", resp.StatusCode)
	}
	var page appPage
	if err := json.NewDecoder(io.LimitReader(resp.Body, 8<<20)).Decode(&page); err != nil {
		return nil, err
	}
	return &page, nil
}
