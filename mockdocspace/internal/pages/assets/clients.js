// The registration API and the token endpoints, as the console calls them: each
// call first makes sure of a live x-signature (browser-flow.md §6).

import { call, signOutWithError } from "./api.js";
import * as signature from "./signature.js";

/** How many rows a page of a list has. */
export const pageSize = 50;

export class Clients {
  constructor(data) {
    this.userId = data.userId;
    signature.setPortalTime(data.now);
  }

  /** The user's live x-signature. A dead session ends at the login form, and this never returns. */
  async sign() {
    const live = signature.liveToken(this.userId);
    if (live) {
      signature.use(live);
      return live;
    }
    if (await signature.mint(this.userId) === 401) {
      await signOutWithError();
      await new Promise(() => {});
    }
    return signature.lastToken(this.userId);
  }

  /** A call below /api/2.0 or, where the path says so, of the authorization server. */
  async call(method, path, body) {
    const token = await this.sign();
    const headers = token ? { "x-signature": token } : {};
    return call(method, path.startsWith("/oauth2/") ? path : `/api/2.0${path}`, body, headers);
  }

  get(id) {
    return this.call("GET", `/clients/${encodeURIComponent(id)}`);
  }

  /** A page of apps; `after` is the answer that holds the page before. */
  list(after) {
    return this.call("GET", `/clients?page=0&limit=${pageSize}${cursor(after, "last_client_id", "last_created_on")}`);
  }

  /** A page of the user's consents. */
  consents(after) {
    return this.call("GET", `/clients/consents?page=0&limit=${pageSize}${cursor(after, "last_modified_on")}`);
  }

  setEnabled(id, status) {
    return this.call("PATCH", `/clients/${id}/activation`, { status });
  }

  remove(id) {
    return this.call("DELETE", `/clients/${id}`);
  }

  regenerate(id) {
    return this.call("PATCH", `/clients/${id}/regenerate`);
  }

  revokeConsent(id) {
    return this.call("DELETE", `/clients/${id}/revoke`);
  }

  /** A form for the token endpoints, with the app's credentials. */
  tokenCall(path, app, fields) {
    return this.call("POST", path, new URLSearchParams({ ...fields, client_id: app.client_id, client_secret: app.client_secret }));
  }
}

// The portal's list goes on by cursor; it ignores `page`.
function cursor(page, ...names) {
  return names.filter((name) => page?.[name]).map((name) => `&${name}=${encodeURIComponent(page[name])}`).join("");
}

/**
 * What a refused call says: `text` for all, and `fields` with a message for each
 * member of the request that was refused.
 */
export function refusal({ status, json }) {
  const fields = {};
  for (const { field, message } of json?.errors ?? []) fields[field] ??= message;
  const detail = json?.detail ?? json?.error_description ?? json?.error ?? "";
  // The second validation names fields in its detail: "websiteUrl: website url is ..."
  for (const [, name, message] of detail.matchAll(/\b([a-z]+(?:Url|Uri)): (.*?)(?=, [a-z]+(?:Url|Uri): |$)/gi)) {
    fields[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] ??= message;
  }
  return { text: detail || wordsFor(status), fields };
}

function wordsFor(status) {
  if (status === 403) return "Access denied";
  if (status === 429) return "Too many requests. Please try again later.";
  return `The portal answered with status ${status}.`;
}

/** A logo that may be shown: a data URL of an image, as registration takes them. */
export function showLogo(image, source) {
  if (/^data:image\/(png|jpe?g|gif|webp|svg\+xml|x-icon)[;,]/.test(source ?? "")) image.src = source;
  else image.removeAttribute("src");
}

/** A date of the API in the reader's words. */
export function showDate(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleDateString("en-US", { year: "numeric", month: "short", day: "numeric" });
}

/** Whether an app's address is one that a browser should follow. */
export function isWebAddress(address) {
  return /^https?:\/\//i.test(address ?? "");
}

/** A link to an app's page, if it is one to follow; else text. */
export function externalLink(address, text = address) {
  if (!isWebAddress(address)) return document.createTextNode(text ?? "");
  return Object.assign(document.createElement("a"), {
    className: "login-link", href: address, target: "_blank", rel: "noopener noreferrer", textContent: text,
  });
}
