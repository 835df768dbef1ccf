package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
)

// groups say which answers are spoiled together.
var groups = map[place]rules.Endpoint{
	token: rules.EndpointToken, metadata: rules.EndpointDiscovery, metadataAlias: rules.EndpointDiscovery,
	keys: rules.EndpointDiscovery, api: rules.EndpointAPI,
}

// spoiled puts what happens to answers on their way in front of the chain.
func (c chain) spoiled(rule *rules.Gate, login func(*http.Request) string) http.Handler {
	if rule.Answers == ([rules.Endpoints]rules.Answer{}) {
		return c
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		group, ok := groups[placeOf(r.URL.Path)]
		if !ok || r.Method == http.MethodOptions || rule.Answers[group] == (rules.Answer{}) {
			c.ServeHTTP(w, r)
			return
		}
		spoiler{rule.Answers[group], login}.answer(w, r, c)
	})
}

type spoiler struct {
	rules.Answer
	login func(*http.Request) string
}

func (s spoiler) answer(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if s.Drop == rules.DropBefore {
		panic(http.ErrAbortHandler) // net/http closes the connection
	}
	if s.Status != 0 || s.ToLogin {
		s.instead(w, r)
		return
	}
	h := hold(w, r, next)
	if s.Drop == rules.DropAfter {
		panic(http.ErrAbortHandler)
	}
	s.members(h)
	s.body(h)
	wait(r.Context(), s.SlowHeader)
	if s.SlowBody == 0 {
		h.release(w)
		return
	}
	h.headers(w)
	half := h.body.Len() / 2
	_, _ = w.Write(h.body.Bytes()[:half])
	_ = http.NewResponseController(w).Flush()
	wait(r.Context(), s.SlowBody)
	_, _ = w.Write(h.body.Bytes()[half:])
}

// instead answers without doing anything.
func (s spoiler) instead(w http.ResponseWriter, r *http.Request) {
	wait(r.Context(), s.SlowHeader)
	if s.ToLogin {
		w.Header().Set("Location", s.login(r))
		w.WriteHeader(http.StatusFound)
		return
	}
	if s.ResetNanosecond {
		// The portal's limiter counts the reset in nanoseconds (docs/portal/identity.md §13.1).
		w.Header().Set("X-Ratelimit-Limit", "1")
		w.Header().Set("X-Ratelimit-Remaining", "0")
		w.Header().Set("X-Ratelimit-Reset", strconv.FormatInt(s.Wait.Nanoseconds(), 10))
	}
	if s.RetryAfter {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(s.Wait.Seconds()))))
	}
	refuse(w, s.Status, s.Error)
}

// members changes a token answer.
func (s spoiler) members(h *held) {
	if s.Expires == rules.ExpiresKept && !s.TokenTypeCase && !s.ExtraMembers && !s.OmitAccessToken && !s.OmitRefresh {
		return
	}
	members := h.object()
	if members["access_token"] == nil {
		return
	}
	switch s.Expires {
	case rules.ExpiresOne:
		members["expires_in"] = 1
	case rules.ExpiresZero:
		members["expires_in"] = 0
	case rules.ExpiresNegative:
		members["expires_in"] = -3600
	case rules.ExpiresText:
		members["expires_in"] = "3600"
	case rules.ExpiresMissing:
		delete(members, "expires_in")
	}
	if s.TokenTypeCase {
		members["token_type"] = "BEARER"
	}
	if s.ExtraMembers {
		members["extra"], members["nested"] = nil, map[string]any{"access_token": "not this one"}
	}
	if s.OmitAccessToken {
		delete(members, "access_token")
	}
	if s.OmitRefresh {
		delete(members, "refresh_token")
	}
	h.replace(members)
}

// hugeBody is 10 MB.
const hugeBody = 10 << 20

// body puts something else in place of the answer's body.
func (s spoiler) body(h *held) {
	switch s.Body {
	case rules.BodyHTML:
		h.header.Set("Content-Type", "text/html; charset=utf-8")
		h.body.Reset()
		h.body.WriteString("<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>It works</h1></body></html>")
	case rules.BodyEmpty:
		h.body.Reset()
	case rules.BodyCut:
		h.body.Truncate(h.body.Len() / 2)
	case rules.BodyWrongTypes:
		var document any
		if json.Unmarshal(h.body.Bytes(), &document) == nil {
			h.replace(otherTypes(document, 0))
		}
	case rules.BodyBadGzip:
		h.header.Set("Content-Encoding", "gzip")
		h.body.Reset()
		h.body.Write(bytes.Repeat([]byte{0x1f, 0x8b, 0x08, 0x00, 0xff}, 20))
	case rules.BodyHuge:
		h.body.Reset()
		h.body.WriteString(`{"padding":"`)
		h.body.WriteString(strings.Repeat("x", hugeBody))
		h.body.WriteString(`"}`)
	}
}

// otherTypes turns each value of an object into one of another type; the outermost
// object stays one, so that it is the members that are wrong.
func otherTypes(value any, depth int) any {
	switch v := value.(type) {
	case map[string]any:
		if depth > 0 {
			return []any{}
		}
		changed := map[string]any{}
		for name, member := range v {
			changed[name] = otherTypes(member, depth+1)
		}
		return changed
	case []any:
		return map[string]any{}
	case string:
		return len(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return "null"
}

// wait lasts d, or until the client has gone.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
