package mockdocspace

import (
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
