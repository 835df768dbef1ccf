package registration

import (
	"mime"
	"net/http"
	"slices"
	"strings"
)

// route is one endpoint of §7.2.
type route struct {
	method, path string // {id} stands for one segment
	least        role   // who may call; anonymous is open to all
	json         bool   // takes a JSON body
	serve        func(*service, *call) *problem
}

// routes is the table of §7.2; literal segments stand before {id}.
func routes() []route {
	return []route{
		{"POST", "/clients", user, true, (*service).create},
		{"GET", "/clients", user, false, (*service).list},
		{"DELETE", "/clients", user, false, (*service).deleteOwn},
		{"GET", "/clients/info", user, false, (*service).listInfo},
		{"GET", "/clients/consents", guest, false, (*service).listConsents},
		{"DELETE", "/clients/tenant", admin, false, (*service).deleteTenant},
		{"GET", "/clients/{id}", user, false, (*service).read},
		{"PUT", "/clients/{id}", user, true, (*service).update},
		{"DELETE", "/clients/{id}", user, false, (*service).delete},
		{"GET", "/clients/{id}/info", user, false, (*service).readInfo},
		{"GET", "/clients/{id}/public/info", anonymous, false, (*service).readPublicInfo},
		{"PATCH", "/clients/{id}/activation", user, true, (*service).activate},
		{"PATCH", "/clients/{id}/regenerate", user, false, (*service).regenerate},
		{"DELETE", "/clients/{id}/revoke", guest, false, (*service).revoke},
		{"GET", "/scopes", guest, false, (*service).scopes},
	}
}

const basePath = "/api/2.0"

// route finds the endpoint and answers what the framework answers before it.
func (s *service) route(c *call) {
	matched := match(strings.TrimPrefix(c.URL.Path, basePath))
	if c.role == anonymous && !isOpen(matched, c.Method) {
		s.denied(c)
		return
	}
	if len(matched) == 0 {
		s.denied(c)
		return
	}
	if c.Method == http.MethodOptions {
		c.w.Header().Set("Allow", strings.Join(append(methods(matched, true), http.MethodOptions), ","))
		c.w.Header().Set("Accept-Patch", acceptPatch(matched))
		c.w.WriteHeader(http.StatusOK)
		return
	}
	method := c.Method
	if method == http.MethodHead {
		method = http.MethodGet
		c.w = headWriter{c.w}
	}
	i := slices.IndexFunc(matched, func(m matchedRoute) bool { return m.method == method })
	if i < 0 {
		c.w.Header().Set("Allow", strings.Join(methods(matched, false), ","))
		s.denied(c)
		return
	}
	found := matched[i]
	if found.json && !isJSON(c.Header.Get("Content-Type")) || !acceptsJSON(c.Request) {
		c.w.Header().Set("Accept", "application/json")
		s.denied(c)
		return
	}
	c.id = found.id
	if failure := found.serve(s, c); failure != nil {
		failure.write(c)
	}
}

type matchedRoute struct {
	route
	id string
}

// match returns the routes of a path; literal paths hide those with {id}.
func match(path string) []matchedRoute {
	var literal, variable []matchedRoute
	for _, r := range routes() {
		switch id, ok := matchTemplate(r.path, path); {
		case ok && id == "":
			literal = append(literal, matchedRoute{r, ""})
		case ok:
			variable = append(variable, matchedRoute{r, id})
		}
	}
	// DELETE /clients/info is DELETE /clients/{id}: a literal hides its own method only.
	for _, v := range variable {
		if !slices.ContainsFunc(literal, func(l matchedRoute) bool { return l.method == v.method }) {
			literal = append(literal, v)
		}
	}
	return literal
}

func matchTemplate(template, path string) (id string, ok bool) {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return "", false
	}
	for i := range want {
		switch {
		case want[i] == "{id}" && have[i] != "":
			id = have[i]
		case want[i] != have[i]:
			return "", false
		}
	}
	return id, true
}

func isOpen(matched []matchedRoute, method string) bool {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return slices.ContainsFunc(matched, func(m matchedRoute) bool { return m.method == method && m.least == anonymous })
}

// methods are those the path has, sorted; HEAD comes with GET where asked for.
func methods(matched []matchedRoute, head bool) []string {
	var names []string
	for _, m := range matched {
		names = append(names, m.method)
		if head && m.method == http.MethodGet {
			names = append(names, http.MethodHead)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func acceptPatch(matched []matchedRoute) string {
	if slices.ContainsFunc(matched, func(m matchedRoute) bool { return m.method == http.MethodPatch && m.json }) {
		return "application/json"
	}
	return ""
}

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && mediaType == "application/json"
}

// acceptsJSON is false only when Accept names nothing that JSON would be.
func acceptsJSON(r *http.Request) bool {
	values := r.Header.Values("Accept")
	if len(values) == 0 {
		return true
	}
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			mediaType, _, err := mime.ParseMediaType(strings.TrimSpace(part))
			if err == nil && slices.Contains([]string{"*/*", "application/*", "application/json"}, mediaType) {
				return true
			}
		}
	}
	return false
}

// headWriter drops the body of a HEAD answer.
type headWriter struct{ http.ResponseWriter }

func (h headWriter) Write(b []byte) (int, error) { return len(b), nil }
