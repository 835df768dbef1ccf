package suites

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"docspace-oauth/flows"
	"docspace-oauth/signature"
)

// registrationChecks judge the API with which apps are managed.
func registrationChecks() []Check {
	return slices.Concat(
		[]Check{
			{"docspace/registration/created", registrationCreated},
			{"docspace/registration/listed", registrationListed},
		},
		registrationValidationChecks(),
		registrationRoleChecks(),
		registrationLifeChecks(),
	)
}

// Manage sends a request of the registration API as u (nobody: the zero User), at
// u's portal; path stands below /api/2.0/clients. A nil document sends no body. Raw.
func (c *Case) Manage(u User, method, path string, document any) Response {
	header := http.Header{"Accept": {"application/json"}}
	if u.Email != "" {
		header.Set(signature.Name, c.Signature(u))
	}
	address := u.Portal + "/api/2.0/clients" + path
	if document == nil {
		return c.Do(c.Request(method, address, header, nil))
	}
	return c.PostJSON(method, address, document, header)
}

// Create registers an app as u and deletes it after the check, if there is one. Raw.
func (c *Case) Create(u User, registration any) Response {
	answer := c.Manage(u, http.MethodPost, "", registration)
	if id := answer.Text("client_id"); id != "" {
		c.redactor.Learn("secret", answer.Text("client_secret"))
		c.deleteAfter(App{App: flows.App{ID: id}, Owner: u})
	}
	return answer
}

// infoMembers are what everybody may know of an app, clientMembers what its owner
// is told besides (docs/portal/identity.md §7.4).
var (
	infoMembers = []string{
		"name", "client_id", "description", "website_url", "terms_url", "policy_url", "logo",
		"authentication_methods", "scopes", "is_public", "created_on", "created_by", "modified_on", "modified_by",
	}
	clientMembers = append(slices.Clone(infoMembers),
		"tenant", "redirect_uris", "allowed_origins", "logout_redirect_uris", "enabled")
)

// HaveMembers matches a JSON object that has at least these members.
func HaveMembers(names ...string) types.GomegaMatcher {
	var members []types.GomegaMatcher
	for _, name := range names {
		members = append(members, gomega.HaveKey(name))
	}
	return gomega.And(members...)
}

// BeProblem matches a problem document of the registration API
// (docs/portal/identity.md §7.1).
func BeProblem(status int) types.GomegaMatcher {
	return &responseMatcher{
		wanted: fmt.Sprintf("%d with a problem document", status),
		misses: func(r Response) string {
			switch {
			case r.Status != status:
				return fmt.Sprintf("the status is %d", r.Status)
			case r.MediaType() != "application/problem+json":
				return fmt.Sprintf("the content type is %q", r.Header.Get("Content-Type"))
			case r.Member("status") != float64(status):
				return fmt.Sprintf("it names the status %v", r.Member("status"))
			case r.Text("title") == "" || r.Text("detail") == "" || !strings.HasPrefix(r.Text("instance"), "/api/2.0/clients"):
				return "title, detail or instance is not there"
			}
			return ""
		},
	}
}

// BeDone matches the registration API's answer to a change: 200 and nothing else.
func BeDone() types.GomegaMatcher { return beEmpty(http.StatusOK) }

func registrationCreated(c *Case) {
	owner := c.Registrar()
	r := flows.NewRegistration("Check created", RedirectURI, "files:read", "openid")
	r.RedirectURIs = append(r.RedirectURIs, "http://localhost:3000/callback?from=docspace")
	r.AllowedOrigins = append(r.AllowedOrigins, "http://localhost:3000")
	r.AllowPKCE = true
	answer := c.Create(owner, r)
	c.Expect(answer).To(HaveStatus(http.StatusCreated))
	c.Expect(answer.MediaType()).To(gomega.Equal("application/json"), "content type")
	client := answer.JSON()
	c.Expect(client).To(HaveMembers(clientMembers...))
	c.Expect(client).To(gomega.HaveKey("client_secret"))
	id, secret := answer.Text("client_id"), answer.Text("client_secret")
	parsed, err := uuid.Parse(id)
	c.Expect(err).NotTo(gomega.HaveOccurred(), "client_id is a UUID")
	c.Expect(parsed.String()).To(gomega.Equal(id), "client_id is a UUID in its usual form")
	c.Expect(secret).To(gomega.MatchRegexp(`^[A-Za-z0-9]{36}$`), "client_secret, 36 letters and digits")
	for name, want := range map[string]string{
		"name": r.Name, "description": r.Description, "logo": r.Logo,
		"website_url": r.WebsiteURL, "terms_url": r.TermsURL, "policy_url": r.PolicyURL,
	} {
		c.Expect(client[name]).To(gomega.Equal(want), "%s", name)
	}
	for name, want := range map[string][]string{
		"redirect_uris": r.RedirectURIs, "allowed_origins": r.AllowedOrigins, "scopes": r.Scopes,
		"logout_redirect_uris":   {r.LogoutRedirectURI},
		"authentication_methods": {"client_secret_post", "none"},
	} {
		c.Expect(texts(client[name])).To(gomega.ConsistOf(want), "%s", name)
	}
	c.Expect(client["enabled"]).To(gomega.Equal(true), "enabled")
	if owner.ID != "" {
		c.Expect(client["created_by"]).To(gomega.Equal(owner.ID), "created_by")
	}
	again := c.Create(owner, r)
	c.Expect(again).To(HaveStatus(http.StatusCreated), "another app of the same name")
	c.Expect(again.Text("client_id")).NotTo(gomega.Equal(id), "client_id of another app")
	c.Expect(again.Text("client_secret")).NotTo(gomega.Equal(secret), "client_secret of another app")
	read := c.Manage(owner, http.MethodGet, "/"+id, nil)
	c.Expect(read).To(HaveStatus(http.StatusOK), "the app by its id")
	c.Expect(read.Text("client_secret")).To(gomega.Equal(secret), "client_secret by its id")
}

// entry is the object with that client id in the data of a page, nil for none.
func entry(page Response, member, id string) map[string]any {
	data, _ := page.Member("data").([]any)
	for _, item := range data {
		if object, _ := item.(map[string]any); object[member] == id {
			return object
		}
	}
	return nil
}

func registrationListed(c *Case) {
	owner, granter := c.User(), c.User()
	app := c.AppOf(owner, Scopes(probeScope, "files:read"))
	c.Code(granter, app, Scope("files:read"))

	client := c.Manage(owner, http.MethodGet, "/"+app.ID, nil)
	c.Expect(client).To(HaveStatus(http.StatusOK), "the app by its id")
	c.Expect(client.JSON()).To(HaveMembers(clientMembers...), "the app by its id")
	c.Expect(client.Text("client_secret")).To(gomega.Equal(app.Secret), "client_secret by its id")
	list := c.Manage(owner, http.MethodGet, "?limit=50", nil)
	c.Expect(list).To(HaveStatus(http.StatusOK), "list")
	c.Expect(list.JSON()).To(HaveMembers("data", "limit", "last_client_id", "last_created_on"), "list")
	c.Expect(entry(list, "client_id", app.ID)).To(HaveMembers(clientMembers...), "the app in the list")
	infos := c.Manage(owner, http.MethodGet, "/info?limit=50", nil)
	c.Expect(infos).To(HaveStatus(http.StatusOK), "list of info objects")
	c.Expect(infos.JSON()).To(HaveMembers("data", "limit", "last_client_id", "last_created_on"), "list of info objects")
	consents := c.Manage(granter, http.MethodGet, "/consents?limit=50", nil)
	c.Expect(consents).To(HaveStatus(http.StatusOK), "consents")
	c.Expect(consents.JSON()).To(HaveMembers("data", "limit", "last_modified_on"), "consents")
	consent := entry(consents, "registered_client_id", app.ID)
	c.Expect(consent).To(HaveMembers("registered_client_id", "scopes", "modified_at", "client"), "the app in the consents")
	c.Expect(consent["scopes"]).To(gomega.Equal("files:read"), "scopes of the consent")
	consented, _ := consent["client"].(map[string]any)
	info := c.Manage(owner, http.MethodGet, "/"+app.ID+"/info", nil)
	c.Expect(info).To(HaveStatus(http.StatusOK), "info")
	open := c.Manage(User{Portal: c.Target.URL}, http.MethodGet, "/"+app.ID+"/public/info", nil)
	c.Expect(open).To(HaveStatus(http.StatusOK), "public info, for nobody in particular")

	// Objects that people besides the owner see, or that many at once are seen in.
	for _, seen := range []struct {
		where  string
		object map[string]any
		answer Response
	}{
		{"info", info.JSON(), info},
		{"public info", open.JSON(), open},
		{"the list of info objects", entry(infos, "client_id", app.ID), infos},
		{"the consents", consented, consents},
	} {
		c.Expect(seen.object).To(HaveMembers(infoMembers...), seen.where)
		c.Expect(seen.object["name"]).To(gomega.Equal(app.Registered.Name), "name in %s", seen.where)
		c.Expect(seen.object).NotTo(gomega.HaveKey("client_secret"), seen.where)
		c.Expect(string(seen.answer.Body)).NotTo(gomega.ContainSubstring(app.Secret), "the secret in %s", seen.where)
	}
	c.Expect(string(list.Body)).NotTo(gomega.ContainSubstring(app.Secret), "the secret in the list")
	for _, path := range []string{"/info", "/consents"} {
		c.Expect(c.Manage(owner, http.MethodGet, path, nil)).To(BeProblem(http.StatusBadRequest), "GET clients%s without a limit", path)
	}
	c.OnOwnPortal("pages", func() { registrationPaged(c) })
}

// registrationPaged follows a list over its pages. Times of creation count in whole
// seconds there, so the clock has to go on between two apps.
func registrationPaged(c *Case) {
	owner := c.User()
	var created []string
	for range 3 {
		created = append(created, c.AppOf(owner).ID)
		c.Advance(signature.Lifetime)
	}
	slices.Reverse(created) // the newest comes first
	for _, list := range []string{"?limit=2", "/info?limit=2"} {
		first := c.Manage(owner, http.MethodGet, list, nil)
		c.Expect(clientIDs(first)).To(gomega.Equal(created[:2]), "the first page of clients%s", list)
		c.Expect(first.Text("last_client_id")).To(gomega.Equal(created[1]), "where the next page begins")
		second := c.Manage(owner, http.MethodGet, fmt.Sprintf("%s&last_client_id=%s&last_created_on=%s",
			list, first.Text("last_client_id"), first.Text("last_created_on")), nil)
		c.Expect(clientIDs(second)).To(gomega.ContainElement(created[2]), "the second page of clients%s", list)
		c.Expect(clientIDs(second)).NotTo(gomega.ContainElement(created[1]), "the second page of clients%s", list)
		c.Expect(second.Member("last_created_on")).To(gomega.BeNil(), "no page follows")
	}
}

// clientIDs are those of a page, in its order.
func clientIDs(page Response) []string {
	var ids []string
	data, _ := page.Member("data").([]any)
	for _, item := range data {
		object, _ := item.(map[string]any)
		id, _ := object["client_id"].(string)
		ids = append(ids, id)
	}
	return ids
}
