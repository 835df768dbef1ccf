package registration

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// consentDocument is one app that the caller let in (§7.4).
type consentDocument struct {
	RegisteredClientID string        `json:"registered_client_id"`
	Scopes             string        `json:"scopes"` // joined by spaces
	ModifiedAt         string        `json:"modified_at"`
	Client             *infoDocument `json:"client"`
}

type consentsDocument struct {
	Data           []consentDocument `json:"data"`
	Limit          int               `json:"limit"`
	LastModifiedOn *string           `json:"last_modified_on"`
}

// listConsents is GET /clients/consents: the caller's live code grants, newest first (§7.4).
func (s *service) listConsents(w http.ResponseWriter, c *call) error {
	part, err := c.window("last_modified_on", true)
	if err != nil {
		return err
	}
	if err := c.permit(rolesAny); err != nil {
		return err
	}
	grants, err := s.Store.ListGrants(c.ctx, store.GrantQuery{
		UserID: c.who.UserID, Type: store.GrantCode, LiveOnly: true, Before: part.before, Limit: part.limit + 1,
	})
	if err != nil {
		return fmt.Errorf("list consents: %w", err)
	}
	grants, more := cut(grants, part.limit)
	document := consentsDocument{Data: make([]consentDocument, 0, len(grants)), Limit: part.limit}
	for _, grant := range grants {
		info, err := s.consentedApp(c, grant.AppID)
		if err != nil {
			return fmt.Errorf("list consents: %w", err)
		}
		document.Data = append(document.Data, consentDocument{
			RegisteredClientID: grant.AppID, Scopes: strings.Join(grant.Authorized, " "),
			ModifiedAt: fromDatabase.format(grant.ModifiedAt), Client: info,
		})
	}
	if more {
		document.LastModifiedOn = &document.Data[len(document.Data)-1].ModifiedAt
	}
	return s.answer(w, c, http.StatusOK, document)
}

// consentedApp describes an app as the database has it; nil when it is gone.
func (s *service) consentedApp(c *call, id string) (*infoDocument, error) {
	app, err := s.Store.App(c.ctx, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && !app.GoneAt.IsZero()) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info := infoOf(app, c.rules, fromDatabase)
	return &info, nil
}

// revoke is DELETE /clients/{id}/revoke: the caller's grants of both kinds and
// the consent go; nobody asks whether the client exists (§7.2, §11).
func (s *service) revoke(w http.ResponseWriter, c *call) error {
	c.finish()
	if err := c.permit(rolesAny); err != nil {
		return err
	}
	id, userID := store.CanonicalAppID(c.id), c.who.UserID
	if c.rules.Registration.RevokeForEverybody {
		userID = ""
	}
	if _, err := s.Store.DeleteConsents(c.ctx, userID, id); err != nil {
		return fmt.Errorf("revoke consent: %w", err)
	}
	if !c.rules.Consent.RevokeKeepsTokens {
		if _, err := s.Store.DeleteGrants(c.ctx, store.GrantFilter{UserID: userID, AppID: id}); err != nil {
			return fmt.Errorf("revoke consent: %w", err)
		}
	}
	return done(w)
}
