package rules

import (
	"context"
	"testing"
	"time"
)

// in counts in how many of n requests the fault consent.skipped is in force.
func in(book *Book, n int, tenant int64, app, user string) int {
	count := 0
	for range n {
		ctx := book.IntoRequest(context.Background(), Request{Tenant: tenant})
		first, second := For(ctx, app, user).Consent.Skip, For(ctx, app, user).Consent.Skip
		if first != second {
			return -1 // one request, two behaviours
		}
		if first {
			count++
		}
	}
	return count
}

func TestOccasions(t *testing.T) {
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		subject Subject
		when    Occasion
		at      time.Duration
		want    int // of ten requests of app a and user u at portal 1
	}{
		"always":                {Subject{}, Occasion{}, 0, 10},
		"three times":           {Subject{}, Occasion{Limit: 3}, 0, 3},
		"three times for a":     {Subject{App: "a"}, Occasion{Limit: 3}, 0, 3},
		"for another app":       {Subject{App: "b"}, Occasion{}, 0, 0},
		"for the user":          {Subject{User: "u"}, Occasion{}, 0, 10},
		"at the portal":         {Subject{Tenant: 1}, Occasion{}, 0, 10},
		"at another portal":     {Subject{Tenant: 2}, Occasion{}, 0, 0},
		"the app there":         {Subject{Tenant: 2, App: "a"}, Occasion{}, 0, 0},
		"certain":               {Subject{}, Occasion{Probability: 1}, 0, 10},
		"too early":             {Subject{}, Occasion{From: start.Add(time.Hour)}, 0, 0},
		"in time":               {Subject{}, Occasion{From: start, Until: start.Add(time.Hour)}, time.Minute, 10},
		"too late":              {Subject{}, Occasion{Until: start.Add(time.Hour)}, time.Hour, 0},
		"in time, and twice":    {Subject{App: "a"}, Occasion{Limit: 2, From: start}, 0, 2},
		"too early to count":    {Subject{}, Occasion{Limit: 2, From: start.Add(time.Hour)}, 0, 0},
		"by chance, but seldom": {Subject{}, Occasion{Probability: 1e-12, Seed: 1}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			book := NewBookAt(DocSpace(), func() time.Time { return start.Add(c.at) })
			if _, err := book.Switch("consent.skipped", "", c.subject, c.when); err != nil {
				t.Fatal(err)
			}
			if got := in(book, 10, 1, "a", "u"); got != c.want {
				t.Errorf("in force in %d requests instead of %d", got, c.want)
			}
			if uses := book.List()[0].Uses; uses != int64(c.want) {
				t.Errorf("%d uses were counted", uses)
			}
		})
	}
}

func TestChanceRepeatsWithItsSeed(t *testing.T) {
	run := func(seed uint64) (string, Active) {
		book := NewBook(DocSpace())
		active, err := book.Switch("consent.skipped", "", Subject{}, Occasion{Probability: 0.5, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		var pattern []byte
		for range 64 {
			pattern = append(pattern, "01"[in(book, 1, 1, "", "")])
		}
		return string(pattern), active
	}
	first, drawn := run(0)
	again, _ := run(drawn.Occasion.Seed)
	if drawn.Occasion.Seed == 0 || first != again {
		t.Errorf("with the seed %d of\n%s came\n%s", drawn.Occasion.Seed, first, again)
	}
	if other, _ := run(drawn.Occasion.Seed + 1); other == first {
		t.Error("another seed gives the same chance")
	}
}

func TestNonsenseOccasionsAreRefused(t *testing.T) {
	now := time.Now()
	for _, when := range []Occasion{
		{Limit: -1},
		{Probability: -0.1},
		{Probability: 1.1},
		{From: now, Until: now},
	} {
		if _, err := NewBook(DocSpace()).Switch("consent.skipped", "", Subject{}, when); err == nil {
			t.Errorf("%+v was accepted", when)
		}
	}
}
