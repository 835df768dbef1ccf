package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// await FILE waits until the server has written its ready file, and sets $URL.
func await(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if data, err := os.ReadFile(path); err == nil {
			ts.Setenv("URL", strings.TrimSpace(string(data)))
			return
		}
	}
	ts.Fatalf("%s did not appear", args[0])
}

// fetch URL [AUTHORITY] prints status and body; AUTHORITY is a PEM file to trust.
func fetch(ts *testscript.TestScript, _ bool, args []string) {
	transport := &http.Transport{DisableKeepAlives: true}
	if len(args) > 1 {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM([]byte(ts.ReadFile(args[1])))
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	request, err := http.NewRequest(http.MethodGet, args[0], nil)
	ts.Check(err)
	response, err := transport.RoundTrip(request)
	ts.Check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	_, _ = io.WriteString(ts.Stdout(), response.Status+"\n"+string(body)+"\n")
}

// terminate sends SIGTERM to the servers in the background.
func terminate(ts *testscript.TestScript, _ bool, _ []string) {
	for _, command := range ts.BackgroundCmds() {
		ts.Check(command.Process.Signal(syscall.SIGTERM))
	}
}

// reachable URL succeeds when something answers there; ! reachable when nothing does.
func reachable(ts *testscript.TestScript, neg bool, args []string) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(args[0])
	if err == nil {
		_ = response.Body.Close()
	}
	if neg == (err == nil) {
		ts.Fatalf("reachable %s: %v", args[0], err)
	}
}

// freePort NAME sets $NAME to a port that nobody listens on.
func freePort(ts *testscript.TestScript, _ bool, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	ts.Check(err)
	ts.Check(listener.Close())
	ts.Setenv(args[0], port)
}
