package foreign

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace"
)

// answer is what the portal sent, read to its end.
type answer struct {
	*http.Response
	body string
}

func (a answer) object(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(a.body), &m); err != nil {
		t.Fatalf("%s %q: %v", a.Status, a.body, err)
	}
	return m
}

// wire sends bytes as they are: a request line, headers in that order, and a body,
// whose length is filled in for LENGTH; HOST is the portal's.
func wire(t *testing.T, portal *mockdocspace.Portal, head []string, body string) answer {
	t.Helper()
	return wireTo(t, portal.Address(), head, body)
}

func wireTo(t *testing.T, address string, head []string, body string) answer {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(time.Minute))
	text := strings.NewReplacer("HOST", address, "LENGTH", fmt.Sprint(len(body))).Replace(strings.Join(head, "\r\n")) + "\r\n\r\n" + body
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(head[0], " ")
	response, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s: %v", head[0], err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response, string(read)}
}

// The heads of requests as axios 1.8.4 and urllib write them
// (docs/portal/clients.md §1.2).
func axiosPost(path string) []string {
	return []string{
		"POST " + path + " HTTP/1.1", "Accept: application/json, text/plain, */*",
		"Content-Type: application/x-www-form-urlencoded;charset=utf-8", "User-Agent: axios/1.8.4", "Content-Length: LENGTH",
		"Accept-Encoding: gzip, compress, deflate, br", "Host: HOST", "Connection: keep-alive",
	}
}

func axiosGet(path, token string) []string {
	return []string{
		"GET " + path + " HTTP/1.1", "Accept: application/json, text/plain, */*", "Authorization: Bearer " + token,
		"User-Agent: axios/1.8.4", "Accept-Encoding: gzip, compress, deflate, br", "Host: HOST", "Connection: keep-alive",
	}
}

func urllibPost(path string) []string {
	return []string{
		"POST " + path + " HTTP/1.1", "Accept-Encoding: identity", "Content-Type: application/x-www-form-urlencoded",
		"Content-Length: LENGTH", "Host: HOST", "User-Agent: Python-urllib/3.11", "Connection: close",
	}
}

func urllibGet(path, token string) []string {
	return []string{
		"GET " + path + " HTTP/1.1", "Accept-Encoding: identity", "Host: HOST", "User-Agent: Python-urllib/3.11",
		"Authorization: Bearer " + token, "Connection: close",
	}
}

// mcp is the head of the MCP server's requests (§2.3).
func mcp(method, path string, more ...string) []string {
	return append([]string{
		method + " " + path + " HTTP/1.1", "Accept: application/json", "User-Agent: @onlyoffice/docspace-mcp v3.2.0",
		"X-Request-ID: 5f0c8a3e-1b1d-4a1f-9a57-0d6c4a2b7e11", "X-Forwarded-For: 203.0.113.7", "X-Real-IP: 203.0.113.7", "Host: HOST",
	}, more...)
}

func mcpPost(path string) []string {
	return mcp("POST", path, "Content-Type: application/x-www-form-urlencoded", "Content-Length: LENGTH")
}

// form writes fields in their order, spaces as plus.
func form(fields ...string) string {
	var pairs []string
	for i := 0; i < len(fields); i += 2 {
		pairs = append(pairs, url.QueryEscape(fields[i])+"="+url.QueryEscape(fields[i+1]))
	}
	return strings.Join(pairs, "&")
}

// payload decodes a token as the Python samples do: with the standard alphabet,
// which no payload may leave (§1.3, §5 item 11).
func payload(t *testing.T, token string) map[string]any {
	t.Helper()
	segment := strings.Split(token, ".")[1]
	raw, err := base64.StdEncoding.DecodeString(segment + strings.Repeat("=", (4-len(segment)%4)%4))
	if err != nil {
		t.Fatalf("the standard alphabet does not read %s: %v", segment, err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}
