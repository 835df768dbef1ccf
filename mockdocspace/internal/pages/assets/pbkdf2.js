// PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2, FIPS 180-4) for pages that the browser
// gives no crypto.subtle: plain http on a host other than the loopback one.

// The first 32 bits of the fractional parts of roots of the first primes: cube
// roots for the rounds, square roots for the start.
const primes = [];
for (let n = 2; primes.length < 64; n++) {
  if (primes.every((p) => n % p)) primes.push(n);
}
const fraction = (x) => ((x - Math.floor(x)) * 0x100000000) | 0;
const rounds = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));
const initial = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));

const schedule = new Int32Array(64);

/** Mixes one block of 16 words into the eight words of state. */
function compress(state, block) {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = block[i];
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + rounds[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

/** Words of a message with SHA-256's padding, `before` bytes having gone in already. */
function padded(bytes, before) {
  const words = new Int32Array(((bytes.length + 9 + 63) >> 6) << 4);
  bytes.forEach((byte, i) => { words[i >> 2] |= byte << (24 - 8 * (i & 3)); });
  words[bytes.length >> 2] |= 0x80 << (24 - 8 * (bytes.length & 3));
  words[words.length - 1] = (before + bytes.length) * 8;
  return words;
}

function absorb(state, words) {
  for (let i = 0; i < words.length; i += 16) compress(state, words.subarray(i, i + 16));
  return state;
}

function toBytes(state) {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  state.forEach((word, i) => view.setInt32(4 * i, word));
  return bytes;
}

/** The SHA-256 digest of a byte array. */
export function sha256(bytes) {
  return toBytes(absorb(initial.slice(), padded(bytes, 0)));
}

/** size bytes derived from secret and salt (all byte arrays). */
export function pbkdf2(secret, salt, iterations, size) {
  const key = new Uint8Array(64);
  key.set(secret.length > 64 ? toBytes(absorb(initial.slice(), padded(secret, 0))) : secret);
  const keyed = (mask) => absorb(initial.slice(), padded(key.map((byte) => byte ^ mask), 0).subarray(0, 16));
  const inner = keyed(0x36);
  const outer = keyed(0x5c);
  // A digest of 32 bytes behind one block of key: one padded block.
  const block = new Int32Array(16);
  block[8] = 0x80000000 | 0;
  block[15] = (64 + 32) * 8;
  const state = new Int32Array(8);
  const mac = (digest) => {
    state.set(inner); block.set(digest); compress(state, block);
    block.set(state); state.set(outer); compress(state, block);
    return state;
  };
  const out = new Uint8Array(size);
  for (let part = 1, at = 0; at < size; part++, at += 32) {
    const first = new Uint8Array(salt.length + 4);
    first.set(salt);
    new DataView(first.buffer).setUint32(salt.length, part);
    const start = absorb(inner.slice(), padded(first, 64));
    block.set(start); state.set(outer); compress(state, block);
    const u = state.slice();
    const sum = u.slice();
    for (let i = 1; i < iterations; i++) {
      u.set(mac(u));
      for (let j = 0; j < 8; j++) sum[j] ^= u[j];
    }
    out.set(toBytes(sum).subarray(0, Math.min(32, size - at)), at);
  }
  return out;
}
