package loopback

import (
	"net"
	"testing"
)

func TestLoopbackNamesAreDialled(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Skipf("no %s here: %v", address, err)
		}
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		for _, name := range []string{"localhost", "second.localhost", "Deep.Second.LOCALHOST."} {
			conn, err := Dial(t.Context(), "tcp", net.JoinHostPort(name, port))
			if err != nil {
				t.Errorf("%s at %s: %v", name, address, err)
				continue
			}
			_ = conn.Close()
		}
		_ = listener.Close()
		if conn, err := Dial(t.Context(), "tcp", net.JoinHostPort("second.localhost", port)); err == nil {
			_ = conn.Close()
			t.Error("dialled a closed port")
		}
	}
}

func TestOtherNamesAreNoLoopbackNames(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "localhost.example.com", "notlocalhost", ""} {
		if IsName(host) {
			t.Errorf("%q counts as a loopback name", host)
		}
	}
}
