package evidence

import (
	"slices"
	"strings"
	"testing"
)

func TestShapesOfSecrets(t *testing.T) {
	opaque := strings.Repeat("aB3_-xyz", 16)
	jwt := "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl"
	unsigned := "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0."
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"nothing":                  {"GET /oauth2/token 0", nil},
		"alone":                    {opaque, []string{opaque}},
		"in a query":               {"?code=" + opaque + "&state=x", []string{opaque}},
		"two, one character apart": {opaque + "&" + opaque, []string{opaque, opaque}},
		"too long":                 {opaque + "x", nil},
		"too short":                {opaque[1:], nil},
		"a JWT":                    {`{"t":"` + jwt + `"}`, []string{jwt}},
		"a JWT without signature":  {"Bearer " + unsigned, []string{unsigned}},
		"a JWT cut":                {jwt[:30], []string{jwt[:30]}},
		"no payload":               {"eyJhbGciOiJFUzI1NiJ9.eyJ", nil},
		"a short word before it":   {"a.eyJzdWIiOiJ1In0", nil},
		"after letters of others":  {"é" + jwt + "é", []string{jwt}},
	} {
		var got []string
		shaped(test.text, func(value string) { got = append(got, value) })
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
