package evidence

import "strings"

// Shapes that are secret wherever they stand, whatever their name: a JWT (or its
// first two parts), and the portal's codes and refresh tokens, which are opaqueLength
// characters (docs/portal/identity.md §4.1). Scanned by hand: a regular expression
// that counts to 128 takes half a second for a body of 256 KB.
const (
	opaqueLength = 128
	jwtHeader    = 8     // characters at least
	jwtPayload   = "eyJ" // how every one begins: {" in Base64
)

// shaped calls found with each value in text that has the shape of a secret.
func shaped(text string, found func(value string)) {
	for at := 0; at < len(text); {
		if !isTokenCharacter(text[at]) {
			at++
			continue
		}
		end := tokenEnd(text, at)
		if rest := text[end:]; end-at >= jwtHeader && strings.HasPrefix(rest, "."+jwtPayload) {
			payload := end + 1
			if last := tokenEnd(text, payload); last > payload+len(jwtPayload) {
				if last < len(text) && text[last] == '.' {
					last = tokenEnd(text, last+1)
				}
				found(text[at:last])
				at = last
				continue
			}
		}
		if end-at == opaqueLength {
			found(text[at:end])
		}
		at = end
	}
}

// tokenEnd is where the characters that tokens are made of end, from at on.
func tokenEnd(text string, at int) int {
	for at < len(text) && isTokenCharacter(text[at]) {
		at++
	}
	return at
}

// isTokenCharacter: Base64 for addresses (RFC 4648 §5).
func isTokenCharacter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}
