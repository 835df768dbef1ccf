package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

type rerunCommand struct {
	File        string `arg:"" type:"existingfile" help:"A report.json."`
	Target      string `placeholder:"mock|URL|FILE" help:"Another target than the report's."`
	Report      string `default:"report" placeholder:"DIR" help:"Where the new report goes."`
	Deviations  string `placeholder:"FILE" type:"existingfile" help:"Known deviations to use instead of the built-in ones."`
	User        string `env:"DOCSPACE_USER" placeholder:"EMAIL" help:"Who signs in at a portal that is named by its address."`
	PasswordEnv string `default:"DOCSPACE_PASSWORD" placeholder:"NAME" help:"Environment variable with that user's password."`
	Headed      bool   `help:"Show the browser, and wait for you to solve a captcha where the portal wants that."`
	Quiet       bool   `help:"Print only what is not as expected."`
	JSONLines   bool   `name:"json-lines" help:"Print each result as a JSON line instead of text."`
}

// Run judges what was fail, unexpected-pass, blocked or error, as it was judged then.
func (r *rerunCommand) Run(ctx context.Context, s streams) error {
	before, err := report.Read(r.File)
	if err != nil {
		return err
	}
	again := runCommand{
		Report: r.Report, Version: before.Target.Version, Standard: before.Standard, Seed: before.Seed,
		Fault: before.Target.Faults, Quiet: r.Quiet, JSONLines: r.JSONLines, Deviations: r.Deviations,
		targetFlags: targetFlags{Target: before.Target.Spec, User: r.User, PasswordEnv: r.PasswordEnv, Headed: r.Headed},
	}
	if r.Target != "" {
		again.Target = r.Target
	}
	for _, result := range before.Results {
		if !slices.Contains([]report.Verdict{report.Fail, report.UnexpectedPass, report.Blocked, report.Error}, result.Verdict) {
			continue
		}
		again.ID = append(again.ID, result.ID)
		again.Slow = again.Slow || result.Has(requirement.NeedsSlow)
		again.Races = again.Races || result.Has(requirement.NeedsRaces)
		again.Destructive = again.Destructive || result.Has(requirement.NeedsDestructive)
	}
	if len(again.ID) == 0 {
		fmt.Fprintln(s.out, "Nothing in that report needs another look.")
		return nil
	}
	return again.Run(ctx, s)
}

type compareCommand struct {
	Before string `arg:"" name:"A.json" type:"existingfile" help:"A report.json."`
	After  string `arg:"" name:"B.json" type:"existingfile" help:"A later one, or one of another portal or version."`
	JSON   bool   `name:"json" help:"As JSON."`
}

// Run prints what changed; a regression is exit code 1.
func (c *compareCommand) Run(s streams) error {
	before, err := report.Read(c.Before)
	if err != nil {
		return err
	}
	after, err := report.Read(c.After)
	if err != nil {
		return err
	}
	changes := report.Compare(before, after)
	if c.JSON {
		err = printJSON(s.out, changes)
	} else {
		err = report.WriteChanges(s.out, changes)
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(changes, func(c report.Change) bool { return c.Regression }) {
		return exit(report.ExitFailed)
	}
	return nil
}

type cleanCommand struct {
	targetFlags `embed:""`
	DryRun      bool `name:"dry-run" help:"Only list them."`
}

// Run removes the apps of earlier runs, found by their names.
func (c *cleanCommand) Run(ctx context.Context, s streams) error {
	if c.Target == "" || c.Target == string(target.KindMock) {
		return errors.New("a mock that the runner starts ends with the run: there is nothing to clean; name a portal with --target")
	}
	t, err := c.open(ctx, nil, s)
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	if t.Kind == target.KindMock {
		return errors.New("the file's target is a mock that ends with the run: there is nothing to clean")
	}
	if t.Mock != nil {
		return c.clearMock(ctx, t, s)
	}
	if c.DryRun {
		apps, err := t.LeftOvers(ctx, "")
		if err != nil {
			return unable(s, t, err)
		}
		for _, app := range apps {
			fmt.Fprintf(s.out, "%s  %s\n", app.ID, app.Name)
		}
		fmt.Fprintf(s.out, "%d apps of earlier runs\n", len(apps))
		return nil
	}
	removed := 0
	err = t.Clean(ctx, "", func(app target.LeftOver) {
		removed++
		fmt.Fprintf(s.out, "removed %s  %s\n", app.ID, app.Name)
	})
	if err != nil {
		return unable(s, t, err)
	}
	fmt.Fprintf(s.out, "%d apps removed\n", removed)
	return nil
}

// clearMock is Run at a mock that somebody else started.
func (c *cleanCommand) clearMock(ctx context.Context, t *target.Target, s streams) error {
	before, after := "removed ", "users and apps removed"
	if c.DryRun {
		before, after = "", "users and apps of earlier runs"
	}
	found, err := t.Mock.Clear(ctx, "", c.DryRun)
	for _, left := range found {
		fmt.Fprintf(s.out, "%s%s  %s\n", before, left.ID, left.Name)
	}
	if err != nil {
		return unable(s, t, err)
	}
	fmt.Fprintf(s.out, "%d %s\n", len(found), after)
	return nil
}

func unable(s streams, t *target.Target, err error) error {
	fmt.Fprintf(s.err, "runner: clean %s: %v\n", t.URL, err)
	return exit(report.ExitUnreachable)
}
