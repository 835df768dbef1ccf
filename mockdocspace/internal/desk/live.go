package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"sort"
	"strings"

	"docspace-oauth/mockdocspace/control"
)

// flowView is a flow as the live page shows it.
type flowView struct {
	*Flow
	AppName, UserName string
	SVG               template.HTML
	Shown             []stepView
}

type stepView struct {
	control.Exchange
	Call              string // METHOD path
	Request, Response string
	Tokens            []tokenView
}

type tokenView struct{ Mark, Header, Claims string }

// live is the page; the flows come by the stream.
func (s *server) live(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, "flows.html", struct{ Page string }{"flows"})
}

// events sends each flow that changed, drawn, until the visitor or the portal goes.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	all := newFlows()
	var seen uint64
	send := func(event string, data any) error {
		text, err := json.Marshal(data)
		if err == nil {
			_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, text)
		}
		return err
	}
	for {
		exchanges, last := s.source.Exchanges(seen)
		if last < seen { // cannot be while the portal runs
			return
		}
		var changed []*Flow
		for _, x := range exchanges {
			if f := all.add(x); f != nil && !slices.Contains(changed, f) {
				changed = append(changed, f)
			}
		}
		changed = slices.DeleteFunc(changed, func(f *Flow) bool { return !slices.Contains(all.list, f) })
		names := s.names(r)
		for _, f := range changed {
			var fragment bytes.Buffer
			if err := templates().ExecuteTemplate(&fragment, "flow", names.view(f)); err != nil {
				s.logger.ErrorContext(r.Context(), "draw a flow", "error", err)
				return
			}
			if send("flow", struct {
				ID   uint64 `json:"id"`
				HTML string `json:"html"`
			}{f.ID, fragment.String()}) != nil {
				return
			}
		}
		if seen == 0 && send("following", struct {
			Last uint64 `json:"last"`
		}{last}) != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
		seen = max(seen, last)
		if s.source.Await(r.Context(), seen) != nil {
			return
		}
	}
}

// names are those of apps and users by id.
type names map[string]string

func (s *server) names(r *http.Request) names {
	n := names{}
	info, err := s.source.Info(r.Context())
	if err != nil {
		return n // ids are shown
	}
	for _, a := range info.Apps {
		n[a.ID] = a.Name
	}
	for _, u := range info.Users {
		n[u.ID] = u.Email
	}
	return n
}

func (n names) of(id string) string {
	if name := n[id]; name != "" {
		return name
	}
	return id
}

func (n names) view(f *Flow) flowView {
	view := flowView{
		Flow: f, AppName: n.of(f.App), UserName: n.of(f.User),
		SVG: template.HTML(f.Diagram().SVG()), //nolint:gosec // SVG escapes its texts
	}
	shown := map[string]bool{}
	for _, x := range f.Steps {
		step := stepView{Exchange: x, Call: x.Method + " " + short(x.URL), Request: requestText(x), Response: responseText(x)}
		for _, t := range x.Tokens {
			if !shown[t.Mark] { // where it is met first
				shown[t.Mark] = true
				step.Tokens = append(step.Tokens, tokenView{t.Mark, indented(t.Header), indented(t.Claims)})
			}
		}
		view.Shown = append(view.Shown, step)
	}
	return view
}

func indented(text json.RawMessage) string {
	var out bytes.Buffer
	if json.Indent(&out, text, "", "  ") != nil {
		return string(text)
	}
	return out.String()
}

func requestText(x control.Exchange) string {
	return fmt.Sprintf("%s %s %s\nHost: %s\n%s", x.Method, x.URL, x.Proto, x.Host, messageText(x.Request))
}

func responseText(x control.Exchange) string {
	return fmt.Sprintf("%s %d %s\n%s", x.Proto, x.Status, http.StatusText(x.Status), messageText(x.Response))
}

// messageText is one half of an exchange as it went over the wire, about; a page is
// left out.
func messageText(m control.Message) string {
	var lines []string
	for name, values := range m.Header {
		for _, value := range values {
			lines = append(lines, name+": "+value)
		}
	}
	sort.Strings(lines)
	text := strings.Join(lines, "\n") + "\n\n"
	isPage := slices.ContainsFunc(m.Header["Content-Type"], func(kind string) bool { return strings.HasPrefix(kind, "text/html") })
	switch {
	case m.Binary:
		return text + fmt.Sprintf("(%d bytes that are no text)", m.Bytes)
	case isPage:
		return text + fmt.Sprintf("(a page of %d bytes)", m.Bytes)
	case m.Cut:
		return text + m.Body + "…"
	}
	return text + m.Body
}
