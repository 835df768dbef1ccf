package spring

import (
	"slices"
	"testing"
)

func TestSetOrder(t *testing.T) {
	for _, test := range []struct{ listed, want []string }{
		// As recorded (testdata/golden-browser, no-scope-live).
		{
			[]string{"accounts.self:read", "files:read", "files:write", "rooms:read", "openid"},
			[]string{"files:write", "files:read", "rooms:read", "openid", "accounts.self:read"},
		},
		{[]string{"rooms:read", "files:read"}, []string{"files:read", "rooms:read"}},
		{nil, nil},
	} {
		before := slices.Clone(test.listed)
		if got := SetOrder(test.listed); !slices.Equal(got, test.want) {
			t.Errorf("%v instead of %v", got, test.want)
		}
		if !slices.Equal(before, test.listed) {
			t.Error("the argument was changed")
		}
	}
	if got := stringHash("hello"); got != 99162322 { // "hello".hashCode()
		t.Errorf("hash %d", got)
	}
}
