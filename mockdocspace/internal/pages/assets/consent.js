// The consent page (browser-flow.md §2.4, §3.8, §3.9, §5.2–§5.4).

import { call, signOutWithError } from "./api.js";
import { onPress, setBusy, setReady } from "./controls.js";
import { deleteCookie, readCookie } from "./cookies.js";
import { bounceURL, takeOver } from "./resume.js";
import { navigate } from "./router.js";
import * as signature from "./signature.js";
import { toastError } from "./toast.js";

export async function start(data) {
  signature.setPortalTime(data.now);
  const page = { data, scopes: data.scopes ?? [] };
  const taken = takeOver(data); // step A
  if (taken) {
    page.scopes = taken;
    showScopes(taken, data.groups);
  }
  setUp(page);
  onPress(find("not_you_link"), () => notYou(data));

  const live = signature.liveToken(data.userId); // step B
  if (!live) {
    const status = await signature.mint(data.userId);
    if (status === 200) location.replace(bounceURL(data.rules));
    else if (status === 401) await signOutWithError();
    return;
  }
  signature.use(live);
  revealButtons(page);
  if (data.autoConsent && mayAllow()) find("consent_allow_button").click();
}

const find = (testid) => document.querySelector(`[data-testid="${testid}"]`);

function showScopes(scopes, groups) {
  const rows = groups
    .map((group) => (scopes.includes(group.write) ? group.writeText : scopes.includes(group.read) ? group.readText : ""))
    .filter(Boolean)
    .map((text) => Object.assign(document.createElement("div"), { textContent: text }));
  find("scope-list").replaceChildren(...rows);
}

function setUp(page) {
  find("consent_allow_button")?.addEventListener("click", () => answer(page, true));
  find("consent_deny_button")?.addEventListener("click", () => answer(page, false));
}

/** Puts the buttons in the place of the loader, where the server rendered one. */
function revealButtons(page) {
  const buttons = document.getElementById("consent-buttons");
  if (!buttons) return;
  find("app-loader").replaceWith(buttons.content);
  setUp(page);
}

/** Whether a click on Allow can succeed (§5.3). */
function mayAllow() {
  return !new URLSearchParams(location.search).has("error") && readCookie("client_state") && readCookie("x-signature");
}

/** Sends Allow or Deny and follows the answer (§5.4). */
async function answer(page, allowed) {
  const { data } = page;
  const allow = find("consent_allow_button");
  const deny = find("consent_deny_button");
  const [clicked, other] = allowed ? [allow, deny] : [deny, allow];
  setBusy(clicked);
  other.disabled = true;
  other.setAttribute("aria-disabled", "true");

  const form = new FormData();
  form.append("client_id", data.clientId);
  form.append("state", readCookie("client_state"));
  if (allowed) for (const scope of page.scopes) form.append("scope", scope);
  else deleteCookie("client_state");

  // The header carries what was known before a new token is fetched.
  const live = signature.liveToken(data.userId);
  const known = live ?? signature.lastToken();
  if (live) {
    signature.use(live);
  } else {
    const minted = await signature.mint(data.userId);
    if (minted === 401) return signOutWithError();
    if (minted !== 200) return stuck(page, clicked, other, minted);
  }
  const headers = { "X-Disable-Redirect": "true" };
  if (known) headers["x-signature"] = known;
  const { status, ok, response } = await call("POST", "/api/2.0/oauth2/authorize", form, headers);
  if (status === 401) return signOutWithError();
  if (!ok) return stuck(page, clicked, other, status);
  const target = response.headers.get("X-Redirect-URI");
  if (target) {
    location.replace(target);
    return;
  }
  // The authorization server no longer knows the request; at the portal nobody says so.
  if (!data.rules.silentStaleConsent) {
    toastError("This request has ended. Go back to the application and start again.");
  }
  wakeUp(clicked, other);
}

/** Both buttons can be clicked again. */
function wakeUp(clicked, other) {
  setReady(clicked);
  other.disabled = false;
  other.removeAttribute("aria-disabled");
}

/** What the portal's page does about any other answer: nothing, the button stays busy. */
function stuck({ data }, clicked, other, status) {
  console.error(`the consent was answered with status ${status}`);
  if (data.rules.failedConsentStaysBusy) return;
  toastError("The portal could not take your decision. Try again in a moment.");
  wakeUp(clicked, other);
}

/** Signs out and offers the login form; the request stays noted down (§3.9). */
async function notYou(data) {
  await call("POST", "/api/2.0/authentication/logout");
  const path = `/login?client_id=${encodeURIComponent(data.clientId)}&type=oauth2`;
  if (data.oauthOrigin) location.assign(data.oauthOrigin + path);
  else await navigate(path);
}
