// Cookies as the portal's scripts write and read them.

/** The raw value of a cookie; "" when there is none. */
export function readCookie(name) {
  for (const pair of document.cookie.split("; ")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at) === name) return pair.slice(at + 1);
  }
  return "";
}

/** Writes a cookie for the whole portal; expires is a Date, or left out for a session cookie. */
export function writeCookie(name, value, expires) {
  write(`${name}=${value}; path=/` + (expires ? `; expires=${expires.toUTCString()}` : ""));
}

export function deleteCookie(name) {
  write(`${name}=; path=/; max-age=-1`);
}

/**
 * Chromium does not wait until a written cookie is stored: on a busy machine a
 * navigation right after it leaves without. Reading waits.
 */
function write(text) {
  document.cookie = text;
  void document.cookie;
}

/** Percent-decodes; text that is no valid encoding stands for itself. */
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
