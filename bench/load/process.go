package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server under test.
type process struct {
	command *exec.Cmd
	url     string
	started time.Duration // until the first answer
	done    chan error
}

// startProcess runs a server that prints "ready URL" first, and waits until it
// answers at path.
func startProcess(ctx context.Context, path, ready string, args ...string) (*process, error) {
	command := exec.CommandContext(ctx, path, args...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	p := &process{command: command, done: make(chan error, 1)}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, found := strings.CutPrefix(lines.Text(), "ready "); found {
			p.url = url
			break
		}
	}
	go func() {
		for lines.Scan() { // the banner
			continue
		}
		p.done <- command.Wait()
	}()
	if p.url == "" {
		return nil, fmt.Errorf("%s did not say that it is ready", path)
	}
	response, err := http.Get(p.url + ready)
	if err != nil {
		return nil, fmt.Errorf("first request to %s: %w", path, err)
	}
	p.started = time.Since(begin)
	return p, response.Body.Close()
}

// memory is the resident set in megabytes.
func (p *process) memory() float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			kilobytes, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
			return kilobytes / 1024
		}
	}
	return 0
}

// stop sends SIGTERM and returns how long the end took; a code other than 0 is an error.
func (p *process) stop() (time.Duration, error) {
	begin := time.Now()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {
	case err := <-p.done:
		return time.Since(begin), err
	case <-time.After(10 * time.Second):
		_ = p.command.Process.Kill()
		return 0, fmt.Errorf("%s did not stop", p.command.Path)
	}
}
