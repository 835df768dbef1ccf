package registration

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

const (
	defaultLimit = 30
	maxLimit     = 50
	// goneFor is how long the cache serves an app after DELETE /clients (§11).
	goneFor = 5 * time.Minute
)

// idPattern is what Java takes for a UUID: five hexadecimal groups that may be short.
var idPattern = regexp.MustCompile(`^[0-9a-fA-F]{1,8}-[0-9a-fA-F]{1,4}-[0-9a-fA-F]{1,4}-[0-9a-fA-F]{1,4}-[0-9a-fA-F]{1,12}$`)

// visible finds a client that the caller may see: anyone's of the tenant for an
// admin, the own ones for a user (§7.2).
func (s *service) visible(c *call, missing *problem) (store.App, *problem) {
	app, err := s.Store.App(c.ctx(), c.id)
	if errors.Is(err, store.ErrNotFound) && !idPattern.MatchString(c.id) {
		return app, notAnID(c)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		s.Logger.Error("read app", "error", err)
		return app, databaseError()
	}
	sameTenant := app.TenantID == c.who.TenantID || c.rules.Registration.CrossTenants
	mine := c.role == admin || app.CreatedBy == c.who.UserID || c.rules.Registration.AnyRole
	if err != nil || !app.GoneAt.IsZero() || !sameTenant || !mine {
		return app, missing
	}
	return app, nil
}

// require refuses callers whose role does not suffice. The framework binds and
// validates a request's values before it looks at the role.
func (c *call) require(least role) *problem {
	if c.role < least && !c.rules.Registration.AnyRole {
		return accessDenied()
	}
	return nil
}

func (s *service) read(c *call) *problem {
	if failure := c.require(user); failure != nil {
		return failure
	}
	app, failure := s.visible(c, notFoundRead(c))
	if failure != nil {
		return failure
	}
	return ok(c, http.StatusOK, showClient(app, viewSingle, c.rules))
}

func (s *service) readInfo(c *call) *problem {
	if failure := c.require(user); failure != nil {
		return failure
	}
	app, failure := s.visible(c, notFoundRead(c))
	if failure != nil {
		return failure
	}
	return ok(c, http.StatusOK, showInfo(app, viewSingle, c.rules))
}

// readPublicInfo shows any tenant's client to anybody, disabled ones too (§7.2).
func (s *service) readPublicInfo(c *call) *problem {
	app, err := s.Store.App(c.ctx(), c.id)
	switch {
	case errors.Is(err, store.ErrNotFound) && !idPattern.MatchString(c.id):
		return notAnID(c)
	case errors.Is(err, store.ErrNotFound), !app.GoneAt.IsZero() && s.Clock.Now().After(app.GoneAt.Add(goneFor)):
		return notFoundPublic(c)
	case err != nil:
		return databaseError()
	}
	return ok(c, http.StatusOK, showInfo(app, viewSingle, c.rules))
}

// page reads limit and the cursor.
func (c *call) page(cursor string, required bool) (limit int, before time.Time, failure *problem) {
	query := c.URL.Query()
	limit = defaultLimit
	switch raw := query.Get("limit"); {
	case raw == "" && required:
		return 0, before, &problem{status: http.StatusBadRequest, detail: detailLimitMissing}
	case raw != "":
		parsed, err := strconv.ParseInt(strings.TrimSpace(raw), 10, 32)
		if err != nil {
			return 0, before, somethingWrong()
		}
		limit = int(parsed)
	}
	if raw := query.Get(cursor); raw != "" {
		at, err := time.Parse(time.RFC3339Nano, raw)
		if err != nil {
			return 0, before, somethingWrong()
		}
		before = at
	}
	switch {
	case limit < 1:
		return 0, before, invalid([]fieldError{{"limit", codeName, messageLimitLow}})
	case limit > maxLimit:
		return 0, before, invalid([]fieldError{{"limit", codeName, messageLimitHigh}})
	}
	return limit, before, nil
}

// appPage is a page of clients and where the next one begins (§7.4).
type appPage[T any] struct {
	Data          []T     `json:"data"`
	Limit         int     `json:"limit"`
	LastClientID  *string `json:"last_client_id"`
	LastCreatedOn *string `json:"last_created_on"`
}

func listApps[T any](s *service, c *call, limitRequired bool, show func(store.App) T) *problem {
	limit, before, failure := c.page("last_created_on", limitRequired)
	if failure != nil {
		return failure
	}
	if failure := c.require(user); failure != nil {
		return failure
	}
	query := store.AppQuery{TenantID: c.who.TenantID, Before: before, Limit: limit + 1}
	if c.role != admin {
		query.CreatedBy = c.who.UserID
	}
	apps, err := s.Store.ListApps(c.ctx(), query)
	if err != nil {
		s.Logger.Error("list apps", "error", err)
		return databaseError()
	}
	page := appPage[T]{Data: []T{}, Limit: limit}
	if len(apps) > limit {
		apps = apps[:limit]
		last := apps[limit-1]
		at := seconds(last.CreatedAt)
		page.LastClientID, page.LastCreatedOn = &last.ID, &at
	}
	for _, app := range apps {
		page.Data = append(page.Data, show(app))
	}
	return ok(c, http.StatusOK, page)
}

func (s *service) list(c *call) *problem {
	return listApps(s, c, false, func(a store.App) clientObject { return showClient(a, viewListed, c.rules) })
}

func (s *service) listInfo(c *call) *problem {
	return listApps(s, c, true, func(a store.App) infoObject { return showInfo(a, viewListed, c.rules) })
}

// consentObject is a live grant of the caller's (§7.4).
type consentObject struct {
	ClientID   string      `json:"registered_client_id"`
	Scopes     string      `json:"scopes"`
	ModifiedAt string      `json:"modified_at"`
	Client     *infoObject `json:"client"`
}

type consentPage struct {
	Data           []consentObject `json:"data"`
	Limit          int             `json:"limit"`
	LastModifiedOn *string         `json:"last_modified_on"`
}

// listConsents lists the authorization rows that hold a code or token (§7.4).
func (s *service) listConsents(c *call) *problem {
	limit, before, failure := c.page("last_modified_on", true)
	if failure != nil {
		return failure
	}
	grants, err := s.Store.ListGrants(c.ctx(), store.GrantQuery{
		UserID: c.who.UserID, Type: store.GrantCode, LiveOnly: true, Before: before, Limit: limit + 1,
	})
	if err != nil {
		s.Logger.Error("list grants", "error", err)
		return databaseError()
	}
	page := consentPage{Data: []consentObject{}, Limit: limit}
	if len(grants) > limit {
		grants = grants[:limit]
		at := seconds(grants[limit-1].ModifiedAt)
		page.LastModifiedOn = &at
	}
	for _, grant := range grants {
		consent := consentObject{
			ClientID: grant.AppID, Scopes: strings.Join(grant.Authorized, " "), ModifiedAt: seconds(grant.ModifiedAt),
		}
		if app, err := s.Store.App(c.ctx(), grant.AppID); err == nil && app.GoneAt.IsZero() {
			info := showInfo(app, viewListed, c.rules)
			consent.Client = &info
		}
		page.Data = append(page.Data, consent)
	}
	return ok(c, http.StatusOK, page)
}

func (s *service) scopes(c *call) *problem { return ok(c, http.StatusOK, scopeCatalogue()) }
