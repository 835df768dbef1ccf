// The preview of the button with which an app starts the sign-in (browser-flow.md §6.3).

import { show } from "./dialogs.js";
import { sha256 } from "./pbkdf2.js";

/**
 * The authorize link as the portal previews it: redirect URI not encoded, no
 * state, and the challenge behind scope, where the bounce drops it (§1 item 3).
 */
export function authorizeLink(app, origin, challenge) {
  return `${origin}/oauth2/authorize?response_type=code&client_id=${app.client_id}` +
    `&redirect_uri=${app.redirect_uris[0]}&scope=${app.scopes.join("%20")}` +
    (challenge ? `&code_challenge_method=S256&code_challenge=${challenge}` : "");
}

/** 72 hexadecimal digits. */
function newVerifier() {
  return Array.from(crypto.getRandomValues(new Uint8Array(36)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** RFC 7636 §4.2. */
function challengeOf(verifier) {
  const digest = sha256(new TextEncoder().encode(verifier));
  return btoa(String.fromCharCode(...digest)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const features = "width=800,height=800,status=no,toolbar=no,menubar=no,resizable=yes,scrollbars=yes";

const html = `<button class="docspace-button" id="docspace-button" type="button">
  Sign in with DocSpace
</button>`;

const css = `.docspace-button {
  padding: 10px 16px;
  border: 1px solid #d5dae1;
  border-radius: 4px;
  background: #ffffff;
  color: #2b3038;
  font: 600 14px/20px sans-serif;
  cursor: pointer;
}`;

const script = (link) => `document.getElementById("docspace-button").addEventListener("click", () => {
  window.open(${JSON.stringify(link)}, "login", "${features}");
});`;

/** Opens the preview for an app of the list. */
export function previewButton(app, oauthOrigin) {
  const usesPKCE = app.authentication_methods.includes("none");
  const verifier = usesPKCE ? newVerifier() : "";
  const link = authorizeLink(app, oauthOrigin || location.origin, usesPKCE && challengeOf(verifier));
  const dialog = show("preview-dialog", app.name);
  const fill = (id, text) => { document.getElementById(id).value = text; };
  fill("preview-html", html);
  fill("preview-css", css);
  fill("preview-js", script(link));
  fill("preview-link", link);
  fill("preview-verifier", verifier);
  document.getElementById("preview-pkce").hidden = !usesPKCE;
  dialog.querySelector('[data-testid="social_OAuth_button"]').onclick = () => open(link, "login", features);
  dialog.scrollTop = 0;
}
