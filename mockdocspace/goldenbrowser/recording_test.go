package goldenbrowser_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const directory = "../../testdata/golden-browser"

var recordings = flag.String("recordings", "", "directory of whole recordings to take over into "+directory)

// journey is what is kept of a recording.
type journey struct {
	ID    string `json:"id"`
	Steps []step `json:"steps"`
}

// step is one thing that was seen, or done by the tester. Which members count
// depends on the kind.
type step struct {
	Kind string `json:"kind"`

	Action string `json:"action,omitempty"` // driver
	URL    string `json:"url,omitempty"`    // driver, navigation, xhr, script-open, history, html-parsed, page

	// navigation and xhr
	Method         string            `json:"method,omitempty"`
	Status         int               `json:"status,omitempty"` // 0: aborted before there was an answer
	CausedBy       string            `json:"caused_by,omitempty"`
	Location       string            `json:"location,omitempty"`
	XRedirectURI   string            `json:"x_redirect_uri,omitempty"`
	SetCookie      []string          `json:"set_cookie,omitempty"`
	RequestCookies []string          `json:"request_cookies,omitempty"`
	RequestHeaders map[string]string `json:"request_headers,omitempty"`
	RequestBody    any               `json:"request_body,omitempty"` // JSON, or pairs of name and value of a form

	Path string `json:"-"` // server-fetch

	// script-cookie, script-storage, script-open
	Cookie string `json:"cookie,omitempty"`
	Op     string `json:"op,omitempty"`
	Key    string `json:"key,omitempty"`
	Target string `json:"target,omitempty"`

	// html-parsed: what is in the document before its script has run
	AllowButton          bool     `json:"allow_button,omitempty"`
	AppLoader            bool     `json:"app_loader,omitempty"`
	LoginForm            bool     `json:"login_form,omitempty"`
	ErrorContainer       bool     `json:"error_container,omitempty"`
	ScriptVisibleCookies []string `json:"script_visible_cookies,omitempty"`

	// page, at rest
	Name           string   `json:"name,omitempty"`
	Title          string   `json:"title,omitempty"`
	Headings       []string `json:"headings,omitempty"`
	Inputs         []input  `json:"inputs,omitempty"`
	Buttons        []button `json:"buttons,omitempty"`
	Links          []link   `json:"links,omitempty"`
	Images         []image  `json:"images,omitempty"`
	TestIDs        []string `json:"testids,omitempty"`
	IDs            []string `json:"ids,omitempty"`
	History        []string `json:"history,omitempty"`
	Cookies        []cookie `json:"cookies,omitempty"`
	LocalStorage   []string `json:"localStorage,omitempty"`
	SessionStorage []string `json:"sessionStorage,omitempty"`
}

type input struct {
	ID           string `json:"id,omitempty"`
	Name         string `json:"name,omitempty"`
	Type         string `json:"type,omitempty"`
	TestID       string `json:"testid,omitempty"`
	Placeholder  string `json:"placeholder,omitempty"`
	Autocomplete string `json:"autocomplete,omitempty"`
	DataError    string `json:"data_error,omitempty"`
	Focused      bool   `json:"focused,omitempty"`
	Checked      bool   `json:"checked,omitempty"`
	Disabled     bool   `json:"disabled,omitempty"`
}

type button struct {
	ID           string `json:"id,omitempty"`
	TestID       string `json:"testid,omitempty"`
	Text         string `json:"text,omitempty"`
	Type         string `json:"type,omitempty"`
	AriaLabel    string `json:"aria_label,omitempty"`
	Disabled     bool   `json:"disabled,omitempty"`
	AriaBusy     string `json:"aria_busy,omitempty"`
	AriaDisabled string `json:"aria_disabled,omitempty"`
}

type link struct {
	ID     string `json:"id,omitempty"`
	TestID string `json:"testid,omitempty"`
	Href   string `json:"href,omitempty"`
	Target string `json:"target,omitempty"`
}

type image struct {
	ID    string `json:"id,omitempty"`
	Class string `json:"cls,omitempty"`
	Alt   string `json:"alt,omitempty"`
}

type cookie struct {
	Name     string `json:"name"`
	Host     string `json:"host"`
	Path     string `json:"path"`
	HTTPOnly bool   `json:"httpOnly,omitempty"`
	Secure   bool   `json:"secure,omitempty"`
	SameSite string `json:"sameSite,omitempty"`
	Life     string `json:"life"`
	Value    string `json:"value,omitempty"`
}

// background are the kinds of steps that are not compared: what the portal's own
// servers and the framework of its pages do among themselves.
var background = []string{"server-fetch", "rsc", "console", "pageerror", "note"}

// reduce keeps of a recording what is compared.
func reduce(recording []byte) (journey, error) {
	var whole journey
	if err := json.Unmarshal(recording, &whole); err != nil {
		return whole, err
	}
	var paths struct{ Steps []struct{ Path string } }
	if err := json.Unmarshal(recording, &paths); err != nil {
		return whole, err
	}
	for i := range paths.Steps {
		whole.Steps[i].Path = paths.Steps[i].Path
	}
	for i := range whole.Steps {
		if whole.Steps[i].Kind == "server-action" {
			whole.Steps[i].Status = whole.signInAnswer(i)
		}
	}
	whole.Steps = slices.DeleteFunc(whole.Steps, func(s step) bool { return slices.Contains(background, s.Kind) })
	return whole, nil
}

// signInAnswer is the status that the login application's server got for the form
// that a server action sent; the action itself is answered 200 whatever came of it.
func (j journey) signInAnswer(action int) int {
	nearest, status := len(j.Steps), 0
	for i, s := range j.Steps {
		if away := max(i-action, action-i); s.Kind == "server-fetch" && s.Path == "/apisystem/portal/signin" && away < nearest {
			nearest, status = away, s.Status // their places among the others are approximate
		}
	}
	return status
}

func TestReduce(t *testing.T) {
	if *recordings == "" {
		t.Skip("no -recordings given")
	}
	names, err := filepath.Glob(filepath.Join(*recordings, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no recordings in %s: %v", *recordings, err)
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := reduce(whole)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(kept.Steps) == 0 {
			continue // single requests without a browser: testdata of package pages
		}
		text, err := json.MarshalIndent(kept, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, filepath.Base(name)), append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// load reads the journeys by name.
func load(t *testing.T) map[string]journey {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(directory, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no journeys in %s: %v", directory, err)
	}
	all := map[string]journey{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var j journey
		if err := json.Unmarshal(text, &j); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want := strings.TrimSuffix(filepath.Base(name), ".json"); j.ID != want {
			t.Errorf("%s holds the journey %s", name, j.ID)
		}
		all[j.ID] = j
	}
	return all
}

// TestRecordingsHoldWhatIsCompared keeps whole recordings, with the pages' texts, out
// of the tree.
func TestRecordingsHoldWhatIsCompared(t *testing.T) {
	for id, j := range load(t) {
		text, err := os.ReadFile(filepath.Join(directory, id+".json"))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := json.MarshalIndent(j, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != string(kept)+"\n" {
			t.Errorf("%s holds more than is compared: take it over with -recordings", id)
		}
	}
	for id := range prepared {
		if !slices.Contains(slices.Collect(maps.Keys(load(t))), id) {
			t.Errorf("there is no journey %s", id)
		}
	}
}
