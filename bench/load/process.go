package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
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
func startProcess(ctx context.Context, binary, path string, args ...string) (*process, error) {
	command := exec.CommandContext(ctx, binary, args...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	p := &process{command: command, done: make(chan error, 1)}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, found := strings.CutPrefix(lines.Text(), "ready "); found {
			p.url = url
			break
		}
	}
	if p.url != "" {
		err = firstAnswer(p.url, path)
	}
	p.started = time.Since(begin)
	go func() {
		for lines.Scan() { // the banner
			continue
		}
		p.done <- command.Wait()
	}()
	if err != nil || p.url == "" {
		p.kill()
		return nil, fmt.Errorf("%s did not get ready: %w", binary, err)
	}
	return p, nil
}

// firstAnswer asks without an HTTP client, whose own beginnings would count.
func firstAnswer(url, path string) error {
	address := strings.TrimPrefix(url, "http://")
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	if _, err := fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, address); err != nil {
		return err
	}
	status, err := bufio.NewReader(connection).ReadString('\n')
	if err == nil && !strings.Contains(status, " 200 ") {
		err = fmt.Errorf("GET %s: %s", path, strings.TrimSpace(status))
	}
	return err
}

func (p *process) id() int { return p.command.Process.Pid }

// memory is the resident set in megabytes.
func (p *process) memory() float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.id()))
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
		p.kill()
		return 0, fmt.Errorf("%s did not stop", p.command.Path)
	}
}

// kill ends the process whatever it does.
func (p *process) kill() { _ = p.command.Process.Kill() }
