package registration

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// call is one request on its way through a route.
type call struct {
	request *http.Request
	ctx     context.Context
	who     caller
	id      string // the {id} of the path, as sent
	rules   *rules.Rules
}

// permit refuses callers whose role is not in allowed. Handlers call it after
// they have read parameters and body: the portal's role check sits on the method
// that gets them (an inference from Spring's order of work; no recording shows it).
func (c *call) permit(allowed role) error {
	if c.who.role&allowed == 0 {
		return errAccessDenied
	}
	return nil
}

// route is one row of §7.2.
type route struct {
	method    string
	path      []string // segments below /api/2.0; {id} stands for any one
	takesJSON bool     // wants a JSON body
	handle    func(*service, http.ResponseWriter, *call) error
}

const anyID = "{id}"

// routes is §7.2. Literal segments stand before {id}: the first match wins.
var routes = []route{
	{http.MethodPost, []string{"clients"}, true, (*service).create},
	{http.MethodGet, []string{"clients"}, false, (*service).list},
	{http.MethodDelete, []string{"clients"}, false, (*service).deleteOwn},
	{http.MethodGet, []string{"clients", "info"}, false, (*service).listInfo},
	{http.MethodGet, []string{"clients", "consents"}, false, (*service).listConsents},
	{http.MethodDelete, []string{"clients", "tenant"}, false, (*service).deleteTenant},
	{http.MethodGet, []string{"clients", anyID}, false, (*service).read},
	{http.MethodPut, []string{"clients", anyID}, true, (*service).update},
	{http.MethodDelete, []string{"clients", anyID}, false, (*service).delete},
	{http.MethodGet, []string{"clients", anyID, "info"}, false, (*service).readInfo},
	{http.MethodGet, []string{"clients", anyID, "public", "info"}, false, (*service).readPublicInfo},
	{http.MethodPatch, []string{"clients", anyID, "activation"}, true, (*service).activate},
	{http.MethodPatch, []string{"clients", anyID, "regenerate"}, false, (*service).regenerate},
	{http.MethodDelete, []string{"clients", anyID, "revoke"}, false, (*service).revoke},
	{http.MethodGet, []string{"scopes"}, false, (*service).listScopes},
}

// segments are those of the request's path below /api/2.0, decoded one by one; nil elsewhere.
func segments(r *http.Request) []string {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), "/api/2.0/")
	if !ok {
		return nil
	}
	parts := strings.Split(rest, "/")
	for i, part := range parts {
		if decoded, err := url.PathUnescape(part); err == nil {
			parts[i] = decoded
		}
	}
	return parts
}

// isPublicRead is what anybody may ask (§7.2).
func isPublicRead(method string, path []string) bool {
	return (method == http.MethodGet || method == http.MethodHead) &&
		matches([]string{"clients", anyID, "public", "info"}, path)
}

func matches(pattern, path []string) bool {
	return slices.EqualFunc(pattern, path, func(want, got string) bool {
		return want == got || (want == anyID && got != "")
	})
}

// route picks the row for a request and calls it, or answers as the portal's
// framework does when there is none (§7.1, last but one row).
func (s *service) route(w http.ResponseWriter, r *http.Request, who caller, path []string) {
	var found []route
	for _, candidate := range routes {
		if matches(candidate.path, path) {
			found = append(found, candidate)
		}
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	chosen := slices.IndexFunc(found, func(c route) bool { return c.method == method })
	switch {
	case len(found) == 0:
		s.deny(w, r)
	case chosen < 0 && r.Method == http.MethodOptions:
		describe(w, found)
	case chosen < 0:
		w.Header().Set("Allow", strings.Join(methodsOf(found), ", "))
		s.deny(w, r)
	case !s.negotiated(w, r, found[chosen]):
		s.deny(w, r)
	default:
		s.invoke(w, r, who, found[chosen], path)
	}
}

// negotiated checks what the client sends and what it wants. Either way the
// refusal names JSON in Accept (§7.1).
func (s *service) negotiated(w http.ResponseWriter, r *http.Request, chosen route) bool {
	if chosen.takesJSON && !isJSON(r.Header.Get("Content-Type")) {
		w.Header().Set("Accept", mediaJSON)
		if r.Method == http.MethodPatch {
			w.Header().Set("Accept-Patch", mediaJSON)
		}
		return false
	}
	if !wantsJSON(r.Header.Values("Accept")) {
		w.Header().Set("Accept", mediaJSON)
		return false
	}
	return true
}

func (s *service) invoke(w http.ResponseWriter, r *http.Request, who caller, chosen route, path []string) {
	c := &call{request: r, ctx: r.Context(), who: who}
	if i := slices.Index(chosen.path, anyID); i >= 0 {
		c.id = path[i]
	}
	diagnosis.Of(c.ctx).Concerns(c.id, who.UserID)
	c.rules = rules.For(c.ctx, store.CanonicalAppID(c.id), who.UserID)
	pool := limit.Global
	if isPublicRead(r.Method, path) {
		pool = limit.Public
	}
	if !s.Limiter.Permit(c.rules.Build, limit.Registration, pool) {
		s.refuse(w, c, errTooMany)
		return
	}
	if err := chosen.handle(s, w, c); err != nil {
		s.refuse(w, c, err)
	}
}

// describe answers OPTIONS of somebody signed in (§7.1).
func describe(w http.ResponseWriter, found []route) {
	methods := methodsOf(found)
	if slices.Contains(methods, http.MethodGet) {
		methods = append(methods, http.MethodHead)
	}
	methods = append(methods, http.MethodOptions)
	slices.Sort(methods)
	patch := ""
	if slices.ContainsFunc(found, func(c route) bool { return c.method == http.MethodPatch && c.takesJSON }) {
		patch = mediaJSON
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	w.Header().Set("Accept-Patch", patch)
	w.WriteHeader(http.StatusOK)
}

func methodsOf(found []route) []string {
	methods := make([]string, 0, len(found))
	for _, c := range found {
		methods = append(methods, c.method)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}
