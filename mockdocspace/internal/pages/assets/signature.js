// The x-signature token: the proof for the authorization server that somebody is
// signed in, kept in cookies and mirrored in localStorage (browser-flow.md §2.3).

import { call } from "./api.js";
import { readCookie, writeCookie } from "./cookies.js";

// How far the portal's clock is ahead of the browser's, in milliseconds: a mock's
// clock can be moved. Small differences are none.
let ahead = 0;

/** Sets the portal's time, in milliseconds since the epoch. */
export function setPortalTime(now) {
  const difference = now - Date.now();
  ahead = Math.abs(difference) < 30_000 ? 0 : difference;
}

/** When a token expires by the browser's clock; undefined when it is no token. */
function expiry(token) {
  try {
    const claims = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    return new Date(claims.exp * 1000 - ahead);
  } catch {
    return undefined;
  }
}

const isLive = (token) => token && expiry(token) > new Date();

/** The user's unexpired token, or undefined. */
export function liveToken(userId) {
  const name = `x-signature-${userId}`;
  return [readCookie(name), localStorage.getItem(name)].find(isLive);
}

/** The last token that was in use, expired or not; null when there never was one. */
export function lastToken() {
  return localStorage.getItem("x-signature");
}

/** Makes a live token the one that is sent. */
export function use(token) {
  writeCookie("x-signature", token, expiry(token));
  localStorage.setItem("x-signature", token);
}

/** Fetches a new token and stores it; returns the status of the answer. */
export async function mint(userId) {
  const { status, json } = await call("GET", "/api/2.0/security/oauth2/token");
  const token = json?.response;
  if (status !== 200 || typeof token !== "string") return status;
  const name = `x-signature-${userId}`;
  writeCookie(name, token, expiry(token));
  writeCookie("x-signature", token, expiry(token));
  localStorage.setItem(name, token);
  localStorage.setItem("x-signature", token);
  return status;
}
