package suites

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
)

// employ has workers judge ids until all are judged: when one dies on the way, the
// check that it was in gets verdict error and another worker takes the rest.
func (r *run) employ(ctx context.Context, ids []string) {
	for len(ids) > 0 && ctx.Err() == nil {
		left, during, err := r.worker(ctx, ids)
		if ctx.Err() != nil || err == nil {
			return
		}
		if during == "" {
			r.broke("%v", err)
			return
		}
		req, _ := requirement.Find(during)
		r.keep(report.Result{
			Requirement: req, Verdict: report.Error,
			Message: fmt.Sprintf("the worker ended in the middle of this check: %v", err),
		})
		ids = left
	}
}

// worker runs one worker process over ids. On an error it returns the ids that were
// not begun and the one that was in progress, "" for none.
func (r *run) worker(ctx context.Context, ids []string) (left []string, during string, err error) {
	command, err := r.workerCommand()
	if err != nil {
		return ids, "", err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.WaitDelay = 2 * time.Second
	ownGroup(cmd)
	remove, err := scratch(cmd)
	if err != nil {
		return ids, "", err
	}
	defer remove()
	var complaint bytes.Buffer
	cmd.Stderr = &limitedWriter{to: &complaint, left: 8 << 10}
	in, err := cmd.StdinPipe()
	if err != nil {
		return ids, "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return ids, "", err
	}
	if err := cmd.Start(); err != nil {
		return ids, "", fmt.Errorf("start a worker: %w", err)
	}
	order, err := json.Marshal(assignment{
		Target: r.target.Descriptor, IDs: ids, Known: r.known, Seed: r.options.Seed,
		Key: r.key, Timeouts: r.options.Timeouts,
	})
	if err == nil {
		_, err = in.Write(append(order, '\n'))
	}
	var done bool
	left = slices.Clone(ids)
	if err == nil {
		left, during, done = r.listen(out, left, cancel)
	}
	in.Close()
	waited := cmd.Wait()
	if done { // closing its input may have ended it before it could exit by itself
		return nil, "", nil
	}
	message := strings.TrimSpace(complaint.String())
	if waited == nil {
		waited = io.ErrUnexpectedEOF
	}
	return left, during, fmt.Errorf("worker ended early: %w %s", waited, message)
}

// listen reads a worker's events until its output ends. A worker that is silent for
// longer than any check may take is stopped.
func (r *run) listen(out io.Reader, ids []string, stop func()) (left []string, during string, done bool) {
	limits := r.options.Timeouts.orDefault()
	patience := 2*(max(limits.Check, limits.Browser)+limits.Grace) + 10*limits.Probe
	silent := time.AfterFunc(patience, stop)
	defer silent.Stop()
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return ids, during, done
		}
		silent.Reset(patience)
		var e event
		if json.Unmarshal(line, &e) != nil {
			continue // not ours: something printed to standard output
		}
		switch {
		case e.Started != "":
			during = e.Started
			ids = slices.DeleteFunc(ids, func(id string) bool { return id == during })
		case e.Result != nil:
			during = ""
			r.note(*e.Result)
		case e.Asks != "" && r.target.Ask != nil:
			r.target.Ask(e.Asks)
		case e.Done:
			done = true
			return ids, during, done
		}
	}
}

// note keeps a verdict, and ends all workers once one of them finds the target lost:
// the others would only find out the same, each after its own patience.
func (r *run) note(result report.Result) {
	if result.Verdict == report.Blocked && strings.HasPrefix(result.Message, lostPrefix) {
		r.mu.Lock()
		if r.report.Lost == "" {
			r.report.Lost = result.Message
		}
		r.results[result.ID] = result // not told: the sentence comes once, at the end
		r.mu.Unlock()
		r.lose()
		return
	}
	r.keep(result)
}

// limitedWriter keeps the beginning of what is written.
type limitedWriter struct {
	to   *bytes.Buffer
	left int
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	n := min(len(p), w.left)
	w.to.Write(p[:n])
	w.left -= n
	return len(p), nil
}
