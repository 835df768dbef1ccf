package replay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

var (
	// ErrUnreachable is wrapped when the target refuses connections.
	ErrUnreachable = errors.New("target is unreachable")
	// ErrNotDocSpace is wrapped when the target answers as no build of the portal does.
	ErrNotDocSpace = errors.New("target is not a DocSpace")
)

const (
	// exchangeTimeout bounds one request and its answer: the portal takes a
	// second to look up an unknown client (docs/portal/identity.md §5.2).
	exchangeTimeout = 30 * time.Second
	largestBody     = 16 << 20
)

// outgoing is a request as it goes over the wire. It is written by hand,
// because a recorded request must arrive byte for byte: no header added, no
// path cleaned, absent headers really absent.
type outgoing struct {
	method, path string
	headers      []headerLine
	body         []byte
}

type headerLine struct{ name, value string }

// received is an answer.
type received struct {
	status  int
	headers http.Header
	body    []byte
}

// endpoint is where the target listens.
type endpoint struct {
	base    string // scheme://host[:port]
	host    string // as the Host header has it
	address string // host:port to dial
	name    string // for the certificate
	secure  bool
}

func parseEndpoint(base string) (endpoint, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil {
		return endpoint{}, fmt.Errorf("base URL: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return endpoint{}, fmt.Errorf("base URL %q is not scheme://host[:port]", base)
	}
	e := endpoint{base: u.Scheme + "://" + u.Host, host: u.Host, name: u.Hostname(), secure: u.Scheme == "https"}
	port := u.Port()
	if port == "" {
		port = "80"
		if e.secure {
			port = "443"
		}
	}
	dialled := e.name
	if strings.HasSuffix(dialled, ".localhost") { // RFC 6761 §6.3; Go's resolver asks the network
		dialled = "localhost"
	}
	e.address = net.JoinHostPort(dialled, port)
	return e, nil
}

func (e endpoint) dial(ctx context.Context) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", e.address)
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if !e.secure {
		return conn, nil
	}
	secured := tls.Client(conn, &tls.Config{ServerName: e.name, MinVersion: tls.VersionTLS12})
	if err := secured.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return secured, nil
}

// exchange sends one request on a connection of its own and reads the answer.
// Redirects are not followed.
func (e endpoint) exchange(ctx context.Context, out outgoing) (*received, error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	conn, err := e.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) }) // wakes reads and writes
	defer stop()

	if _, err := conn.Write(out.bytes()); err != nil {
		return nil, fmt.Errorf("send: %w", err)
	}
	reader := bufio.NewReader(conn)
	for {
		response, err := http.ReadResponse(reader, &http.Request{Method: out.method})
		if err != nil {
			return nil, fmt.Errorf("read the answer: %w", err)
		}
		body, err := io.ReadAll(io.LimitReader(response.Body, largestBody))
		response.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("read the answer's body: %w", err)
		}
		if response.StatusCode >= 200 { // interim answers come first
			return &received{status: response.StatusCode, headers: response.Header, body: body}, nil
		}
	}
}

func (o outgoing) bytes() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\n", o.method, o.path)
	for _, h := range o.headers {
		fmt.Fprintf(&out, "%s: %s\r\n", h.name, h.value)
	}
	out.WriteString("Connection: close\r\n\r\n")
	out.Write(o.body)
	return out.Bytes()
}

// build turns a recorded request into the one to send.
func (v *variables) build(defaults pairs, r request) (outgoing, error) {
	var out outgoing
	var err error
	if out.method, err = v.expandText(r.Method); err != nil {
		return outgoing{}, err
	}
	if out.path, err = v.expandText(r.Path); err != nil {
		return outgoing{}, err
	}
	contentType, err := v.encodeBody(&out, r)
	if err != nil {
		return outgoing{}, err
	}
	set := headerSet{{"Host", v.values["host"]}}
	if contentType != "" {
		set.put("Content-Type", contentType)
	}
	if r.Basic != nil {
		credentials, err := v.expandText(strings.Join(r.Basic, ":"))
		if err != nil {
			return outgoing{}, err
		}
		set.put("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(credentials)))
	}
	for _, list := range []pairs{defaults, r.Headers} {
		for _, p := range list {
			if p.value == nil {
				set.remove(p.name)
				continue
			}
			value, err := v.expandText(*p.value)
			if err != nil {
				return outgoing{}, err
			}
			set.put(p.name, value)
		}
	}
	if err := v.addCookies(&set, r.Cookies); err != nil {
		return outgoing{}, err
	}
	if out.body != nil || r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH" {
		set.put("Content-Length", fmt.Sprint(len(out.body)))
	}
	out.headers = set
	return out, nil
}

// headerSet keeps one line per name, in the order of first use.
type headerSet []headerLine

func (s *headerSet) put(name, value string) {
	for i := range *s {
		if strings.EqualFold((*s)[i].name, name) {
			(*s)[i].value = value
			return
		}
	}
	*s = append(*s, headerLine{name, value})
}

func (s *headerSet) remove(name string) {
	kept := (*s)[:0]
	for _, line := range *s {
		if !strings.EqualFold(line.name, name) {
			kept = append(kept, line)
		}
	}
	*s = kept
}

func (v *variables) addCookies(set *headerSet, cookies pairs) error {
	var parts []string
	for _, line := range *set {
		if strings.EqualFold(line.name, "Cookie") {
			parts = append(parts, line.value)
		}
	}
	for _, p := range cookies {
		if p.value == nil {
			continue
		}
		value, err := v.expandText(*p.value)
		if err != nil {
			return err
		}
		parts = append(parts, p.name+"="+value)
	}
	if len(cookies) > 0 {
		set.put("Cookie", strings.Join(parts, "; "))
	}
	return nil
}

// encodeBody writes the body and returns its media type ("" when the recorded
// request names none).
func (v *variables) encodeBody(out *outgoing, r request) (string, error) {
	switch {
	case r.Form != nil:
		fields, err := v.fields(r.Form)
		if err != nil {
			return "", err
		}
		encoded := make([]string, len(fields))
		for i, field := range fields {
			encoded[i] = url.QueryEscape(field.name) + "=" + url.QueryEscape(field.value)
		}
		out.body = []byte(strings.Join(encoded, "&"))
		return "application/x-www-form-urlencoded", nil
	case r.Multipart != nil:
		fields, err := v.fields(r.Multipart)
		if err != nil {
			return "", err
		}
		boundary := rand.Text()
		var body bytes.Buffer
		for _, field := range fields {
			fmt.Fprintf(&body, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, field.name, field.value)
		}
		fmt.Fprintf(&body, "--%s--\r\n", boundary)
		out.body = body.Bytes()
		return "multipart/form-data; boundary=" + boundary, nil
	case r.JSON != nil:
		doc, err := v.expandDocument(r.JSON.document)
		if err != nil {
			return "", err
		}
		out.body = []byte(doc.String())
		return "application/json", nil
	case r.Body != nil:
		text, err := v.expandText(*r.Body)
		out.body = []byte(text)
		return "", err
	}
	return "", nil
}

func (v *variables) fields(list pairs) ([]headerLine, error) {
	var fields []headerLine
	for _, p := range list {
		if p.value == nil {
			continue
		}
		value, err := v.expandText(*p.value)
		if err != nil {
			return nil, err
		}
		fields = append(fields, headerLine{p.name, value})
	}
	if v.perturb {
		fields = perturbed(fields)
	}
	return fields, nil
}

// perturbed turns the fields' order around, but for fields of one name, and adds
// one that nobody knows: what OAuth servers must not mind (RFC 6749 §3.1, §3.2).
func perturbed(fields []headerLine) []headerLine {
	var names []string
	byName := map[string][]headerLine{}
	for _, field := range fields {
		if _, known := byName[field.name]; !known {
			names = append(names, field.name)
		}
		byName[field.name] = append(byName[field.name], field)
	}
	turned := []headerLine{{"unheard_of", "1"}}
	for _, name := range slices.Backward(names) {
		turned = append(turned, byName[name]...)
	}
	return turned
}
