// Command runner judges whether a DocSpace portal keeps the rules of OAuth 2.0 and
// of its own documentation.
package main

import "os"

func main() { os.Exit(execute(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
