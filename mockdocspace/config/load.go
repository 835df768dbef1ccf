package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Error is what is wrong with a configuration file, where, and the way out.
type Error struct {
	File    string
	Line    int // 0 when unknown
	Field   string
	Problem string
	WayOut  string
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	b.WriteString(": ")
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(e.Problem)
	if e.WayOut != "" {
		b.WriteString("; " + e.WayOut)
	}
	return b.String()
}

// Load reads and checks a file. Errors are of type *Error.
func Load(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		var pathError *os.PathError
		reason := err.Error()
		if errors.As(err, &pathError) {
			reason = pathError.Err.Error()
		}
		return nil, &Error{File: path, Problem: "cannot be read (" + reason + ")", WayOut: "give the path of a YAML file"}
	}
	return Parse(path, data)
}

// Parse reads and checks data; name stands for the file in errors of type *Error,
// and relative paths of seeded files start at its directory.
func Parse(name string, data []byte) (*Config, error) {
	var c Config
	if len(bytes.TrimSpace(data)) == 0 {
		return &c, nil
	}
	file, err := decode(name, data, &c)
	if err != nil {
		return nil, err
	}
	if err := c.resolve(filepath.Dir(name)); err != nil {
		return nil, &Error{File: name, Problem: err.Error(), WayOut: "write paths whole"}
	}
	check := checker{file: name, root: file}
	if err := check.config(&c); err != nil {
		return nil, err
	}
	return &c, nil
}

// decode reads data into c and returns its syntax tree.
func decode(name string, data []byte, c *Config) (file *ast.File, err error) {
	defer func() { // the library fails on some malformed texts, such as a tag without a value
		if recover() != nil {
			err = &Error{File: name, Problem: "no valid YAML", WayOut: "write it as --print-config does, without tags, anchors and aliases"}
		}
	}()
	file, err = parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntaxError(name, err)
	}
	if len(file.Docs) > 1 {
		return nil, &Error{File: name, Line: line(file.Docs[1].Body), Problem: "a second document begins here", WayOut: "keep one document in the file"}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := decoder.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return nil, decodeError(name, err)
	}
	return file, nil
}

func line(node ast.Node) int {
	if node == nil || node.GetToken() == nil {
		return 0
	}
	return node.GetToken().Position.Line
}

func syntaxError(name string, err error) error {
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		return &Error{File: name, Line: syntax.Token.Position.Line, Problem: "no valid YAML: " + syntax.Message, WayOut: "check indentation and quotes there"}
	}
	return &Error{File: name, Problem: "no valid YAML: " + firstLine(err)}
}

// decodeError turns the library's errors into one sentence with the line.
func decodeError(name string, err error) error {
	var unknown *yaml.UnknownFieldError
	var mismatch *yaml.TypeError
	var duplicate *yaml.DuplicateKeyError
	var shape *yaml.UnexpectedNodeTypeError
	var positioned yaml.Error
	at := 0
	if errors.As(err, &positioned) && positioned.GetToken() != nil {
		at = positioned.GetToken().Position.Line
	}
	switch {
	case errors.As(err, &unknown):
		key := unknown.GetToken().Value
		return &Error{File: name, Line: at, Field: key, Problem: "unknown key", WayOut: "see docs/configuration.md for the keys, or --print-config for a whole file"}
	case errors.As(err, &duplicate):
		return &Error{File: name, Line: at, Field: duplicate.GetToken().Value, Problem: "the key stands twice", WayOut: "remove one"}
	case errors.As(err, &shape):
		return &Error{File: name, Line: at, Problem: fmt.Sprintf("%s where %s is expected", nodeName(shape.Actual), nodeName(shape.Expected)), WayOut: wayOutOfMismatch}
	case errors.As(err, &mismatch):
		return &Error{File: name, Line: at, Problem: fmt.Sprintf("%s where %s is expected", kindName(mismatch.SrcType.String()), kindName(mismatch.DstType.String())), WayOut: wayOutOfMismatch}
	}
	return &Error{File: name, Line: at, Problem: firstLine(err)}
}

const wayOutOfMismatch = "quote texts, write lists with - or []"

func nodeName(t ast.NodeType) string {
	switch t {
	case ast.SequenceType:
		return "a list"
	case ast.StringType, ast.LiteralType:
		return "a text"
	case ast.IntegerType, ast.FloatType:
		return "a number"
	case ast.BoolType:
		return "true or false"
	default:
		return "a group of keys"
	}
}

func kindName(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case goType == "string" || strings.HasSuffix(goType, "Duration") || strings.HasSuffix(goType, "Text"):
		return "a text"
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "uint"), strings.HasPrefix(goType, "float"):
		return "a number"
	case goType == "bool":
		return "true or false"
	default:
		return "a group of keys"
	}
}

func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// YAML writes the configuration as a file that Parse reads back.
func (c *Config) YAML() ([]byte, error) {
	data, err := yaml.MarshalWithOptions(c, yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return data, nil
}
