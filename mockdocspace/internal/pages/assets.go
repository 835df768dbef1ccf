package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets
var assetFiles embed.FS

// assetRoot is where scripts, style and drawings lie.
const assetRoot = "/static/"

// assetBase carries the assets' digest, so that browsers may keep them for ever.
var assetBase = func() string {
	digest := sha256.New()
	err := fs.WalkDir(assetFiles, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := assetFiles.ReadFile(name)
		digest.Write([]byte(name))
		digest.Write(content)
		return err
	})
	if err != nil { // the files are part of the program
		panic("pages: embedded assets: " + err.Error())
	}
	return assetRoot + "pages/" + hex.EncodeToString(digest.Sum(nil)[:6]) + "/"
}()

func assetURL(name string) string { return assetBase + name }

// assetTypes says how files are announced; what isn't listed isn't served.
var assetTypes = map[string]string{
	".js":  "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, assetBase)
	kind := assetTypes[path.Ext(name)]
	content, err := assetFiles.ReadFile("assets/" + name)
	if !ok || kind == "" || err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}
