package registration

import (
	"fmt"
	"net/http"
	"slices"

	"docspace-oauth/mockdocspace/internal/store"
)

// pageDocument is a page of clients or info objects; the cursor is null on the
// last one (§7.4).
type pageDocument struct {
	Data          any     `json:"data"`
	Limit         int     `json:"limit"`
	LastClientID  *string `json:"last_client_id"`
	LastCreatedOn *string `json:"last_created_on"`
}

// list is GET /clients. Its secrets are the stored ciphertext (§7.2).
func (s *service) list(w http.ResponseWriter, c *call) error {
	part, err := c.window("last_created_on", false)
	if err != nil {
		return err
	}
	apps, document, err := s.page(c, part)
	if err != nil {
		return err
	}
	clients := make([]clientDocument, 0, len(apps))
	for _, app := range apps {
		client := clientOf(app, c.rules, fromDatabase)
		client.ClientSecret = ""
		if c.rules.Registration.ListsCiphertext {
			if client.ClientSecret, err = s.ciphertext(app); err != nil {
				return fmt.Errorf("list clients: %w", err)
			}
		}
		clients = append(clients, client)
	}
	document.Data = clients
	return s.answer(w, c, http.StatusOK, document)
}

// listInfo is GET /clients/info.
func (s *service) listInfo(w http.ResponseWriter, c *call) error {
	part, err := c.window("last_created_on", true)
	if err != nil {
		return err
	}
	apps, document, err := s.page(c, part)
	if err != nil {
		return err
	}
	infos := make([]infoDocument, 0, len(apps))
	for _, app := range apps {
		infos = append(infos, infoOf(app, c.rules, fromDatabase))
	}
	document.Data = infos
	return s.answer(w, c, http.StatusOK, document)
}

// page finds the caller's apps of one page and fills the cursor.
func (s *service) page(c *call, part window) ([]store.App, pageDocument, error) {
	if err := c.permit(rolesManaging); err != nil {
		return nil, pageDocument{}, err
	}
	apps, err := s.visible(c, store.AppQuery{Before: part.before, Limit: part.limit + 1})
	if err != nil {
		return nil, pageDocument{}, fmt.Errorf("list clients: %w", err)
	}
	apps, more := cut(apps, part.limit)
	document := pageDocument{Limit: part.limit}
	if more {
		last := apps[len(apps)-1]
		createdOn := fromDatabase.format(last.CreatedAt)
		document.LastClientID, document.LastCreatedOn = &last.ID, &createdOn
	}
	return apps, document, nil
}

// visible lists what the caller may see: an administrator the tenant's, else own apps.
func (s *service) visible(c *call, q store.AppQuery) ([]store.App, error) {
	q.TenantID = c.who.TenantID
	if c.who.role != roleAdmin {
		q.CreatedBy = c.who.UserID
	}
	apps, err := s.Store.ListApps(c.ctx, q)
	if err != nil || !c.rules.Registration.CrossTenants {
		return apps, err
	}
	tenants, err := s.Store.Tenants(c.ctx)
	if err != nil {
		return nil, err
	}
	for _, tenant := range tenants {
		if tenant.ID == c.who.TenantID {
			continue
		}
		q.TenantID = tenant.ID
		foreign, err := s.Store.ListApps(c.ctx, q)
		if err != nil {
			return nil, err
		}
		apps = append(apps, foreign...)
	}
	slices.SortStableFunc(apps, func(a, b store.App) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return apps, nil
}
