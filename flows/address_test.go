package flows_test

import (
	"strings"
	"testing"

	"docspace-oauth/flows"
)

// A portal's address is scheme, host and port; what is wrong with it is said without
// a password that stands in it.
func TestPortalAddress(t *testing.T) {
	for address, want := range map[string]string{
		"https://Portal.Example:443": "https://portal.example",
		"http://127.0.0.1:8092/":     "http://127.0.0.1:8092",
		"http://[::1]:8092":          "http://[::1]:8092",
	} {
		portal, err := flows.NewPortal(address, nil)
		if err != nil || portal.BaseURL != want {
			t.Errorf("%s: %+v, %v", address, portal, err)
		}
	}
	for address, says := range map[string]string{
		"127.0.0.1:8092":                 "want http:// or https:// before it",
		"portal.example":                 "want http:// or https:// before it",
		"":                               "want http:// or https:// before it",
		"ftp://portal.example":           "want http:// or https://",
		"http://":                        "no host",
		"http://portal.example/path":     "want only scheme, host and port",
		"http://portal.example?a=b":      "want only scheme, host and port",
		"http://u:hush-hush@portal.test": "want only scheme, host and port",
		"ftp://u:hush-hush@portal.test":  "want http:// or https://",
	} {
		_, err := flows.NewPortal(address, nil)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
