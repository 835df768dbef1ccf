// Command screens makes a picture of every page that a person sees of the mock and
// of the demo app, in both themes, as narrow as a phone and as wide as a desktop:
//
//	go run ./docs/screens DIR [NAME…]
//
// With names it makes the pictures of these pages only.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/chromedp/chromedp"

	"docspace-oauth/internal/gallery"
)

// looks are the pictures of each page, by the end of their names.
var looks = map[string]gallery.Look{
	"375-light":  {Width: 375, Height: 720},
	"375-dark":   {Width: 375, Height: 720, Dark: true},
	"1280-light": {Width: 1280, Height: 800},
	"1280-dark":  {Width: 1280, Height: 800, Dark: true},
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./docs/screens DIR [NAME…]")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "screens:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, folder string, names []string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	stand, err := gallery.Open(ctx, "docspace")
	if err != nil {
		return err
	}
	defer stand.Close()
	made := 0
	for _, page := range gallery.Pages() {
		if len(names) > 0 && !slices.Contains(names, page.Name) {
			continue
		}
		for ending, look := range looks {
			file := filepath.Join(folder, page.Name+"-"+ending+".png")
			if err := stand.Visit(ctx, page, look, func(ctx context.Context) error { return save(ctx, file) }); err != nil {
				return err
			}
			made++
		}
	}
	fmt.Printf("%d pictures in %s\n", made, folder)
	return nil
}

// save writes a picture of the whole page, below the fold too; of what a dialog
// covers only what is on the screen.
func save(ctx context.Context, file string) error {
	dialog, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector("dialog[open]") !== null`))
	if err != nil {
		return err
	}
	take := chromedp.FullScreenshot(100)
	if dialog {
		take = chromedp.CaptureScreenshot()
	}
	picture, err := chromedp.Run(ctx, take)
	if err != nil {
		return err
	}
	return os.WriteFile(file, picture, 0o644)
}
