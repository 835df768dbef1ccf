package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"docspace-oauth/suites"
	"docspace-oauth/suites/target"
)

// introduce prints what is judged and how, where it is not a mock: the effective
// configuration, and how long it takes when requests are paced.
func (r *runCommand) introduce(t *target.Target, o suites.Options, s streams) error {
	if r.Quiet || r.JSONLines || t.Kind == target.KindMock {
		return nil
	}
	if err := printTarget(r.targetFlags, t, s); err != nil {
		return err
	}
	if t.Pacing != nil {
		plan, err := suites.NewPlan(t, o)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "about %d POSTs, %d a minute: about %s\n", plan.Posts, t.Pacing.PostsPerMinute, roughly(plan.Duration))
	}
	return nil
}

// printTarget prints the effective configuration; secrets are references in it.
func printTarget(flags targetFlags, t *target.Target, s streams) error {
	if !target.IsFile(flags.Target) {
		who := "nobody signs in: what needs a user is skipped"
		if t.Access != nil {
			who = "signs in as " + t.Access.User
		}
		fmt.Fprintf(s.out, "target %s, %s\n", t.URL, who)
		return nil
	}
	f, err := target.LoadFile(flags.Target)
	if err != nil {
		return err
	}
	text, err := f.YAML()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "target %s:\n  %s\n", flags.Target, strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  "))
	return nil
}

// plan says what a run would do and sends nothing.
func (r *runCommand) plan(o suites.Options, s streams) error {
	t, err := target.Describe(r.Target, r.User, os.Getenv(r.PasswordEnv))
	if err != nil {
		return err
	}
	t.Headed = r.Headed
	plan, err := suites.NewPlan(t, o)
	if err != nil {
		return err
	}
	if r.JSONLines {
		return printJSON(s.out, plan)
	}
	if err := printTarget(r.targetFlags, t, s); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "would judge %d requirements in about %s:\n", len(plan.Checks), roughly(plan.Duration))
	what := "registered, and deleted again"
	switch {
	case len(t.Apps) > 0:
		what = "registered: ready-made ones are used"
	case t.Kind == target.KindMock:
		what = "registered, at a mock that ends with the run"
	}
	fmt.Fprintf(s.out, "  about %d apps %s\n  about %d POSTs\n  about %d PUT, PATCH and DELETE requests\n", plan.Apps, what, plan.Posts, plan.Changes)
	if t.Kind == target.KindURL && t.Access != nil && len(t.Apps) == 0 {
		fmt.Fprintln(s.out, "  apps that a crashed run left there longer ago deleted")
	}
	if len(t.Apps) > 0 && t.Access != nil {
		fmt.Fprintln(s.out, "  the named users' consents to these apps withdrawn")
	}
	reasons := map[string]int{}
	for _, reason := range plan.Skipped {
		reasons[reason]++
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Fprintf(s.out, "  %d skipped: %s\n", reasons[reason], reason)
	}
	if t.Kind != target.KindMock && t.Access == nil {
		fmt.Fprintln(s.out, "  nobody was named who can sign in: what needs a user is skipped when its turn comes")
	}
	return nil
}

// roughly is a duration as people say it.
func roughly(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", max(1, int(d.Round(time.Second)/time.Second)))
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute)/time.Minute))
}
