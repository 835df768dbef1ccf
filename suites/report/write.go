package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WriteAll writes the files of a report into dir, which is made if need be.
func WriteAll(dir string, r Report) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	for _, form := range []struct {
		name  string
		write func(io.Writer, Report) error
	}{
		{"report.json", JSON}, {"report.html", HTML}, {"junit.xml", JUnit}, {"summary.md", Markdown},
	} {
		if err := writeFile(filepath.Join(dir, form.name), r, form.write); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	return nil
}

// writeFile replaces a file as a whole, so that a reader never sees half a report.
func writeFile(name string, r Report, write func(io.Writer, Report) error) error {
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if err := write(file, r); err != nil {
		file.Close()
		return err
	}
	if err := file.Chmod(0o644); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
