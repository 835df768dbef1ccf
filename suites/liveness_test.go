package suites

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"docspace-oauth/suites/requirement"
)

func TestBeDenied(t *testing.T) {
	answer := func(status int, media, body string) Response {
		return Response{Status: status, Header: http.Header{"Content-Type": {media}}, Body: []byte(body)}
	}
	const json, html = "application/json;charset=UTF-8", "text/html"
	for name, test := range map[string]struct {
		answer Response
		denied bool
	}{
		"the right code":                  {answer(400, json, `{"error":"invalid_grant"}`), true},
		"the right code, another status":  {answer(200, json, `{"error":"invalid_grant"}`), true},
		"another code":                    {answer(400, json, `{"error":"invalid_request"}`), false},
		"unreadable, the right status":    {answer(400, html, `<html>`), true},
		"unreadable, another status":      {answer(302, html, `<html>`), false},
		"nothing said":                    {answer(400, "", ``), false},
		"tokens":                          {answer(200, json, `{"access_token":"a"}`), false},
		"tokens beside the code":          {answer(400, json, `{"error":"invalid_grant","access_token":"a"}`), false},
		"a refresh token beside the code": {answer(400, json, `{"error":"invalid_grant","refresh_token":"a"}`), false},
	} {
		got, err := BeDenied(400, "invalid_grant").Match(test.answer)
		if err != nil || got != test.denied {
			t.Errorf("%s: denied %v, %v", name, got, err)
		}
	}
}

func TestBeRefused(t *testing.T) {
	for body, refused := range map[string]bool{
		`{"error":"invalid_client"}`: true, `{"access_token":"a"}`: false, `{"refresh_token":"a"}`: false, ``: false,
	} {
		got, err := BeRefused().Match(Response{Status: 200, Body: []byte(body)})
		if err != nil || got != refused {
			t.Errorf("200 %s: refused %v, %v", body, got, err)
		}
	}
}

func TestCapacityOfTokens(t *testing.T) {
	for token, bits := range map[string]int{
		"": 0, strings.Repeat("0f", 16): 128, strings.Repeat("Zz", 11): 132, "AAAAAA-z": 48,
	} {
		if got := capacity(token); got != bits {
			t.Errorf("%q can hold %d bits, not %d", token, got, bits)
		}
	}
}

func TestOtherSecretDiffersAndKeepsItsLength(t *testing.T) {
	for _, secret := range []string{"abcA", "abcB", "x"} {
		if other := otherSecret(secret); other == secret || len(other) != len(secret) {
			t.Errorf("%q became %q", secret, other)
		}
	}
}

// Every check is dealt out once, and checks that drive a browser evenly.
func TestShardsHaveAsMuchToDo(t *testing.T) {
	var ids []string
	for _, r := range requirement.All() {
		ids = append(ids, r.ID)
	}
	var all []string
	var loads []int
	for _, shard := range shards(ids, 3, 7) {
		load := 0
		for _, id := range shard {
			load += cost(id)
		}
		all, loads = append(all, shard...), append(loads, load)
	}
	slices.Sort(ids)
	slices.Sort(all)
	if !slices.Equal(ids, all) {
		t.Errorf("%d checks were dealt out, of %d", len(all), len(ids))
	}
	if slices.Max(loads)-slices.Min(loads) > 50 {
		t.Errorf("loads %v", loads)
	}
}
