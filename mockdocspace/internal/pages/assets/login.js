// The login form (browser-flow.md §3.1, §3.4, §4).

import { call } from "./api.js";
import { onPress, setBusy, setReady } from "./controls.js";
import { emailFault } from "./email.js";
import { hashPassword } from "./password.js";
import { resumeURL, signInLink } from "./resume.js";
import { navigate } from "./router.js";
import { secondFactorWanted } from "./second-factor.js";
import { toastError } from "./toast.js";

export function start(data, signal) {
  const email = new Field("email_field", "login_username");
  const password = new Field("password_field_container", "login_password");
  const submit = document.getElementById("login_submit");
  const remember = document.querySelector("#login_remember input");

  if (data.authError) toastError("Authorization error");
  if (data.autoLogin) {
    setBusy(submit, "Loading...");
    signInAt(data.autoLogin, data);
    return;
  }
  email.input.focus();
  email.input.addEventListener("input", () => email.clear());
  password.input.addEventListener("input", () => password.clear());
  email.input.addEventListener("blur", () => {
    if (email.value) email.fail(emailFault(email.value));
  });
  setUpPasswordEye(password.input);
  const help = document.querySelector(".help");
  onPress(help, () => {
    const text = document.getElementById("remember-help");
    text.hidden = !text.hidden;
    help.setAttribute("aria-expanded", String(!text.hidden));
  });
  const recovery = document.getElementById("forgot-password-modal");
  onPress(document.getElementById("login_forgot-password-link"), () => recovery.showModal());

  const signIn = async () => {
    if (submit.disabled || recovery.open) return;
    // Both fields are checked at once; nothing is sent before both are good.
    const faultOfEmail = email.value ? emailFault(email.value) : "Required field";
    const faultOfPassword = password.value ? "" : "Required field";
    if (faultOfEmail) email.fail(faultOfEmail);
    if (faultOfPassword) password.fail(faultOfPassword);
    if (faultOfEmail || faultOfPassword) return;
    setBusy(submit, "Loading...");
    const credentials = {
      email: email.value,
      hash: await hashPassword(password.value, data.hash),
      brief: !remember.checked,
    };
    const failure = await (data.portalSignIn ? portalSignIn : legacySignIn)(credentials, data);
    if (failure === undefined) return; // on the way elsewhere
    setReady(submit);
    if (failure === "") return;
    email.fail(failure);
    password.mark();
  };
  submit.addEventListener("click", signIn);
  document.querySelector("form.auth-form-container").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.closest?.("a[href], button, dialog")) return;
    event.preventDefault();
    signIn();
  }, { signal });
}

/**
 * Signs in through the list of portals: straight on with one, to the choice with
 * more. Returns what went wrong; "" shows the form again without a word.
 */
async function portalSignIn({ email, hash }, data) {
  const { ok, json } = await call("POST", "/apisystem/portal/signin", {
    Email: email, PasswordHash: hash, recaptchaResponse: null, recaptchaType: 0,
  });
  if (!ok || !json?.tenants?.length) return json?.message ?? "Unknown error";
  if (data.rules.loginLoop) return formAgain();
  if (json.tenants.length === 1 && !data.rules.listsOnePortal) {
    signInAt(json.tenants[0], data);
    return undefined;
  }
  sessionStorage.setItem("tenant-list", JSON.stringify({ portals: json.tenants }));
  await navigate(`/login/tenant-list?clientId=${encodeURIComponent(data.clientId)}`);
  return undefined;
}

/** Goes to a portal's one-time link. */
function signInAt(portal, data) {
  const resumes = data.portalSignIn || (data.clientId && !data.rules.legacySignInEndsAtHome);
  open(resumes ? signInLink(portal, data.rules) : portal.portalLink, "_self");
}

/** Signs in at this portal only; at the portal an interrupted authorization is lost. */
async function legacySignIn({ email, hash, brief }, data) {
  const { ok, json } = await call("POST", "/api/2.0/authentication", {
    userName: email, passwordHash: hash, password: "", session: brief,
    recaptchaResponse: null, recaptchaType: 0, culture: "en-US",
  });
  if (!ok) return json?.error?.message ?? "Unknown error";
  if (data.rules.loginLoop) return formAgain();
  if (data.clientId && json?.response?.tfa && !data.rules.secondFactorHangs) {
    toastError(secondFactorWanted);
    return "";
  }
  const target = resumeURL(data.rules);
  if (data.clientId && target) {
    location.replace(target);
    if (!data.rules.legacySignInEndsAtHome) return undefined;
  } else if (!data.clientId && json?.response?.confirmUrl) {
    location.replace(json.response.confirmUrl);
    return undefined;
  }
  location.replace(ownPath(data.referenceUrl) || "/"); // at the portal it overtakes the one above
  return undefined;
}

/** A URL if it leads to this portal, else "": the mock sends nobody elsewhere from here. */
function ownPath(url) {
  try {
    return url && new URL(url, location.href).origin === location.origin ? url : "";
  } catch {
    return "";
  }
}

/** The fault pages.login-loop: signed in, and the form is there again. */
function formAgain() {
  document.querySelector("form.auth-form-container").reset();
  return "";
}

class Field {
  constructor(testid, id) {
    this.input = document.getElementById(id);
    this.text = document.querySelector(`[data-testid="${testid}"] .field-error`);
    // The password's box carries the mark too.
    this.marked = [this.input, this.input.closest('[data-testid="password-input"]')].filter(Boolean);
  }

  get value() {
    return this.input.value.trim();
  }

  mark() {
    for (const element of this.marked) element.dataset.error = "true";
    this.input.setAttribute("aria-invalid", "true");
  }

  fail(text) {
    if (!text) return;
    this.mark();
    this.text.textContent = text;
  }

  clear() {
    for (const element of this.marked) delete element.dataset.error;
    this.input.removeAttribute("aria-invalid");
    this.text.textContent = "";
  }
}

function setUpPasswordEye(input) {
  const eye = document.querySelector(".eye");
  onPress(eye, () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    eye.dataset.testid = show ? "password_input_eye_icon" : "password_input_eye_off_icon";
    eye.setAttribute("aria-label", show ? "Hide password" : "Show password");
  });
}
