package requirement

var race = []Requirement{
	{
		ID: "attack/code-race", Level: Must, Needs: []Need{NeedsRaces},
		Reference: "docs/portal/identity.md §4.2",
		Title:     "Of 24 parallel exchanges of one code one wins at most",
		Portal:    Either, Known: "all may win, the last write stays",
		Faults: []string{"race.code"},
		Why:    "Two winners mean that a stolen code works beside the rightful use.",
		Fix:    "Use the code up in one atomic step.",
	},
	{
		ID: "attack/refresh-race", Level: Must, Needs: []Need{NeedsRaces},
		Reference: "docs/portal/identity.md §4.2",
		Title:     "Of 24 parallel refreshes of one token one wins at most, and its tokens work",
		Portal:    Either, Known: "all may win, the last write stays",
		Faults: []string{"race.refresh"},
		Why:    "Two winners split a grant in two, and theft stays unseen.",
		Fix:    "Rotate in one atomic compare-and-swap.",
	},
	{
		ID: "attack/consent-race", Level: Must, Needs: []Need{NeedsRaces},
		Reference: "docs/portal/identity.md §4.2",
		Title:     "Of parallel posts of one consent one gets a code at most",
		Portal:    Either, Known: "nearly every post gets a code of its own",
		Faults: []string{"race.consent"},
		Why:    "A double click must not issue codes that nobody waits for.",
		Fix:    "Use the consent state up in one atomic step.",
	},
	{
		ID: "docspace/limits/headers", Level: DocSpace, Needs: []Need{NeedsOwnPortal, NeedsLimits},
		Reference: "docs/portal/identity.md §13.1",
		Title:     "X-Ratelimit-Remaining falls to an empty 429 with the reset in nanoseconds",
		Faults:    []string{"limits.off"},
		Why:       "Clients slow down by these headers.",
		Fix:       "Count per method and caller and send the headers.",
	},
}
