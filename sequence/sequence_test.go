package sequence

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

func TestDrawsWhatPassed(t *testing.T) {
	svg := Diagram{
		Participants: []string{"app", "portal"},
		Arrows: []Arrow{
			{From: "app", To: "portal", Label: "POST /oauth2/token"},
			{From: "portal", To: "app", Label: `400 <"&'>`, Answer: true, Bad: true, Why: "the code was already used 12 s ago" + strings.Repeat("!", 200)},
		},
	}.SVG()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("no XML: %v\n%s", err, svg)
		}
	}
	for _, part := range []string{
		`>app</text>`, `>portal</text>`, "POST /oauth2/token", "✗ 400 &lt;&#34;&amp;&#39;&gt;", "the code was already used 12 s ago", `class="answer bad"`, "…</text>",
	} {
		if !strings.Contains(svg, part) {
			t.Errorf("lacks %s in %s", part, svg)
		}
	}
	if empty := (Diagram{Participants: []string{"app"}}).SVG(); empty != "" {
		t.Errorf("nothing passed: %s", empty)
	}
}

// Labels between neighbours get the room that they need, within limits.
func TestMakesRoomForLabels(t *testing.T) {
	for label, want := range map[string]int{"GET /": narrowest, strings.Repeat("x", 35): 286, strings.Repeat("x", 90): widest} {
		d := Diagram{Participants: []string{"app", "browser", "portal"}, Arrows: []Arrow{{From: "browser", To: "app", Label: label}}}
		if got := d.column(); got != want {
			t.Errorf("%d letters: %d instead of %d", len(label), got, want)
		}
	}
	far := Diagram{Participants: []string{"app", "browser", "portal"}, Arrows: []Arrow{{From: "app", To: "portal", Label: strings.Repeat("x", 35)}}}
	if got := far.column(); got != narrowest {
		t.Errorf("across two: %d", got)
	}
}
