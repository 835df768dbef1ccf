package signature

import "encoding/binary"

// keySize is the length of the HMAC key in bytes (docs/portal/identity.md §2.1).
const keySize = 256

// Key derives the HMAC key from the portal's machine key, the secret that both
// the Backend API and the authorization server hold (docs/portal/identity.md §2.1).
//
// The seed is the last four bytes of the secret, little endian; the bytes come
// from a subtractive generator set up as .NET's classic System.Random, whose
// indices wrap at 55 instead of 56. Secrets shorter than four bytes are padded
// with zero bytes at the end (a guess: no portal has such a secret).
func Key(secret string) []byte {
	tail := make([]byte, 4)
	copy(tail, secret[max(0, len(secret)-4):])
	g := newGenerator(int32(binary.LittleEndian.Uint32(tail)))
	key := make([]byte, keySize)
	for i := range key {
		key[i] = byte(g.next() % 256)
	}
	return key
}

// generator is the subtractive random generator of the portal's key derivation.
type generator struct {
	table         [56]int32
	index, offset int
}

func newGenerator(seed int32) *generator {
	const (
		mseed = 161803398
		max   = 1<<31 - 1
	)
	if seed < 0 {
		seed = -seed
	}
	g := &generator{offset: 21}
	value := int32(mseed) - seed
	g.table[55] = value
	next := int32(1)
	for i := 1; i < 55; i++ {
		slot := 21 * i % 55
		g.table[slot] = next
		next = value - next
		if next < 0 {
			next += max
		}
		value = g.table[slot]
	}
	for range 4 {
		for i := 1; i < 56; i++ {
			g.table[i] -= g.table[1+(i+30)%55]
			if g.table[i] < 0 {
				g.table[i] += max
			}
		}
	}
	return g
}

// next draws one sample. The wrap at 55 is the portal's own: slot 55 is never used.
func (g *generator) next() int32 {
	advance := func(i int) int {
		if i++; i >= 55 {
			return 1
		}
		return i
	}
	g.index, g.offset = advance(g.index), advance(g.offset)
	sample := g.table[g.index] - g.table[g.offset]
	if sample < 0 {
		sample += 1<<31 - 1
	}
	g.table[g.index] = sample
	return sample
}
