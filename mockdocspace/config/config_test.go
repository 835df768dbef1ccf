package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const portal = `
portals:
  - id: 1
    name: Example
    hosts: [127.0.0.1]
    users:
      - {email: o@example.test, password: p, type: owner}
`

// Each broken file gets one sentence with the line, the field, what is wrong
// with its value and the way out.
func TestBrokenFiles(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		{"unknown key", "profile: strict\nlissten: 1", `x.yaml:2: lissten: unknown key; see docs/configuration.md for the keys, or --print-config for a whole file`},
		{"unknown key inside", "apps:\n  - id: a\n    secrett: b", `x.yaml:3: secrett: unknown key; see docs/configuration.md for the keys, or --print-config for a whole file`},
		{"no YAML", "profile: [strict", `x.yaml:1: no valid YAML: sequence end token ']' not found; check indentation and quotes there`},
		{"tag without a value", "portals:\n  - id: 1\n    hosts: !x\nlisten: a", `x.yaml: no valid YAML; write it as --print-config does, without tags, anchors and aliases`},
		{"two documents", "profile: strict\n---\nprofile: docspace", `x.yaml:3: a second document begins here; keep one document in the file`},
		{"key twice", "profile: strict\nprofile: docspace", `x.yaml:2: no valid YAML: mapping key "profile" already defined at [1:1]; check indentation and quotes there`},
		{"list for text", "profile:\n  - strict", `x.yaml:2: a list where a text is expected; quote texts, write lists with - or []`},
		{"text for list", "apps: demo", `x.yaml:1: a text where a list is expected; quote texts, write lists with - or []`},
		{"text for number", "portals:\n  - id: one", `x.yaml:2: a text where a number is expected; quote texts, write lists with - or []`},
		{"text for boolean", "auto-consent: perhaps", `x.yaml:1: a text where true or false is expected; quote texts, write lists with - or []`},
		{"no duration", "lifetimes:\n  access-token: an hour", `x.yaml:2: lifetimes.access-token: "an hour" is no duration; write it like 90s, 60m or 24h`},
		{"too short", "lifetimes:\n  access-token: 5ms", `x.yaml:2: lifetimes.access-token: 5ms is too short; give at least 1s, or leave it out for the portal's own`},
		{"unknown profile", "profile: strickt", `x.yaml:1: profile: "strickt" is not known; use docspace or strict`},
		{"unknown variant", "listen: 127.0.0.1:1\nvariant: cloud", `x.yaml:2: variant: "cloud" is not known; use server or minified or saas`},
		{"address without port", "listen: 127.0.0.1", `x.yaml:1: listen: "127.0.0.1" is no address; write host:port, like 127.0.0.1:8092`},
		{"front URL with path", "front-url: http://front/login", `x.yaml:1: front-url: "http://front/login" is no origin; write scheme and host alone, like http://front.localhost:8092`},
		{"external URL with path", "external-url: http://mock/portal", `x.yaml:1: external-url: "http://mock/portal" is no origin; write scheme and host alone, like http://mock:8092`},
		{"TLS half", "tls:\n  certificate: a.pem", `x.yaml:2: tls: neither self-signed nor certificate and key; give both files, or self-signed: true`},
		{"TLS both", "tls:\n  self-signed: true\n  key: a.pem", `x.yaml:2: tls: self-signed beside certificate or key; choose one of the two`},
		{"key id twice", "keys:\n  - {id: a, file: a.pem}\n  - {id: a, file: b.pem}", `x.yaml:3: keys[1].id: "a" is the id of an earlier key; give each key its own id`},
		{"portal without users", "portals:\n  - id: 1\n    hosts: [a]", `x.yaml:2: portals[0].users: missing; a portal needs at least its owner`},
		{"portal id twice", portal + strings.TrimPrefix(portal, "\nportals:\n"), `x.yaml:8: portals[1].id: 1 is the id of an earlier portal; give each portal its own number`},
		{"host with port", strings.Replace(portal, "[127.0.0.1]", "[localhost:80]", 1), `x.yaml:5: portals[0].hosts[0]: "localhost:80" is no host name; write the name alone, without scheme and port`},
		{"no owner", strings.Replace(portal, "owner", "admin", 1), `x.yaml:7: portals[0].users: 0 owners; a portal has exactly one`},
		{"unknown role", strings.Replace(portal, "owner", "boss", 1), `x.yaml:7: portals[0].users[0].type: "boss" is no kind of user; use owner, admin, roomadmin, user, guest`},
		{"e-mail twice", portal + "      - {email: O@example.test, password: p, type: user}", `x.yaml:8: portals[0].users[1].email: "O@example.test" is the address of an earlier user; an address stands once per portal`},
		{"no UUID", strings.Replace(portal, "{email", "{id: seven, email", 1), `x.yaml:7: portals[0].users[0].id: "seven" is no UUID; leave it out, or write a UUID`},
		{"app id twice", "apps:\n  - {id: a, secret: b, redirect-uris: ['http://a/cb']}\n  - {id: a, secret: b, redirect-uris: ['http://a/cb']}", `x.yaml:3: apps[1].id: "a" is the id of an earlier app; give each app its own id`},
		{"app without secret", "apps:\n  - id: a\n    redirect-uris: [http://a/cb]", `x.yaml:2: apps[0].secret: missing; give the app a secret; any text will do`},
		{"relative redirect URI", "apps:\n  - id: a\n    secret: b\n    redirect-uris: [/cb]", `x.yaml:4: apps[0].redirect-uris[0]: "/cb" is no absolute URI; write it whole, like http://localhost:3001/callback`},
		{"unknown scope", "apps:\n  - id: a\n    secret: b\n    redirect-uris: [http://a/cb]\n    scopes: [files]", `x.yaml:5: apps[0].scopes[0]: "files" is no scope of the portal; use accounts:read, accounts:write, accounts.self:read, accounts.self:write, files:read, files:write, rooms:read, rooms:write, openid`},
		{"app of no portal", portal + "apps:\n  - {id: a, secret: b, portal: 2, redirect-uris: ['http://a/cb']}", `x.yaml:9: apps[0].portal: no portal has the id 2; name one of portals`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(tt.yaml))
			if err == nil {
				t.Fatal("accepted")
			}
			var described *Error
			if !errors.As(err, &described) {
				t.Errorf("error of type %T", err)
			}
			if err.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
		})
	}
}

func TestAMissingFileIsNamed(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"))
	if err == nil || !strings.Contains(err.Error(), "none.yaml: cannot be read") {
		t.Errorf("error %v", err)
	}
}

func TestAnEmptyFileIsTheDefaults(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing but a remark\n"} {
		if _, err := Parse("x.yaml", []byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "portal.yaml")
	text := portal + `
apps:
  - id: your_client_id
    secret: 'any: "text" #1'
    redirect-uris: [http://localhost:3000/callback]
    scopes: [openid]
lifetimes: {access-token: 90s}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if first.Apps[0].Secret != `any: "text" #1` || first.Lifetimes.AccessToken.Value() != 90*time.Second {
		t.Errorf("read %+v", first)
	}
	written, err := first.YAML()
	if err != nil {
		t.Fatal(err)
	}
	second, err := Parse("written", written)
	if err != nil {
		t.Fatalf("%v in\n%s", err, written)
	}
	again, err := second.YAML()
	if err != nil || string(again) != string(written) {
		t.Errorf("changed on the way: %v\n%s\n%s", err, written, again)
	}
}

// What is no configuration is described; what is one is written so that it reads
// back as the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(portal))
	f.Add([]byte("apps:\n  - id: a"))
	f.Add([]byte("apps:\n  - {id: a, secret: b, redirect-uris: ['http://a/cb'], scopes: [openid], allow-pkce: true}\nfaults:\n  - {name: x, uses: 3, from: 2030-01-31T12:00:00Z}"))
	f.Add([]byte("lifetimes: {access-token: 1h}\nkeys: [{id: a, file: b}]\ntls: {self-signed: true, hosts: [a]}\nlisten: '[::1]:0'\nfault-header: yes"))
	f.Add([]byte("a: &x {b: *x}\n<<: *x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("x.yaml", data)
		if err != nil {
			var described *Error
			if !errors.As(err, &described) {
				t.Errorf("error of type %T: %v", err, err)
			}
			return
		}
		written, err := c.YAML()
		if err != nil {
			t.Fatalf("cannot be written: %v", err)
		}
		again, err := Parse("written", written)
		if err != nil {
			t.Fatalf("does not read back: %v\n%s", err, written)
		}
		if rewritten, err := again.YAML(); err != nil || string(rewritten) != string(written) {
			t.Errorf("changed on the way: %v\n%s\n%s", err, written, rewritten)
		}
	})
}
