package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// signatures is the machine's limit: ES256 signatures per second.
func signatures(duration time.Duration, cores int) float64 {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return 0
	}
	digest := sha256.Sum256([]byte("benchmark"))
	var count atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for range cores {
		all.Go(func() {
			for time.Since(begin) < duration {
				if _, err := ecdsa.SignASN1(rand.Reader, key, digest[:]); err == nil {
					count.Add(1)
				}
			}
		})
	}
	all.Wait()
	return float64(count.Load()) / time.Since(begin).Seconds()
}

// emptyRequests is the machine's limit: HTTP requests to a server that does nothing.
func emptyRequests(ctx context.Context, duration time.Duration) (float64, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	f, err := drive(ctx, load{clients: newClients(), duration: duration, act: func(client *fasthttp.Client, _ int) error {
		return send(client, "http://"+listener.Addr().String(), nil, nil, func(*fasthttp.Response) error { return nil })
	}})
	return f.PerSecond, err
}
