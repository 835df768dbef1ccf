package browser

import (
	"context"
	"errors"
	"fmt"
	"log"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	// startTimeout is how long Chromium may take to start; a cold start on a busy
	// machine takes several seconds.
	startTimeout = 60 * time.Second
	// closeTimeout is how long Chromium may take to end by itself before it is killed.
	closeTimeout = 5 * time.Second
)

// Options say how Chromium runs. The zero value is headless, with the browser
// that Find finds.
type Options struct {
	ExecPath string
	Headed   bool // show a window; needs a display
	// NoSandbox turns off Chromium's sandbox, which some containers don't allow. It
	// is off for root in any case.
	NoSandbox bool
	// IgnoreCertificateErrors accepts any certificate: for portals with a
	// self-signed one.
	IgnoreCertificateErrors bool
	// Resolve sends names, or names with a port, to another address and port
	// (host:port): for a portal whose name leads elsewhere, or nowhere yet.
	Resolve map[string]string
	// Ask is told, in one line, what the person who watches the browser has to do: solve a
	// captcha. The journey waits meanwhile. It must return soon. Without it a headed
	// browser asks through package log, and in a headless one nobody can be asked: a
	// captcha ends the journey.
	Ask func(task string)
	// Patience is that of journeys which don't bring their own.
	Patience Patience
}

// Browser is one Chromium process. It ends with Close, with the context given to
// Launch, and with this process, however that ends: the kernel kills it on Linux,
// and elsewhere it notices that the pipe to its driver is gone.
type Browser struct {
	ctx       context.Context // of chromedp, for the whole life of the process
	cancel    context.CancelFunc
	freeAlloc context.CancelFunc
	ask       func(task string) // nil: nobody is there
	patience  Patience
}

// Launch starts Chromium and returns when it answers.
func Launch(ctx context.Context, o Options) (*Browser, error) {
	path := o.ExecPath
	if path == "" {
		search := Find
		if o.Headed {
			search = FindHeaded
		}
		found, err := search()
		if err != nil {
			return nil, err
		}
		path = found
	}
	// No proxy is asked for what is on this machine, or is said to be elsewhere.
	direct := append([]string{"localhost", "*.localhost", "127.0.0.1", "[::1]"}, slices.Sorted(maps.Keys(o.Resolve))...)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WindowSize(1280, 900),
		chromedp.Flag("proxy-bypass-list", strings.Join(direct, ";")))
	if o.Headed {
		options = append(options, chromedp.VisibleWindow)
	}
	if o.NoSandbox {
		options = append(options, chromedp.NoSandbox)
	}
	if o.IgnoreCertificateErrors {
		options = append(options, chromedp.IgnoreCertErrors)
	}
	if len(o.Resolve) > 0 {
		options = append(options, chromedp.Flag("host-resolver-rules", resolverRules(o.Resolve)))
	}
	allocator, freeAllocator := chromedp.NewExecAllocator(ctx, options...)
	b := &Browser{freeAlloc: freeAllocator, ask: o.Ask, patience: o.Patience.or(DefaultPatience())}
	if b.ask == nil && o.Headed {
		b.ask = func(task string) { log.Print(task) }
	}
	b.ctx, b.cancel = chromedp.NewContext(allocator)
	// The context of the first call is the life of the process, so the time-out
	// stands beside it and not in it.
	started := make(chan error, 1)
	go func() { started <- chromedp.Do(b.ctx) }()
	timeout := time.NewTimer(startTimeout)
	defer timeout.Stop()
	var err error
	select {
	case err = <-started:
	case <-timeout.C:
		err = fmt.Errorf("no answer within %s", startTimeout)
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		b.cancel()
		b.freeAlloc()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return b, nil
}

// resolverRules writes a mapping as Chromium reads it.
func resolverRules(resolve map[string]string) string {
	var rules []string
	for _, name := range slices.Sorted(maps.Keys(resolve)) {
		rules = append(rules, "MAP "+name+" "+resolve[name])
	}
	return strings.Join(rules, ",")
}

// Close ends Chromium, politely first, and removes its files.
func (b *Browser) Close() error {
	ctx, cancel := context.WithTimeout(b.ctx, closeTimeout)
	defer cancel()
	err := chromedp.Cancel(ctx)
	b.cancel()
	b.freeAlloc()
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("close browser: %w", err)
	}
	return nil
}

// Context is for tabs of one's own, by chromedp.NewContext. It ends with the browser.
func (b *Browser) Context() context.Context { return b.ctx }

// PID is the process id of Chromium.
func (b *Browser) PID() int { return chromedp.FromContext(b.ctx).Browser.Process().Pid }

// Alive says whether Chromium still runs.
func (b *Browser) Alive() bool { return b.ctx.Err() == nil }
