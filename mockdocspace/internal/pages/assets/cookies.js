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
  document.cookie = `${name}=${value}; path=/` + (expires ? `; expires=${expires.toUTCString()}` : "");
}

export function deleteCookie(name) {
  document.cookie = `${name}=; path=/; max-age=-1`;
}

/** Percent-decodes; text that is no valid encoding stands for itself. */
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
