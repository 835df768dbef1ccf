package suites

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"

	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// assignment is what a parent tells a worker: one JSON line on its standard input.
// The input stays open as long as the parent lives; its end stops the worker.
type assignment struct {
	Target   target.Descriptor      `json:"target"`
	IDs      []string               `json:"ids"`
	Known    requirement.Deviations `json:"known"`
	Seed     int64                  `json:"seed"`
	Key      []byte                 `json:"key"` // for redaction marks
	Timeouts Timeouts               `json:"timeouts"`
}

// event is what a worker reports: one JSON line on its standard output.
type event struct {
	Started string         `json:"started,omitempty"` // id of the check that begins
	Result  *report.Result `json:"result,omitempty"`
	Asks    string         `json:"asks,omitempty"` // what a person has to do
	Done    bool           `json:"done,omitempty"` // all were judged
}

// Work is the worker: it reads an assignment from in, judges it, and writes events
// to out. It returns the exit code of the process: 0, or 4 when the harness broke
// (the reason is on standard error). It can run once per process, as Ginkgo can.
func Work(in io.Reader, out io.Writer) int {
	lines := bufio.NewReader(in)
	line, err := lines.ReadBytes('\n')
	var a assignment
	if err == nil {
		err = json.Unmarshal(line, &a)
	}
	var t *target.Target
	if err == nil {
		t, err = target.Attach(a.Target)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "worker: %v\n", err)
		return report.ExitHarness
	}
	chromium := &browsers{}
	// The parent's end shows here or in what is written: that must not kill the worker
	// before it has cleared up.
	signal.Ignore(syscall.SIGPIPE)
	end := sync.OnceFunc(func() { abandoned(chromium, report.ExitHarness) })
	go func() { // the parent is gone: nobody reads what follows
		_, _ = io.Copy(io.Discard, lines)
		end()
	}()
	var mu sync.Mutex
	encoder := json.NewEncoder(out)
	tell := func(e event) {
		mu.Lock()
		defer mu.Unlock()
		if err := encoder.Encode(e); err != nil {
			end()
		}
	}
	if t.Headed {
		t.Ask = func(task string) { tell(event{Asks: task}) }
	}
	Register(t, RegisterOptions{
		IDs: a.IDs, Known: a.Known, RedactionKey: a.Key, Timeouts: a.Timeouts, browsers: chromium,
		Started: func(id string) { tell(event{Started: id}) },
		Ended:   func(r report.Result) { tell(event{Result: &r}) },
	})
	formatter.ColorableStdOut, formatter.ColorableStdErr = io.Discard, io.Discard
	suiteConfig, reporterConfig := ginkgo.GinkgoConfiguration()
	suiteConfig.RandomSeed, suiteConfig.RandomizeAllSpecs = a.Seed, true
	suiteConfig.FailOnEmpty = false
	var failed failure
	if ginkgo.RunSpecs(&failed, "DocSpace OAuth", suiteConfig, reporterConfig); failed {
		fmt.Fprintln(os.Stderr, "worker: Ginkgo reports a failure of its own")
		return report.ExitHarness
	}
	tell(event{Done: true})
	return report.ExitExpected
}

// failure implements ginkgo.GinkgoTestingT.
type failure bool

// Fail is called by Ginkgo when a spec failed, which no check can make happen.
func (f *failure) Fail() { *f = true }
