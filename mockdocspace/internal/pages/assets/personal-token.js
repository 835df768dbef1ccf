// Personal tokens: made and revoked without a sign-in, with the app's secret
// (browser-flow.md §6.1; identity.md §4.8).

import { refusal } from "./clients.js";
import { setBusy, setReady } from "./controls.js";
import { copy } from "./copy.js";
import { show } from "./dialogs.js";
import { toastError, toastSuccess } from "./toast.js";

const part = (dialog, testid) => dialog.querySelector(`[data-testid="${testid}"]`);

/** The app with its secret, which lists don't show; undefined when it can't be had. */
async function withSecret(clients, id) {
  const answer = await clients.get(id);
  if (answer.ok) return answer.json;
  toastError(refusal(answer).text);
  return undefined;
}

/** The dialog that makes a token, shows it once and can take it back. */
export function generateToken(clients, { client_id: id, name }) {
  const dialog = show("generate-dialog", name);
  const step = (wanted) => {
    for (const element of dialog.querySelectorAll(".step")) element.hidden = element.dataset.step !== wanted;
  };
  const output = part(dialog, "generate_token_input");
  let app;
  output.value = "";
  step("ask");

  part(dialog, "generate_token_button").onclick = async ({ currentTarget: button }) => {
    setBusy(button);
    app = await withSecret(clients, id);
    const answer = app && await clients.tokenCall("/oauth2/token", app, {
      grant_type: "personal_access_token", scope: app.scopes.join(" "),
    });
    setReady(button);
    if (!answer?.json?.access_token) {
      dialog.close();
      if (answer) toastError(refusal(answer).text);
      return;
    }
    output.value = answer.json.access_token;
    const { iat, exp } = claimsOf(output.value);
    dialog.querySelector(".created").textContent = `Created: ${time(iat)}`;
    dialog.querySelector(".expires").textContent = `Expires: ${time(exp)}`;
    step("show");
    part(dialog, "copy_generate_token_button").focus();
  };
  part(dialog, "copy_generate_token_button").onclick = async () => {
    await copy(output);
    dialog.close();
    toastSuccess("Developer token successfully copied to clipboard");
  };
  part(dialog, "revoke_token_button").onclick = async ({ currentTarget: button }) => {
    setBusy(button);
    const failure = await revoke(clients, app, output.value);
    setReady(button);
    dialog.close();
    if (failure) toastError(failure);
    else toastSuccess("Token revoked successfully");
  };
  dialog.addEventListener("close", () => { output.value = ""; }, { once: true });
}

/** The dialog that revokes a token of the app. */
export function revokeToken(clients, { client_id: id, name }) {
  const dialog = show("revoke-dialog", name);
  const input = part(dialog, "revoke_token_input");
  const error = document.getElementById("revoked-token-error");
  const button = part(dialog, "revoke_token_button");
  const say = (text) => {
    error.textContent = text;
    if (text) input.dataset.error = "true";
    else delete input.dataset.error;
    input.toggleAttribute("aria-invalid", Boolean(text));
  };
  input.value = "";
  say("");
  input.oninput = () => say("");
  button.onclick = async () => {
    const token = input.value.trim();
    if (!token) {
      say("This is a required field");
      input.focus();
      return;
    }
    setBusy(button);
    const app = await withSecret(clients, id);
    const failure = app ? await revoke(clients, app, token) : "";
    setReady(button);
    if (app && !failure) {
      dialog.close();
      toastSuccess("Token revoked successfully");
      return;
    }
    say(failure);
    input.focus();
  };
  input.onkeydown = (event) => {
    if (event.key === "Enter") button.click();
  };
}

/**
 * Revokes a token that is active and the app's; returns what is wrong, or "". The
 * credentials are on record for the revocation (browser-flow.md §6.1); that the
 * introspection before it sends them too is a guess.
 */
async function revoke(clients, app, token) {
  const known = await clients.tokenCall("/oauth2/introspect", app, { token });
  if (!known.ok) return refusal(known).text;
  if (!known.json?.active || known.json.client_id !== app.client_id) return "Invalid token";
  const answer = await clients.tokenCall("/oauth2/revoke", app, { token });
  return answer.ok ? "" : refusal(answer).text;
}

function claimsOf(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
  } catch {
    return {};
  }
}

const time = (seconds) => (seconds ? new Date(seconds * 1000).toLocaleString("en-US") : "");
