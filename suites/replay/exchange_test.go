package replay

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
)

// TestRequestsGoOutAsRecorded reads what arrives, byte for byte.
func TestRequestsGoOutAsRecorded(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	arrived := make(chan string, 1)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			// The requests below are shorter than a packet; ReadRequest would
			// hide what this test is about.
			head := make([]byte, 4096)
			n, _ := bufio.NewReader(conn).Read(head)
			if n > 0 {
				io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
				arrived <- string(head[:n])
			}
			conn.Close()
		}
	}()
	end, err := parseEndpoint("http://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	vars := &variables{values: map[string]string{"host": "portal.test:8092", "id": "i d", "state": "a+b="}}
	common := `{"User-Agent": "recorded/1", "Accept": "*/*"}`
	tests := []struct{ name, request, want string }{
		{
			"odd path, nothing added", `{"method": "OPTIONS", "path": "/a/../b//c?x=%2F&y={{state|q}}"}`,
			"OPTIONS /a/../b//c?x=%2F&y=a%2Bb%3D HTTP/1.1\r\nHost: portal.test:8092\r\nUser-Agent: recorded/1\r\nAccept: */*\r\nConnection: close\r\n\r\n",
		},
		{
			"headers removed and replaced", `{"method": "GET", "path": "/", "headers": {"user-agent": null, "ACCEPT": "text/html", "Host": "other.test"}}`,
			"GET / HTTP/1.1\r\nHost: other.test\r\nAccept: text/html\r\nConnection: close\r\n\r\n",
		},
		{
			"form in order", `{"method": "POST", "path": "/", "headers": {"User-Agent": null, "Accept": null}, "form": [["b", "1 &"], ["a", "{{state}}"], ["b", "2"]]}`,
			"POST / HTTP/1.1\r\nHost: portal.test:8092\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 22\r\nConnection: close\r\n\r\nb=1+%26&a=a%2Bb%3D&b=2",
		},
		{
			"cookies, basic and JSON", `{"method": "PUT", "path": "/", "headers": {"User-Agent": null, "Accept": null, "Cookie": "c=0"}, "cookies": {"a": "{{state}}", "b": ""}, "basic": ["{{id}}", "s"], "json": {"b": 1, "a": "<é>", "a": [null, "{{num:id}}"]}}`,
			"PUT / HTTP/1.1\r\nHost: portal.test:8092\r\nContent-Type: application/json\r\nAuthorization: Basic aSBkOnM=\r\nCookie: c=0; a=a+b=; b=\r\nContent-Length: 33\r\nConnection: close\r\n\r\n{\"b\":1,\"a\":\"<é>\",\"a\":[null,i d]}",
		},
		{
			"body without a media type", `{"method": "POST", "path": "/", "headers": {"User-Agent": null, "Accept": null}, "body": "{}"}`,
			"POST / HTTP/1.1\r\nHost: portal.test:8092\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
		},
		{
			"POST without a body", `{"method": "POST", "path": "/", "headers": {"User-Agent": null, "Accept": null}}`,
			"POST / HTTP/1.1\r\nHost: portal.test:8092\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r request
			if err := unmarshalStrict([]byte(test.request), &r); err != nil {
				t.Fatal(err)
			}
			var headers pairs
			if err := json.Unmarshal([]byte(common), &headers); err != nil {
				t.Fatal(err)
			}
			out, err := vars.build(headers, r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := end.exchange(t.Context(), out)
			if err != nil || got.status != 204 {
				t.Fatalf("%+v, %v", got, err)
			}
			if text := <-arrived; text != test.want {
				t.Errorf("arrived\n%q\nwant\n%q", text, test.want)
			}
		})
	}
}

func TestMultipartIsReadable(t *testing.T) {
	vars := &variables{values: map[string]string{"host": "h", "state": "a=b"}}
	var r request
	if err := unmarshalStrict([]byte(`{"method":"POST","path":"/","multipart":[["scope","one"],["scope","two"],["state","{{state}}"]]}`), &r); err != nil {
		t.Fatal(err)
	}
	out, err := vars.build(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	read, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(out.bytes())))
	if err != nil {
		t.Fatal(err)
	}
	if err := read.ParseMultipartForm(1 << 20); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(read.MultipartForm.Value["scope"], read.MultipartForm.Value["state"]); got != "[one two] [a=b]" {
		t.Errorf("fields %s", got)
	}
}
