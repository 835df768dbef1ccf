// Package replay sends recorded conversations of a real authorization server
// to a target and says, member by member, where its answers differ. The format
// and what is compared are described in testdata/golden/README.md.
package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/go-jose/go-jose/v4"

	"docspace-oauth/signature"
)

// Options say what to replay, where, and how.
type Options struct {
	Dir             string   // directory of recordings
	Files           []string // globs of base names, with or without .json; none means all
	BaseURL         string   // scheme://host[:port]
	SignatureSecret string   // machine key of the target; signature.DefaultSecret if empty
	// Split tells the two-service build from the one-process build; nil finds
	// out by asking.
	Split              *bool
	IncludeServiceOnly bool // also steps that show the services without their router
	IncludeSlow        bool // also scenarios that wait for about a minute
	// Perturb sends forms in another order, with an unknown field among them, which
	// must change no answer.
	Perturb bool
	// Advance moves the target's clock instead of sleeping; with it, slow
	// scenarios are not slow and always run.
	Advance func(context.Context, time.Duration) error
	Out     io.Writer // the differences and the summary; nil discards them
	Verbose bool      // a line for every identical exchange, too
}

// Summary counts a whole replay.
type Summary struct {
	Split     bool          `json:"split"`
	Exchanges int           `json:"exchanges"` // sent, or not sendable for want of a captured value
	Identical int           `json:"identical"`
	Skipped   int           `json:"skipped"` // service_only steps and slow scenarios' steps
	Files     []FileSummary `json:"files"`
}

// FileSummary counts one scenario.
type FileSummary struct {
	File      string        `json:"file"` // base name
	ID        string        `json:"id"`
	Exchanges int           `json:"exchanges"`
	Identical int           `json:"identical"`
	Skipped   int           `json:"skipped"`
	Different []StepOutcome `json:"different,omitempty"` // in the order of the recording
}

// StepOutcome holds what differed in one exchange.
type StepOutcome struct {
	Step        int          `json:"step"` // from 1
	Name        string       `json:"name"`
	Request     string       `json:"request"` // method and recorded path
	Differences []Difference `json:"differences"`
}

// session is one replay of one scenario.
type session struct {
	run  *run
	rec  *recording
	vars *variables
}

// run is one call of Run.
type run struct {
	options  Options
	endpoint endpoint
	clientIP string
	split    bool
	advanced time.Duration // how far the target's clock was moved
	lost     int           // exchanges in a row that found nobody
	printer  printer
}

// lostLimit is how many refused connections in a row end a replay.
const lostLimit = 2

// Run replays every recording of o.Dir. Differences are no error: they are in
// the Summary and on o.Out, whose last line is "N of M exchanges identical".
// Errors: a recording that does not parse (file and step are named; nothing is
// sent), a target that refuses connections (wraps ErrUnreachable) or is none
// (wraps ErrNotDocSpace), an ended context. The Summary is filled as far as it got.
func Run(ctx context.Context, o Options) (Summary, error) {
	recordings, err := load(o.Dir, o.Files)
	if err != nil {
		return Summary{}, err
	}
	if o.SignatureSecret == "" {
		o.SignatureSecret = signature.DefaultSecret
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	r := &run{options: o, printer: printer{out: o.Out, verbose: o.Verbose}}
	if r.endpoint, err = parseEndpoint(o.BaseURL); err != nil {
		return Summary{}, err
	}
	if err := r.probe(ctx); err != nil {
		return Summary{}, err
	}
	summary := Summary{Split: r.split}
	r.printer.start(r.endpoint.base, r.split)
	for _, rec := range recordings {
		file, err := r.replay(ctx, rec)
		summary.add(file)
		r.printer.file(file)
		if err != nil {
			r.printer.end(summary)
			return summary, err
		}
	}
	r.printer.end(summary)
	return summary, r.printer.err
}

func (s *Summary) add(file FileSummary) {
	s.Exchanges += file.Exchanges
	s.Identical += file.Identical
	s.Skipped += file.Skipped
	s.Files = append(s.Files, file)
}

// probe finds out which build answers, and from which address this process is
// seen (testdata/golden/README.md, "Two builds").
func (r *run) probe(ctx context.Context) error {
	conn, err := r.endpoint.dial(ctx)
	if err != nil {
		return err
	}
	if local, ok := conn.LocalAddr().(*net.TCPAddr); ok {
		r.clientIP = local.IP.String()
	}
	conn.Close()
	if r.options.Split != nil {
		r.split = *r.options.Split
		return nil
	}
	got, err := r.endpoint.exchange(ctx, outgoing{method: "GET", path: "/oauth2/token", headers: []headerLine{
		{"Host", r.endpoint.host},
		{"X-Forwarded-Host", r.endpoint.host},
		{"Accept", "*/*"},
		{"User-Agent", "docspace-oauth-replay"},
	}})
	if err != nil {
		return fmt.Errorf("find out which build %s is: %w", r.endpoint.base, err)
	}
	switch got.status {
	case 302:
		r.split = true
	case 403:
		r.split = false
	default:
		return fmt.Errorf("%w: GET %s/oauth2/token answered %d, neither 302 (two services) nor 403 (one process)", ErrNotDocSpace, r.endpoint.base, got.status)
	}
	return nil
}

// now is the target's time.
func (r *run) now() time.Time { return time.Now().Add(r.advanced) }

func (r *run) replay(ctx context.Context, rec *recording) (FileSummary, error) {
	file := FileSummary{File: rec.file, ID: rec.ID}
	if rec.Slow && !r.options.IncludeSlow && r.options.Advance == nil {
		file.Skipped = len(rec.Steps)
		return file, nil
	}
	vars, err := freshVariables(rec, r.options.SignatureSecret, r.now())
	if err != nil {
		return file, err
	}
	vars.perturb = r.options.Perturb
	vars.values["base_url"] = r.endpoint.base
	vars.values["host"] = r.endpoint.host
	vars.values["client_ip"] = r.clientIP
	s := &session{run: r, rec: rec, vars: vars}
	for i, step := range rec.Steps {
		if step.ServiceOnly && !r.options.IncludeServiceOnly {
			file.Skipped++
			continue
		}
		if err := r.wait(ctx, step.Wait); err != nil {
			return file, fmt.Errorf("%s: %s: %w", rec.file, stepLabel(i, step.Name), err)
		}
		differences, err := s.perform(ctx, step)
		if ctx.Err() != nil {
			return file, ctx.Err()
		}
		file.Exchanges++
		outcome := StepOutcome{Step: i + 1, Name: step.Name, Request: step.Request.Method + " " + step.Request.Path, Differences: differences}
		if len(differences) == 0 {
			file.Identical++
		} else {
			file.Different = append(file.Different, outcome)
		}
		r.printer.step(rec, outcome)
		if err != nil {
			return file, fmt.Errorf("%s: %s: %w", rec.file, stepLabel(i, step.Name), err)
		}
	}
	return file, nil
}

func (r *run) wait(ctx context.Context, seconds float64) error {
	if seconds == 0 {
		return nil
	}
	pause := time.Duration(seconds * float64(time.Second))
	if r.options.Advance != nil {
		if err := r.options.Advance(ctx, pause); err != nil {
			return fmt.Errorf("advance the target's clock: %w", err)
		}
		r.advanced += pause
		return nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *session) send(ctx context.Context, out outgoing) (*received, error) {
	got, err := s.run.endpoint.exchange(ctx, out)
	if errors.Is(err, ErrUnreachable) {
		s.run.lost++
	} else {
		s.run.lost = 0
	}
	return got, err
}

// perform sends one step and compares. The error is a target that is gone;
// everything else is a difference.
func (s *session) perform(ctx context.Context, st step) ([]Difference, error) {
	out, err := s.vars.build(s.rec.Defaults.Headers, st.Request)
	if err != nil {
		s.forget(st)
		return []Difference{{Where: "request", Note: err.Error()}}, nil
	}
	got, err := s.send(ctx, out)
	if err != nil {
		s.forget(st)
		differences := []Difference{{Where: "answer", Note: err.Error()}}
		if s.run.lost >= lostLimit {
			return differences, err
		}
		return differences, nil
	}
	want := st.Expect
	if s.run.split && st.ExpectSplit != nil {
		want = st.ExpectSplit
	}
	c := &comparison{matcher: matcher{vars: s.vars, now: s.run.now()}}
	c.answer(want, got, func() (jose.JSONWebKeySet, error) { return s.keySet(ctx) })
	s.forget(st)
	for _, name := range sortedKeys(st.Capture) {
		value, err := capture(st.Capture[name], got)
		if err != nil {
			c.add(Difference{Where: "capture " + name, Note: fmt.Sprintf("%s: %v", st.Capture[name], err)})
			continue
		}
		s.vars.values[name] = value
		s.vars.captured[name] = true
	}
	return c.found, nil
}

// forget drops what a step is to capture: an earlier step's value must not
// stand in when this one has none.
func (s *session) forget(st step) {
	for name := range st.Capture {
		delete(s.vars.values, name)
	}
}
