package backend

import "time"

// portalInfo is GET portal (§3.13). Values of which the mock knows nothing are
// the types' defaults.
type portalInfo struct {
	TenantAlias        string   `json:"tenantAlias"`
	Calls              bool     `json:"calls"`
	CreationDateTime   string   `json:"creationDateTime"`
	TenantID           int64    `json:"tenantId"`
	Industry           int      `json:"industry"`
	Language           string   `json:"language"`
	LastModified       string   `json:"lastModified"`
	Name               string   `json:"name"`
	OwnerID            string   `json:"ownerId"`
	Spam               bool     `json:"spam"`
	Status             int      `json:"status"`
	StatusChangeDate   string   `json:"statusChangeDate"`
	TimeZone           string   `json:"timeZone"`
	TrustedDomains     []string `json:"trustedDomains"`
	TrustedDomainsType int      `json:"trustedDomainsType"`
	Version            int      `json:"version"`
	VersionChanged     string   `json:"versionChanged"`
}

// noRawDate is a raw date that is not set (§2.4).
const noRawDate = "0001-01-01T00:00:00"

// portalInfo is GET portal: for sessions, never for OAuth tokens.
func (a *api) portalInfo(c *call) (result, error) {
	owner, err := a.ownerID(c)
	if err != nil {
		return result{}, err
	}
	t := c.site.Tenant
	created := t.CreatedAt.UTC().Format(time.RFC3339Nano)
	return result{body: portalInfo{
		TenantAlias: t.Alias, CreationDateTime: created, TenantID: t.ID, Language: t.Culture, LastModified: created, Name: t.Name,
		OwnerID: owner, StatusChangeDate: noRawDate, TimeZone: c.timeZone().String(), TrustedDomains: []string{}, VersionChanged: noRawDate,
	}}, nil
}
