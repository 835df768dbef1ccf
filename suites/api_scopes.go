package suites

import (
	"net/http"
	"slices"

	"github.com/onsi/gomega"

	"docspace-oauth/suites/target"
)

// probe is a call of the Backend API whose scope is known.
type probe struct {
	method, path string
	scopes       []string       // any one admits (docs/portal/backend-api.md §4.1)
	document     map[string]any // body, nil for none
}

// probes are those of docs/portal/backend-api.md §7, negative 12.
func probes(owner string) []probe {
	return []probe{
		{"GET", selfPath, []string{"accounts.self:read", "accounts.self:write"}, nil},
		{"GET", "people", []string{"accounts:read", "accounts:write"}, nil},
		{"GET", "group", []string{"accounts:read"}, nil},
		{"POST", "group", []string{"accounts:write"}, map[string]any{"groupName": "Check", "groupManager": owner, "members": []string{}}},
		{"GET", "files/@my", []string{"files:read", "files:write"}, nil},
		{"POST", "files/@my/text", []string{"files:write"}, map[string]any{"title": "check", "content": "text"}},
		{"GET", "files/rooms", []string{"rooms:read", "rooms:write"}, nil},
		{"POST", "files/rooms", []string{"rooms:write"}, map[string]any{"title": "Check", "roomType": 5}},
	}
}

func (c *Case) probe(p probe, token string) Response {
	if p.document == nil {
		return c.APICall(p.method, p.path, token, nil)
	}
	return c.APICall(p.method, p.path, token, p.document)
}

func scopePolicy(c *Case) {
	user, app := c.User(target.Admin), c.App()
	for _, scope := range AllScopes {
		grant := c.GrantFor(user, app, Scope(scope))
		c.Expect(grant.Scopes).To(gomega.ConsistOf(scope), "scope of the token")
		subject, _ := tokenPart(grant.Access, 1)["sub"].(string)
		c.Step("a token for " + scope)
		for _, p := range probes(subject) {
			answer := c.probe(p, grant.Access)
			if slices.Contains(p.scopes, scope) {
				c.Expect(answer).To(HaveStatus(200), "%s opens %s %s", scope, p.method, p.path)
			} else {
				c.Expect(answer).To(BeEmpty403(), "%s does not open %s %s", scope, p.method, p.path)
			}
		}
	}
}

func anyTokenRoutes(c *Case) {
	grant := c.Grant("openid")
	c.Control("this token opens nothing of the scope table", func() {
		c.Expect(c.API(selfPath, grant.Access)).To(BeEmpty403())
	})
	subject, _ := tokenPart(grant.Access, 1)["sub"].(string)
	open := []string{"people/" + subject, "people/exists?email=" + grant.User.Email, "settings/security/password"}
	for _, path := range open {
		c.Expect(c.API(path, grant.Access)).To(BeEnvelope(), "GET %s", path)
	}
	// The fourth lets the token in; whether this user may invite is another question.
	invited := c.APICall(http.MethodPost, "people", grant.Access, map[string]any{
		"email": "nobody@app.example.test", "firstName": "No", "lastName": "Body", "type": 4,
	})
	c.Expect(len(invited.Body)).To(gomega.BeNumerically(">", 0), "POST people is refused by the user's rights, not by the scope")
	c.Warn("GET people/{id}, GET people/exists, GET settings/security/password and POST people open to every token, " +
		"whatever was granted (docs/portal/backend-api.md §4.3)")
}

func anonymousRoutes(c *Case) {
	user, app := c.User(), c.App()
	writer := c.GrantFor(user, c.App(), Scope("files:write"))
	var file string
	c.setup("a file", func() {
		answer := c.APICall(http.MethodPost, "files/@my/text", writer.Access, map[string]any{"title": "check", "content": "text"})
		c.Expect(answer).To(BeEnvelope())
		file = idOf(answer)
	})
	grant := c.GrantFor(user, app, Scope("openid"))
	for _, path := range []string{"capabilities", "settings"} {
		c.Expect(c.API(path, "")).To(BeEnvelope(), "GET %s without a token", path)
	}
	for _, path := range []string{"capabilities", "settings", "authentication", "files/file/" + file} {
		c.Expect(c.API(path, grant.Access)).To(BeEnvelope(), "GET %s with a token for openid", path)
	}
}

func neverOpen(c *Case) {
	grant := c.GrantFor(c.User(target.Admin), c.App())
	c.Control("the token has all nine scopes", func() {
		c.Expect(grant.Scopes).To(gomega.ConsistOf(AllScopes))
		c.Expect(c.API(selfPath, grant.Access)).To(BeEnvelope())
	})
	for _, path := range []string{"settings/customschemas", "portal", "modules", "keys", "security/oauth2/token"} {
		c.Expect(c.API(path, grant.Access)).To(BeEmpty403(), "GET %s", path)
	}
}

func scopeOrRight(c *Case) {
	user, app := c.User(target.Member), c.App()
	grant := c.GrantFor(user, app, Scope("accounts:read"))
	right := c.API("people", grant.Access)
	c.Expect(right).To(BeErrorEnvelope(403), "a collaborator may not list people")
	grant = c.GrantFor(user, app, Scope("files:read"))
	c.Expect(c.API("people", grant.Access)).To(BeEmpty403(), "files:read does not open people")
}
