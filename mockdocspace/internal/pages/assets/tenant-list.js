// The choice of a portal (browser-flow.md §5.1). The list is the one that the
// login form has left in the session storage.

import { onPress } from "./controls.js";
import { signInLink } from "./resume.js";
import { navigate } from "./router.js";

const key = "tenant-list";

export function start(data) {
  let portals;
  try {
    portals = JSON.parse(sessionStorage.getItem(key) ?? "").portals;
  } catch (error) {
    showError(error.message);
    return;
  }
  const list = document.querySelector(".items-list");
  const row = document.getElementById("portal-row").content;
  portals.forEach((portal, i) => {
    const copy = row.cloneNode(true);
    copy.querySelector('[data-testid="portal_name_text"]').textContent = portal.portalName.replace(/^https?:\/\//, "");
    const chosen = data.rules.wrongPortal ? portals[(i + 1) % portals.length] : portal;
    onPress(copy.querySelector(".item"), () => {
      sessionStorage.removeItem(key);
      open(signInLink(chosen, data.rules), "_self");
    });
    list.append(copy);
  });
  document.querySelector('[data-testid="back_to_login_button"]').addEventListener("click", () => {
    sessionStorage.removeItem(key);
    navigate(data.rules.backForgetsApp ? "/login" : `/login?type=oauth2&client_id=${encodeURIComponent(data.clientId)}`);
  });
}

function showError(text) {
  const screen = document.getElementById("error-screen").content.cloneNode(true);
  screen.querySelector(".error-text").textContent = text;
  document.getElementById("content-wrapper").replaceChildren(screen);
}
