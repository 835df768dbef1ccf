package signature

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

var now = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

func sign(t *testing.T, alg jose.SignatureAlgorithm, typ any, payload string) string {
	t.Helper()
	opts := &jose.SignerOptions{}
	if typ != nil {
		opts.WithHeader(jose.HeaderType, typ)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: Key(DefaultSecret)}, opts)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestIssueThenVerify(t *testing.T) {
	want := Claims{
		UserID: "5a1f0c3e-0f4b-4b0e-9a57-1d2c3b4a5f60", UserName: "Anna Example", UserEmail: "anna@example.com",
		TenantID: 7, TenantURL: "http://127.0.0.1:8092", Admin: true, Public: true, Expires: now.Add(Lifetime),
	}
	token, err := Issue(Key(DefaultSecret), want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Verify(Key(DefaultSecret), token, now, Leniency{})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Expires.Equal(want.Expires) {
		t.Errorf("expires %s, want %s", got.Expires, want.Expires)
	}
	got.Expires = want.Expires
	if got != want {
		t.Errorf("claims %+v, want %+v", got, want)
	}
}

// docs/portal/identity.md §2.1 and §2.2: what the portal's services accept.
func TestVerify(t *testing.T) {
	body := func(extra string) string { return `{"user_id":"u"` + extra + `}` }
	expired := fmt.Sprintf(`,"exp":%d`, now.Add(-2*Skew).Unix())
	justExpired := fmt.Sprintf(`,"exp":%d`, now.Add(-Skew/2).Unix())
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." +
		base64.RawURLEncoding.EncodeToString([]byte(body(""))) + "."
	good := sign(t, jose.HS256, "JWT", body(""))
	tests := []struct {
		name    string
		token   string
		lenient Leniency
		ok      bool
	}{
		{"plain", good, Leniency{}, true},
		{"without typ", sign(t, jose.HS256, nil, body("")), Leniency{}, true},
		{"other typ", sign(t, jose.HS256, "at+jwt", body("")), Leniency{}, false},
		{"HS512 under the same key", sign(t, jose.HS512, "JWT", body("")), Leniency{}, false},
		{"alg none", none, Leniency{}, false},
		{"alg none, unsigned allowed", none, Leniency{Unsigned: true}, true},
		{"changed signature", good[:len(good)-4] + "AAAA", Leniency{}, false},
		{"no exp", good, Leniency{}, true},
		{"expired within the skew", sign(t, jose.HS256, "JWT", body(justExpired)), Leniency{}, true},
		{"expired", sign(t, jose.HS256, "JWT", body(expired)), Leniency{}, false},
		{"expired, allowed", sign(t, jose.HS256, "JWT", body(expired)), Leniency{Expired: true}, true},
		{"not yet valid", sign(t, jose.HS256, "JWT", body(fmt.Sprintf(`,"nbf":%d`, now.Add(2*Skew).Unix()))), Leniency{}, false},
		{"tenant as a number", sign(t, jose.HS256, "JWT", body(`,"tenant_id":3`)), Leniency{}, true},
		{"tenant as text", sign(t, jose.HS256, "JWT", body(`,"tenant_id":"3"`)), Leniency{}, true},
		{"tenant as a word", sign(t, jose.HS256, "JWT", body(`,"tenant_id":"three"`)), Leniency{}, false},
		{"boolean in capitals", sign(t, jose.HS256, "JWT", body(`,"is_admin":"TRUE"`)), Leniency{}, true},
		{"native boolean", sign(t, jose.HS256, "JWT", body(`,"is_admin":true`)), Leniency{}, true},
		{"boolean as 1", sign(t, jose.HS256, "JWT", body(`,"is_admin":"1"`)), Leniency{}, false},
		{"boolean as yes", sign(t, jose.HS256, "JWT", body(`,"is_admin":"yes"`)), Leniency{}, false},
		{"empty", "", Leniency{}, false},
		{"garbage", "a.b.c", Leniency{}, false},
		{"huge exp", sign(t, jose.HS256, "JWT", body(`,"exp":1e300`)), Leniency{}, false},
	}
	verifier := NewVerifier(Key(DefaultSecret))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			claims, err := Verify(Key(DefaultSecret), tt.token, now, tt.lenient)
			if tt.ok != (err == nil) {
				t.Fatalf("error %v, want accepted = %t", err, tt.ok)
			}
			if err != nil && !errors.Is(err, ErrInvalid) {
				t.Errorf("error %v does not wrap ErrInvalid", err)
			}
			for _, time := range []string{"first", "second"} {
				again, sameErr := verifier.Verify(tt.token, now, tt.lenient)
				if again != claims || fmt.Sprint(sameErr) != fmt.Sprint(err) {
					t.Errorf("a verifier says %+v, %v the %s time; Verify says %+v, %v", again, sameErr, time, claims, err)
				}
			}
		})
	}
}

// What a verifier remembers of a token must not outlive the token's time, whichever
// way the clock moves, and must not make it take up ever more memory.
func TestVerifierJudgesTimesAtEachUse(t *testing.T) {
	verifier := NewVerifier(Key(DefaultSecret))
	token := sign(t, jose.HS256, "JWT", fmt.Sprintf(`{"user_id":"u","exp":%d,"nbf":%d}`, now.Add(time.Hour).Unix(), now.Unix()))
	for _, step := range []struct {
		after time.Duration
		ok    bool
	}{{0, true}, {time.Hour, true}, {2 * time.Hour, false}, {time.Minute, true}, {-time.Hour, false}, {0, true}} {
		if _, err := verifier.Verify(token, now.Add(step.after), Leniency{}); step.ok != (err == nil) {
			t.Errorf("after %s: error %v, want accepted = %t", step.after, err, step.ok)
		}
	}
	if _, err := NewVerifier(Key("another secret")).Verify(token, now, Leniency{}); !errors.Is(err, ErrInvalid) {
		t.Errorf("under another key: error %v, want ErrInvalid", err)
	}
}

func TestVerifierForgets(t *testing.T) {
	verifier := NewVerifier(Key(DefaultSecret))
	for i := range 3 * generation {
		token, err := Issue(Key(DefaultSecret), Claims{UserID: fmt.Sprint("u", i), Expires: now.Add(Lifetime)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verifier.Verify(token, now, Leniency{}); err != nil {
			t.Fatal(err)
		}
	}
	if remembered := len(verifier.good) + len(verifier.older); remembered > 2*generation {
		t.Errorf("%d tokens remembered, want at most %d", remembered, 2*generation)
	}
	long := sign(t, jose.HS256, "JWT", `{"user_id":"`+strings.Repeat("x", longest)+`"}`)
	if _, err := verifier.Verify(long, now, Leniency{}); err != nil {
		t.Fatal(err)
	}
	if _, known := verifier.remembered(long); known {
		t.Error("a very long token is remembered")
	}
}

// Nothing counts but what the holder of the key has signed, whatever stands around it.
func FuzzVerify(f *testing.F) {
	key := Key(DefaultSecret)
	issued := Claims{UserID: "u", Expires: now.Add(Lifetime)}
	good, err := Issue(key, issued)
	if err != nil {
		f.Fatal(err)
	}
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + good[strings.IndexByte(good, '.'):]
	for _, seed := range []string{"a.b.c", strings.Repeat(".", 5), good, unsigned, good + ".x", " " + good, strings.Replace(good, ".", "..", 1)} {
		f.Add(seed)
	}
	verifier := NewVerifier(key)
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := Verify(key, token, now, Leniency{})
		switch {
		case err == nil && (claims.UserID != issued.UserID || claims.Admin || !claims.Expires.Equal(issued.Expires)):
			t.Errorf("%q was accepted as %+v", token, claims)
		case err != nil && token == good:
			t.Errorf("what was issued: %v", err)
		case err != nil && !errors.Is(err, ErrInvalid):
			t.Errorf("error %v does not wrap ErrInvalid", err)
		}
		for range 2 { // a verifier that has seen the token says the same
			remembered, again := verifier.Verify(token, now, Leniency{})
			if remembered != claims || (again == nil) != (err == nil) {
				t.Errorf("a verifier makes %+v (%v) of %q, not %+v (%v)", remembered, again, token, claims, err)
			}
		}
		_, _ = Verify(key, token, now, Leniency{Unsigned: true, Expired: true})
	})
}

// Whoever has the key may sign anything: it is refused as a whole, or holds
// claims that can be issued and read again, and no time that has passed.
func FuzzClaims(f *testing.F) {
	key := Key(DefaultSecret)
	for _, seed := range []string{
		`{"user_id":"u","tenant_id":"3","is_admin":"True","exp":1772357400}`, `{"exp":1e300}`, `{"tenant_id":3.0,"nbf":-1}`,
		`{"user_id":null,"USER_ID":"x"}`, `[]`, ``, `{"is_guest":1}`, `{"exp":"1772357400"}`, "{\"user_id\":\"\xff\"}",
	} {
		f.Add("JWT", seed)
	}
	f.Add("at+jwt", `{}`)
	f.Fuzz(func(t *testing.T, typ, payload string) {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: key}, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
		if err != nil {
			t.Skip()
		}
		signed, err := signer.Sign([]byte(payload))
		if err != nil {
			t.Skip()
		}
		token, err := signed.CompactSerialize()
		if err != nil {
			t.Skip()
		}
		claims, err := Verify(key, token, now, Leniency{})
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Errorf("error %v does not wrap ErrInvalid", err)
			}
			return
		}
		if typ != "JWT" {
			t.Errorf("accepted with typ %q", typ)
		}
		if !claims.Expires.IsZero() && now.After(claims.Expires.Add(Skew)) {
			t.Errorf("accepted %s after its time", payload)
		}
		again, err := Issue(key, claims)
		if err != nil {
			t.Fatalf("cannot be issued: %v", err)
		}
		read, err := Verify(key, again, now, Leniency{Expired: true})
		if read.Expires = claims.Expires; err != nil || read != claims {
			t.Errorf("read %+v (%v), then %+v", claims, err, read)
		}
	})
}
