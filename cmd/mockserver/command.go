package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
)

// Exit codes of the command.
const (
	exitStopped = 0 // by a signal
	exitFailed  = 1 // could not serve
	exitUsage   = 2
)

// command is the command line; every flag has an environment twin MOCKDOCSPACE_….
type command struct {
	Listen          string `placeholder:"HOST:PORT" help:"Where to listen; port 0 picks a free one. Default 127.0.0.1:8092."`
	Config          string `placeholder:"FILE" help:"Configuration file (YAML); flags win over it."`
	Profile         string `placeholder:"docspace|strict" help:"Behaviour: the real portal, quirks included (default), or the standards to the letter."`
	Variant         string `placeholder:"server|minified|saas" help:"Build of the portal. Default server."`
	ExternalURL     string `name:"external-url" placeholder:"URL" help:"How clients reach the portal, when not by the address they name."`
	SignatureSecret string `placeholder:"S" help:"The portal's machine key, which signs x-signature tokens."`
	DemoApp         string `placeholder:"HOST:PORT" help:"Also start the reference app there, e.g. localhost:3001."`
	ControlToken    string `placeholder:"T" help:"Bearer token for the control API under /mock/; required beyond loopback."`
	AutoLogin       string `placeholder:"E-MAIL" help:"Seeded user whom the login page signs in at once; with --auto-consent the authorize endpoint does, for scripts."`
	AutoConsent     bool   `help:"Let the consent page allow by itself."`
	Limits          string `placeholder:"portal" help:"Refuse requests as the portal's rate limiters do."`
	Data            string `placeholder:"FILE" help:"Keep everything in this SQLite file; without it, all is gone when the portal stops."`
	PrintConfig     bool   `help:"Print the effective configuration as a file, and exit."`
	Faults          bool   `help:"List the faults that can be switched on, and exit."`
	ReadyFile       string `placeholder:"FILE" help:"Write the portal's URL there once it serves."`
	Log             string `default:"text" enum:"text,json" help:"Form of the log on standard error: text or json."`
	Version         bool   `help:"Print the version and exit."`
}

// execute runs the command line until ctx ends and returns the exit code.
func execute(ctx context.Context, args []string, out, errs io.Writer) int {
	var line command
	ended := -1
	parser, err := kong.New(&line,
		kong.Name("mockserver"), kong.Writers(out, errs), kong.DefaultEnvars("MOCKDOCSPACE"),
		kong.Description("A DocSpace portal on your machine: OAuth 2.0 server, app registration, login and consent pages, Backend API. NOT FOR PRODUCTION."),
		kong.Exit(func(code int) { ended = code }))
	if err != nil {
		fmt.Fprintln(errs, "mockserver:", err)
		return exitFailed
	}
	_, err = parser.Parse(args)
	switch {
	case ended >= 0: // --help
		return ended
	case err != nil:
		fmt.Fprintf(errs, "mockserver: %v (mockserver --help lists the flags)\n", err)
		return exitUsage
	case line.Version:
		fmt.Fprintln(out, "mockserver", version())
		return exitStopped
	case line.Faults:
		err = mockdocspace.WriteFaults(out)
	case line.PrintConfig:
		err = line.printConfig(out)
	default:
		err = line.serve(ctx, out, errs)
	}
	var option *mockdocspace.OptionError
	var file *config.Error
	switch {
	case err == nil:
		return exitStopped
	case errors.As(err, &option), errors.As(err, &file):
		fmt.Fprintln(errs, "mockserver:", err)
		return exitUsage
	default:
		fmt.Fprintln(errs, "mockserver:", err)
		return exitFailed
	}
}

func (c command) logger(errs io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if c.Log == "json" {
		return slog.New(slog.NewJSONHandler(errs, options))
	}
	return slog.New(slog.NewTextHandler(errs, options))
}

const defaultListen = "127.0.0.1:8092"

// options are the flags over the configuration file over the defaults.
func (c command) options(logger *slog.Logger) (mockdocspace.Options, error) {
	options := mockdocspace.Options{
		Listen: c.Listen, Profile: c.Profile, Variant: c.Variant, ExternalURL: c.ExternalURL,
		SignatureSecret: c.SignatureSecret, ControlToken: c.ControlToken,
		AutoLogin: c.AutoLogin, AutoConsent: c.AutoConsent, Limits: c.Limits, DataFile: c.Data, Logger: logger,
	}
	if c.Config != "" {
		file, err := config.Load(c.Config)
		if err != nil {
			return options, err
		}
		options.Config = file
	}
	if options.Listen == "" && (options.Config == nil || options.Config.Listen == "") {
		options.Listen = defaultListen
	}
	return options, nil
}

func (c command) printConfig(out io.Writer) error {
	options, err := c.options(nil)
	if err != nil {
		return err
	}
	effective, err := options.Effective()
	if err != nil {
		return err
	}
	text, err := effective.YAML()
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

// serve runs the portal, and the reference app where asked for, until ctx ends.
func (c command) serve(ctx context.Context, out, errs io.Writer) error {
	logger := c.logger(errs)
	options, err := c.options(logger)
	if err != nil {
		return err
	}
	portal, err := mockdocspace.Start(ctx, options)
	if err != nil {
		return err
	}
	defer func() { _ = portal.Close() }()
	if c.DemoApp != "" {
		app, err := startDemoApp(c.DemoApp, portal, logger)
		if err != nil {
			return err
		}
		defer app.close()
	}
	fmt.Fprintln(out, "ready", portal.URL())
	if c.ReadyFile != "" {
		if err := writeReadyFile(c.ReadyFile, portal.URL()); err != nil {
			return err
		}
		defer func() { _ = os.Remove(c.ReadyFile) }()
	}
	printBanner(out, portal, c.DemoApp)
	<-ctx.Done()
	return portal.Close()
}

// writeReadyFile appears in one step, so that a waiting script never reads half of it.
func writeReadyFile(path, url string) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".ready-*")
	if err != nil {
		return fmt.Errorf("ready file %s: %w (its folder must exist and be writable)", path, err)
	}
	_, err = fmt.Fprintln(temporary, url)
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
		return fmt.Errorf("ready file %s: %w", path, err)
	}
	return nil
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "development build"
}
