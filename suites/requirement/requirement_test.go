package requirement

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every entry says all that a reader of a report needs.
func TestCatalogueIsComplete(t *testing.T) {
	id := regexp.MustCompile(`^[a-z0-9-]+(/[a-z0-9.-]+){1,2}$`)
	seen := map[string]bool{}
	for _, r := range All() {
		if !id.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("id %q is malformed or not unique", r.ID)
		}
		seen[r.ID] = true
		for name, text := range map[string]string{"title": r.Title, "reference": r.Reference, "why": r.Why, "fix": r.Fix} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s has no %s", r.ID, name)
			}
		}
		if !strings.HasSuffix(r.Why, ".") || !strings.HasSuffix(r.Fix, ".") {
			t.Errorf("%s: why and fix are sentences", r.ID)
		}
		if (r.Portal == Conforms) != (r.Known == "") {
			t.Errorf("%s: what is known must say why the portal is %q", r.ID, r.Portal)
		}
	}
}

// References to the portal's documentation lead to a section that exists.
func TestReferencesResolve(t *testing.T) {
	known, err := KnownDeviations("")
	if err != nil {
		t.Fatal(err)
	}
	references := map[string]string{}
	for _, r := range All() {
		references[r.ID] = r.Reference
	}
	for id, d := range known {
		references["deviation "+id] = d.Link
	}
	for id, reference := range references {
		file, section, ok := strings.Cut(reference, " §")
		if !ok || !strings.HasPrefix(file, "docs/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join("../..", file))
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		heading := regexp.MustCompile(`(?m)^#+ ` + regexp.QuoteMeta(section) + `[. ]`)
		if !heading.Match(text) {
			t.Errorf("%s: %s has no section %s", id, file, section)
		}
	}
}

// The built-in deviation file and the catalogue say the same about the version
// that the catalogue describes.
func TestDeviationsAgreeWithCatalogue(t *testing.T) {
	known, err := KnownDeviations("")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range All() {
		d, listed := known[r.ID]
		if want := r.Portal == Deviates || r.Portal == Either; listed != want {
			t.Errorf("%s is %q in the catalogue, listed as a deviation: %v", r.ID, r.Portal, listed)
		} else if listed && (d.Expected != r.Portal || d.Why != r.Known) {
			t.Errorf("%s: catalogue says %s (%s), file says %s (%s)", r.ID, r.Portal, r.Known, d.Expected, d.Why)
		}
	}
}

func TestParseDeviationsIsStrict(t *testing.T) {
	const good = "- id: rfc6749/3.2/post-only\n  expected: dev\n  why: it does\n"
	for name, c := range map[string]struct{ text, complaint string }{
		"good":            {good, ""},
		"empty":           {"", ""},
		"unknown id":      {good + "- id: rfc6749/3.2/post-onyl\n  expected: dev\n  why: x\n", "x.yaml:4: no requirement has the id"},
		"twice":           {good + good, "x.yaml:4: \"rfc6749/3.2/post-only\" stands twice"},
		"unknown key":     {good + "  wyh: x\n", "[4:3] unknown field"},
		"unknown outcome": {strings.Replace(good, "dev", "fails", 1), "x.yaml:1: expected is"},
		"no why":          {strings.Replace(good, "it does", `""`, 1), "says no why"},
		"not a list":      {"id: x\n", "[1:"},
	} {
		_, err := ParseDeviations("x.yaml", []byte(c.text))
		switch {
		case c.complaint == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.complaint != "" && (err == nil || !strings.Contains(err.Error(), c.complaint)):
			t.Errorf("%s: error %v instead of one with %q", name, err, c.complaint)
		}
	}
}

func TestKnownDeviationsNamesTheVersionsThereAre(t *testing.T) {
	if _, err := KnownDeviations("0.0"); err == nil || !strings.Contains(err.Error(), DefaultVersion) {
		t.Errorf("error %v does not name %s", err, DefaultVersion)
	}
}

func TestNearestVersion(t *testing.T) {
	known := []string{"3.10", "3.7.2", "3.9.1"}
	for told, want := range map[string]string{
		"3.7.2": "3.7.2", "3.8": "3.7.2", "3.9": "3.7.2", "3.9.1": "3.9.1", "3.9.1.0": "3.9.1", "3.9.12": "3.9.1",
		"3.10.0": "3.10", "4": "3.10", "3.6": "3.7.2",
	} {
		if got := nearest(told, slices.Clone(known)); got != want {
			t.Errorf("%s is judged as %s instead of %s", told, got, want)
		}
	}
	if got := NearestVersion("99.0"); !slices.Contains(knownVersions(), got) {
		t.Errorf("%q has no list", got)
	}
}

func TestSelect(t *testing.T) {
	for _, c := range []struct {
		suites, patterns []string
		want             int // -1: an error, -2: more than one
	}{
		{nil, nil, len(All())},
		{nil, []string{"rfc6749/3.2/post-only"}, 1},
		{nil, []string{"secret-*"}, -2},
		{[]string{"introspect"}, []string{"post-only"}, 1},
		{nil, []string{"rfc7636/**"}, 3},
		{[]string{"tokens"}, nil, -1},
		{nil, []string{"no-such-check"}, -1},
		{nil, []string{"["}, -1},
	} {
		got, err := Select(c.suites, c.patterns)
		switch {
		case (c.want == -1) != (err != nil):
			t.Errorf("Select(%v, %v): error %v", c.suites, c.patterns, err)
		case c.want >= 0 && len(got) != c.want, c.want == -2 && len(got) < 2:
			t.Errorf("Select(%v, %v) chose %d", c.suites, c.patterns, len(got))
		}
	}
}
