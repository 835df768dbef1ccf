// The console's form for an app (browser-flow.md §6.2): checked here as the
// portal's page checks, then sent to the registration API, whose refusals are
// shown at the fields that they name.

import { AddressList } from "./address-list.js";
import { Clients, refusal, showLogo } from "./clients.js";
import { setBusy, setReady } from "./controls.js";
import { copy } from "./copy.js";
import { ask } from "./dialogs.js";
import { setUpHeader } from "./header.js";
import { iconOf } from "./icon.js";
import { toastError, toastSuccess } from "./toast.js";

const find = (testid) => document.querySelector(`[data-testid="${testid}"]`);

const required = "This is a required field";

export function start(data) {
  setUpHeader();
  const form = new AppForm(data);
  if (data.clientId) form.load();
  else form.element.elements.name.focus();
}

class AppForm {
  constructor(data) {
    this.data = data;
    this.clients = new Clients(data);
    this.element = document.getElementById("app-form");
    this.save = document.getElementById("save");
    this.logo = "";
    this.ticked = new Set(); // scopes, the order in which they were ticked
    const changed = () => this.changed();
    this.lists = ["redirect_uris", "allowed_origins"].map((name) => new AddressList(this.field(name), () => {
      this.fail(name, "");
      changed();
    }));
    this.element.addEventListener("input", (event) => {
      const field = event.target.closest("[data-field]");
      if (field && !field.classList.contains("list-field")) this.fail(field.dataset.field, "");
      changed();
    });
    for (const { name } of this.texts()) {
      this.element.elements[name].addEventListener("blur", () => this.checkText(name, false));
    }
    for (const box of this.boxes()) box.addEventListener("change", () => this.tick(box));
    const file = document.getElementById("customFileInput");
    file.addEventListener("change", () => this.takeIcon(file));
    this.element.addEventListener("submit", (event) => event.preventDefault());
    this.save.addEventListener("click", () => this.send());
    find("oauth_cancel_button").addEventListener("click", () => location.assign(data.home));
    find("secret_input_group_button")?.addEventListener("click", () => this.resetSecret());
    for (const button of this.element.querySelectorAll("[data-copy]")) {
      button.addEventListener("click", async () => {
        await copy(document.getElementById(button.dataset.copy));
        toastSuccess("Copied to the clipboard");
      });
    }
  }

  field(name) {
    return this.element.querySelector(`[data-field="${name}"]`);
  }

  /** The one-line fields that must be filled in. */
  texts() {
    return ["name", "website_url", "policy_url", "terms_url"].map((name) => this.element.elements[name]);
  }

  boxes() {
    return [...this.element.querySelectorAll('input[name="scope"]')];
  }

  /** Fills the form with the app that is edited. */
  async load() {
    const answer = await this.clients.get(this.data.clientId);
    document.getElementById("list-loader").hidden = true;
    if (!answer.ok) {
      Object.assign(document.getElementById("notice"), { hidden: false, textContent: refusal(answer).text });
      return;
    }
    this.show(answer.json);
    this.element.hidden = false;
    this.saved = JSON.stringify(this.body());
  }

  show(app) {
    this.app = app;
    for (const input of this.texts()) input.value = app[input.name];
    this.element.elements.description.value = app.description ?? "";
    this.element.elements.allow_pkce.checked = app.authentication_methods.includes("none");
    this.logo = app.logo;
    showLogo(document.getElementById("icon-preview"), app.logo);
    document.getElementById("client-id").value = app.client_id;
    document.getElementById("client-secret").value = app.client_secret;
    const [redirects, origins] = this.lists;
    redirects.set(app.redirect_uris);
    origins.set(app.allowed_origins);
    this.ticked = new Set(app.scopes);
    for (const box of this.boxes()) box.checked = this.ticked.has(box.value);
  }

  /** Of an app that is edited only changes can be saved. */
  changed() {
    if (this.saved) this.save.disabled = JSON.stringify(this.body()) === this.saved;
  }

  async takeIcon(file) {
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      this.logo = await iconOf(chosen);
      showLogo(document.getElementById("icon-preview"), this.logo);
      this.fail("logo", "");
    } catch (error) {
      this.fail("logo", error.message);
    }
    this.changed();
  }

  /** Writing includes reading: its box is ticked too, and locked. */
  tick(box) {
    this.fail("scopes", "");
    const reading = box.dataset.with && this.boxes().find(({ value }) => value === box.dataset.with);
    if (reading) {
      reading.checked = box.checked;
      reading.disabled = box.checked;
    }
    for (const { checked, value } of reading ? [reading, box] : [box]) {
      if (checked) this.ticked.add(value);
      else if (!this.data.rules.keepsUntickedScopes) this.ticked.delete(value);
    }
  }

  /** Shows a message at a field; "" takes it away. Reports whether the form has such a field. */
  fail(name, text) {
    const field = this.field(name);
    const place = field?.querySelector(".field-error");
    if (!place) return false;
    place.textContent = text;
    for (const input of field.querySelectorAll('input[type="text"], textarea')) {
      if (text) input.dataset.error = "true";
      else delete input.dataset.error;
      input.toggleAttribute("aria-invalid", Boolean(text));
    }
    return true;
  }

  /** What the page has against a one-line field; an empty one counts when the form is sent. */
  checkText(name, sending) {
    const text = this.element.elements[name].value.trim();
    let fault = "";
    if (!text) fault = sending ? required : "";
    else if (name === "name") fault = text.length < 3 ? "Minimal name length: 3" : "";
    else if (!URL.canParse(text)) fault = `URL not valid, example: ${location.origin}`;
    if (fault) this.fail(name, fault);
    return !fault;
  }

  check() {
    const faulty = this.texts().filter(({ name }) => !this.checkText(name, true)).length;
    let good = faulty === 0;
    const want = (name, there, text = required) => {
      if (there) return;
      this.fail(name, text);
      good = false;
    };
    want("logo", this.logo);
    for (const list of this.lists) {
      const name = list.field.dataset.field;
      if (!list.take()) good = false; // what is typed but not added counts (docs/departures.md)
      else want(name, list.values.length > 0);
    }
    want("scopes", this.ticked.size > 0 && this.boxes().some(({ checked }) => checked), "This section is required");
    return good;
  }

  /** The request, for a new app and for a changed one (identity.md §7.3). */
  body() {
    const { elements } = this.element;
    const text = (name) => elements[name].value.trim();
    const [redirects, origins] = this.lists.map(({ values }) => values);
    return {
      name: text("name"), logo: this.logo, website_url: text("website_url"), description: text("description"),
      redirect_uris: redirects, allowed_origins: origins, logout_redirect_uri: text("website_url"),
      terms_url: text("terms_url"), policy_url: text("policy_url"),
      is_public: true, allow_pkce: elements.allow_pkce.checked, scopes: [...this.ticked],
    };
  }

  async send() {
    if (!this.check()) {
      this.toFirstFault();
      return;
    }
    setBusy(this.save);
    const answer = this.app
      ? await this.clients.call("PUT", `/clients/${this.app.client_id}`, this.body())
      : await this.clients.call("POST", "/clients", this.body());
    if (answer.ok) {
      location.assign(this.data.home);
      return;
    }
    setReady(this.save);
    const { text, fields } = refusal(answer);
    toastError(text);
    // The redirect after a sign-out has no field: it is the website's address.
    fields.website_url ??= fields.logout_redirect_uri;
    for (const [name, message] of Object.entries(fields)) if (message) this.fail(name, message);
    this.toFirstFault();
  }

  toFirstFault() {
    const place = [...this.element.querySelectorAll(".field-error")].find(({ textContent }) => textContent);
    const field = place?.closest("[data-field]");
    field?.querySelector("input:not([readonly]):not([disabled]), textarea")?.focus();
  }

  async resetSecret() {
    if (await ask("reset-dialog", this.app.name) !== "ok") return;
    const answer = await this.clients.regenerate(this.app.client_id);
    if (!answer.ok) {
      toastError(refusal(answer).text);
      return;
    }
    document.getElementById("client-secret").value = answer.json.client_secret;
    toastSuccess("Client secret reset successfully");
  }
}
