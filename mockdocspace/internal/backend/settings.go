package backend

import (
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// settings is the portal as a client sees it; pointers are there for some
// callers only (§3.11).
type settings struct {
	TrustedDomains     *[]string       `json:"trustedDomains,omitempty"`
	TrustedDomainsType int             `json:"trustedDomainsType"`
	Culture            string          `json:"culture"`
	UTCOffset          string          `json:"utcOffset"`
	UTCHoursOffset     float64         `json:"utcHoursOffset"`
	Timezone           string          `json:"timezone,omitempty"`
	GreetingSettings   string          `json:"greetingSettings"`
	OwnerID            string          `json:"ownerId"`
	NameSchemaID       string          `json:"nameSchemaId,omitempty"`
	EnabledJoin        *bool           `json:"enabledJoin,omitempty"`
	EnableAdmMess      bool            `json:"enableAdmMess"`
	ThirdpartyEnable   *bool           `json:"thirdpartyEnable,omitempty"`
	DocSpace           bool            `json:"docSpace"`
	Standalone         bool            `json:"standalone"`
	IsAmi              bool            `json:"isAmi"`
	BaseDomain         string          `json:"baseDomain"`
	PasswordHash       *hashSettings   `json:"passwordHash,omitempty"`
	Version            string          `json:"version"`
	RecaptchaType      int             `json:"recaptchaType"`
	DebugInfo          bool            `json:"debugInfo"`
	SocketURL          string          `json:"socketUrl,omitempty"`
	TenantStatus       int             `json:"tenantStatus"`
	TenantAlias        string          `json:"tenantAlias"`
	DisplayAbout       bool            `json:"displayAbout"`
	DomainValidator    *domainRule     `json:"domainValidator,omitempty"`
	Firebase           *struct{}       `json:"firebase,omitempty"`
	Plugins            map[string]bool `json:"plugins,omitempty"`
	FormGallery        *struct{}       `json:"formGallery,omitempty"`
	CookieSettings     bool            `json:"cookieSettingsEnabled"`
	LimitedAccessSpace bool            `json:"limitedAccessSpace"`
	LimitedDevTools    bool            `json:"limitedAccessDevToolsForUsers"`
	DisplayBanners     bool            `json:"displayBanners"`
	AIEnabled          bool            `json:"aiEnabled"`
	UserNameRegex      string          `json:"userNameRegex"`
	DeepLink           deepLink        `json:"deepLink"`
	MaxImageUploadSize int             `json:"maxImageUploadSize"`
	DefaultFolderType  int             `json:"defaultFolderType"`
	ExternalDBEnabled  bool            `json:"externalDbEnabled"`
}

type hashSettings struct {
	Size       int    `json:"size"`
	Iterations int    `json:"iterations"`
	Salt       string `json:"salt"`
}

type domainRule struct {
	Regex     string `json:"regex"`
	MinLength int    `json:"minLength"`
	MaxLength int    `json:"maxLength"`
}

type deepLink struct {
	AndroidPackageName string `json:"androidPackageName"`
	URL                string `json:"url"`
	IOSPackageID       string `json:"iosPackageId"`
}

// portalVersion is the version whose behaviour the mock has.
const portalVersion = "3.7.2"

// portalSettings is GET settings (§3.11).
func (a *api) portalSettings(c *call) (result, error) {
	t := c.site.Tenant
	s := settings{
		Culture: t.Culture, UTCOffset: "00:00:00", GreetingSettings: t.Name, OwnerID: zeroGUID,
		DocSpace: true, Standalone: true, BaseDomain: "localhost", Version: portalVersion, TenantAlias: t.Alias,
		UserNameRegex:     `^[\p{L}\p{M}' \-]+$`,
		DefaultFolderType: int(store.RootRooms),
	}
	hash := &hashSettings{Size: hashBits, Iterations: hashIterations, Salt: a.hashes.salt}
	if c.caller == nil {
		s.PasswordHash, s.EnabledJoin, s.ThirdpartyEnable = hash, ptr(false), ptr(false)
		return result{body: s}, nil
	}
	if c.URL.Query().Get("withPassword") == "true" {
		s.PasswordHash = hash
	}
	owner, err := a.ownerID(c)
	if err != nil {
		return result{}, err
	}
	zone := c.timeZone()
	_, seconds := a.Clock.Now().In(zone).Zone()
	s.OwnerID, s.Timezone, s.TrustedDomains, s.NameSchemaID = owner, zone.String(), &[]string{}, "Common"
	s.UTCOffset, s.UTCHoursOffset = timeSpan(seconds), float64(seconds)/3600
	s.SocketURL = "/socket.io"
	s.DomainValidator = &domainRule{Regex: "^[a-z0-9]([a-z0-9-]){1,98}[a-z0-9]$", MinLength: 3, MaxLength: 100}
	s.Firebase, s.FormGallery = &struct{}{}, &struct{}{}
	s.Plugins = map[string]bool{"enabled": false, "upload": false, "delete": false}
	s.LimitedDevTools, s.MaxImageUploadSize = t.LimitedDevTools, 25<<20
	return result{body: s}, nil
}

// ownerID is the tenant's owner, found by type where the tenant doesn't say.
func (a *api) ownerID(c *call) (string, error) {
	if c.site.Tenant.OwnerID != "" {
		return c.site.Tenant.OwnerID, nil
	}
	users, err := a.Store.Users(c.Context(), c.tenant())
	if err != nil {
		return "", err
	}
	for _, u := range users {
		if u.Type == store.TypeOwner {
			return u.ID, nil
		}
	}
	return zeroGUID, nil
}

// timeSpan writes seconds as .NET does: 03:00:00.
func timeSpan(seconds int) string {
	sign := ""
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	return sign + time.Unix(int64(seconds), 0).UTC().Format("15:04:05")
}

// passwordRules is GET settings/security/password (§3.11).
func (a *api) passwordRules(*call) (result, error) {
	return result{body: struct {
		MinLength   int    `json:"minLength"`
		UpperCase   bool   `json:"upperCase"`
		Digits      bool   `json:"digits"`
		SpecSymbols bool   `json:"specSymbols"`
		Allowed     string `json:"allowedCharactersRegexStr"`
		DigitsRegex string `json:"digitsRegexStr"`
		UpperRegex  string `json:"upperCaseRegexStr"`
		SpecRegex   string `json:"specSymbolsRegexStr"`
	}{8, false, false, false, `[\x21-\x7E]`, `(?=.*\d)`, `(?=.*[A-Z])`, `(?=.*[\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E])`}}, nil
}

// capabilities is GET capabilities (§3.12).
func (a *api) capabilities(*call) (result, error) {
	return result{body: struct {
		LdapEnabled    bool     `json:"ldapEnabled"`
		Providers      []string `json:"providers"`
		SsoLabel       string   `json:"ssoLabel"`
		OauthEnabled   bool     `json:"oauthEnabled"`
		SsoURL         string   `json:"ssoUrl"`
		IdentityServer bool     `json:"identityServerEnabled"`
	}{Providers: []string{}, OauthEnabled: true, IdentityServer: true}}, nil
}
