package mockdocspace

import (
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/config"
)

// Each name that the configuration takes means something.
func TestNamesOfTheConfigurationMeanSomething(t *testing.T) {
	for _, name := range config.RoomTypes() {
		if roomTypes[name] == 0 {
			t.Errorf("no kind of room is called %s", name)
		}
	}
	for _, name := range config.AccessNames() {
		if accesses[name] == 0 {
			t.Errorf("no right is called %s", name)
		}
	}
}

// The built-in configuration passes the check that files pass.
func TestBuiltInPortalsReadBack(t *testing.T) {
	effective, err := Options{}.Effective()
	if err != nil {
		t.Fatal(err)
	}
	written, err := effective.YAML()
	if err != nil {
		t.Fatal(err)
	}
	back, err := config.Parse("built-in.yaml", written)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.YAML()
	if err != nil || string(again) != string(written) {
		t.Errorf("%v\n%s", err, again)
	}
}

// A configuration made in Go has passed no check, and is refused all the same.
func TestContentMadeInGoIsChecked(t *testing.T) {
	room := config.Room{Title: "R", Type: "editing"}
	for want, change := range map[string]func(*config.Portal){
		`group "G": "x@a.test" is no user of portal 1`: func(p *config.Portal) { p.Groups = []config.Group{{Name: "G", Members: []string{"x@a.test"}}} },
		`type "big" is no kind of room`:                func(p *config.Portal) { p.Rooms[0].Type = "big" },
		`access "all" is no right`:                     func(p *config.Portal) { p.Rooms[0].Members = []config.Member{{User: "o@a.test", Access: "all"}} },
		`"y@a.test" is no user of portal 1`:            func(p *config.Portal) { p.Rooms[0].CreatedBy = "y@a.test" },
	} {
		portal := config.Portal{ID: 1, Hosts: []string{"a"}, Users: []config.User{{Email: "o@a.test", Password: "p", Type: "owner"}}, Rooms: []config.Room{room}}
		change(&portal)
		if _, err := New(Options{Config: &config.Config{Portals: []config.Portal{portal}}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
