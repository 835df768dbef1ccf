package requirement

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// DefaultVersion is the portal version whose deviations count when none is named.
const DefaultVersion = "3.7.2"

//go:embed deviations/*.yaml
var deviationFiles embed.FS

// Deviation is a known failure of one portal version. It is reported apart from
// failures; when the check passes after all, that is an unexpected pass.
type Deviation struct {
	ID       string  `yaml:"id" json:"id"`             // of a requirement
	Expected Outcome `yaml:"expected" json:"expected"` // dev (fails) or either
	Why      string  `yaml:"why" json:"why"`           // what the portal does instead
	Since    string  `yaml:"since" json:"since"`       // first version known to do so
	Link     string  `yaml:"link" json:"link"`         // where that is written down
	// Seen, if not empty, is a text that the check's message must contain: a check
	// that fails for another reason than the known one is a failure.
	Seen string `yaml:"seen,omitempty" json:"seen,omitempty"`
}

// Deviations maps requirement ids to what is known. The zero value (nil) judges
// by the standards alone.
type Deviations map[string]Deviation

// KnownDeviations returns the built-in file for a portal version (empty:
// DefaultVersion). The error names the versions there are.
func KnownDeviations(version string) (Deviations, error) {
	if version == "" {
		version = DefaultVersion
	}
	name := "deviations/docspace-" + version + ".yaml"
	text, err := deviationFiles.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no deviations are known for portal version %q: there are %s",
			version, strings.Join(knownVersions(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("deviations: %w", err)
	}
	return ParseDeviations(name, text)
}

// LoadDeviations reads a deviation file.
func LoadDeviations(file string) (Deviations, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("deviations: %w", err)
	}
	return ParseDeviations(file, text)
}

// ParseDeviations reads a YAML list of deviations. An unknown key, an id that is
// not in the catalogue or comes twice, and an outcome other than dev or either
// are errors that name the line.
func ParseDeviations(name string, text []byte) (Deviations, error) {
	var rows []struct {
		Deviation `yaml:",inline"`
	}
	if err := yaml.UnmarshalWithOptions(text, &rows, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %s", name, yaml.FormatError(err, false, false))
	}
	known := Deviations{}
	for _, row := range rows {
		d := row.Deviation
		at := fmt.Sprintf("%s:%d", name, lineOf(text, d.ID))
		if _, ok := Find(d.ID); !ok {
			return nil, fmt.Errorf("%s: no requirement has the id %q", at, d.ID)
		}
		if _, twice := known[d.ID]; twice {
			return nil, fmt.Errorf("%s: %q stands twice", at, d.ID)
		}
		if d.Expected != Deviates && d.Expected != Either {
			return nil, fmt.Errorf("%s: expected is %q instead of dev or either", at, d.Expected)
		}
		if d.Why == "" {
			return nil, fmt.Errorf("%s: %q says no why", at, d.ID)
		}
		known[d.ID] = d
	}
	return known, nil
}

// lineOf finds the last line that names the id: of two entries with one id the
// second is the mistake.
func lineOf(text []byte, id string) int {
	line := 0
	for i, l := range strings.Split(string(text), "\n") {
		name, value, ok := strings.Cut(strings.TrimLeft(l, "- "), ":")
		if ok && name == "id" && strings.Trim(strings.TrimSpace(value), `"'`) == id {
			line = i + 1
		}
	}
	return line
}

// NearestVersion is the portal version, of those whose deviations are known, to judge
// a portal by that says it is told: the newest that is not newer, else the oldest.
func NearestVersion(told string) string { return nearest(told, knownVersions()) }

func nearest(told string, known []string) string {
	slices.SortFunc(known, compareVersions)
	best := known[0]
	for _, v := range known {
		if compareVersions(v, told) <= 0 {
			best = v
		}
	}
	return best
}

// compareVersions compares by number: 3.10 is newer than 3.9.
func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		var x, y int
		if i < len(as) {
			x, _ = strconv.Atoi(as[i])
		}
		if i < len(bs) {
			y, _ = strconv.Atoi(bs[i])
		}
		if x != y {
			return x - y
		}
	}
	return 0
}

func knownVersions() []string {
	entries, _ := deviationFiles.ReadDir("deviations")
	var versions []string
	for _, e := range entries {
		v := strings.TrimSuffix(strings.TrimPrefix(e.Name(), "docspace-"), ".yaml")
		versions = append(versions, v)
	}
	slices.Sort(versions)
	return versions
}
