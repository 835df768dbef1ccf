// The interrupted authorization request: where it is kept, what it asks for and
// how it is put together again (browser-flow.md §2.3, §2.4). `rules` are the
// portal's quirks, each true where the portal has it.

import { readCookie, writeCookie, deleteCookie, decode } from "./cookies.js";

const pendingCookie = "x-redirect-authorization-uri";

/** The authorize URL that the authorization server left behind; "" when there is none. */
export function pendingURL() {
  const value = readCookie(pendingCookie);
  if (!value) return "";
  try {
    const bytes = Uint8Array.from(atob(value.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return "";
  }
}

/** The authorize URL to return to: the pending one, else what the consent page noted down. */
export function resumeURL(rules) {
  const url = pendingURL();
  if (url) return url;
  const noted = decode(readCookie("x-url"));
  const scopes = decode(readCookie("x-scopes")).replaceAll(";", "%20");
  if (!scopes || !rules.bounceDropsAfterScope) return noted;
  if (!rules.firstScopeNotFound && /[?&]scope=/.test(noted)) return noted;
  return `${noted}&scope=${scopes}`;
}

/** The raw scope parameter of an authorize URL; "" when there is none. */
function scopeParameter(url, rules) {
  if (rules.firstScopeNotFound) return (url.split("&scope=")[1] ?? "").split("&")[0];
  return /[?&]scope=([^&]*)/.exec(url)?.[1] ?? "";
}

/**
 * Takes the pending authorize URL over: deletes its cookie, notes it down in
 * x-url and x-scopes, and returns the scopes to show; undefined when the
 * request leaves them as they were.
 */
export function takeOver(data) {
  const { rules } = data;
  const url = pendingURL();
  if (!url || data.knownScopes.length === 0) return undefined;
  deleteCookie(pendingCookie);
  let scopes;
  const asked = decode(scopeParameter(url, rules).replaceAll("+", " "));
  if (asked) {
    scopes = data.knownScopes.filter((name) => asked.includes(name));
    writeCookie("x-scopes", encodeURIComponent(scopes.join(";")));
  } else if (!rules.staleScopes) {
    scopes = data.appScopes ?? [];
    deleteCookie("x-scopes");
  }
  const noted = rules.bounceDropsAfterScope ? url.split("&scope=")[0] : url;
  writeCookie("x-url", encodeURIComponent(noted));
  return scopes;
}

/** The URL of the bounce; with the fault pages.loses-state without its state. */
export function bounceURL(rules) {
  const url = resumeURL(rules);
  return rules.loseState ? url.replace(/([?&])state=[^&]*(&|$)/, (_, before, after) => (after ? before : "")) : url;
}

/** The one-time link of a portal, with the request to resume appended raw (§3.1 step 4). */
export function signInLink(portal, rules) {
  let link = portal.portalLink;
  let url = resumeURL(rules);
  if (portal.portalName === "http://localhost") {
    link = location.origin + link.slice(new URL(link).origin.length);
  } else if (url.startsWith(location.origin + "/")) {
    url = portal.portalName + url.slice(location.origin.length);
  }
  return `${link}&referenceUrl=${url}`;
}
