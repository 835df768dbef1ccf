// The password hash that is sent in the place of the password: PBKDF2 with
// HMAC-SHA-256 over the salt's text (browser-flow.md §4.3).

import { pbkdf2 } from "./pbkdf2.js";

/** Lower-case hexadecimal digits; settings are {size: bits, iterations, salt}. */
export async function hashPassword(password, { size, iterations, salt }) {
  const encoder = new TextEncoder();
  const secret = encoder.encode(password.trim());
  const saltBytes = encoder.encode(salt);
  const hash = globalThis.crypto?.subtle
    ? await native(secret, saltBytes, iterations, size)
    : pbkdf2(secret, saltBytes, iterations, size / 8);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function native(secret, salt, iterations, size) {
  const key = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
  return crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, size);
}
