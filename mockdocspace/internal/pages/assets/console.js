// The developer console's list (browser-flow.md §6.1).

import { call } from "./api.js";
import { Clients, pageSize, refusal, showDate, showLogo } from "./clients.js";
import { ask } from "./dialogs.js";
import { setUpHeader } from "./header.js";
import { showInfo } from "./info.js";
import { Menu } from "./menu.js";
import { generateToken, revokeToken } from "./personal-token.js";
import { previewButton } from "./sign-in-button.js";
import { toastError, toastSuccess } from "./toast.js";

const find = (id) => document.getElementById(id);

export function start(data, signal) {
  setUpHeader();
  new Console(data, signal).load();
}

class Console {
  constructor(data, signal) {
    this.data = data;
    this.clients = new Clients(data);
    this.menu = new Menu((action, row) => this.act(action, [row]), signal);
    this.rows = []; // {app, element, box, state}
    this.names = new Map([[data.userId, data.userName]]);
    this.body = document.querySelector("#table .table-body");
    document.querySelector('[data-testid="register_new_app_button"]').addEventListener("click", () => location.assign(`${data.home}/create`));
    find("more").addEventListener("click", () => this.load());
    find("selection").addEventListener("click", (event) => {
      const { action } = event.target.dataset;
      if (action) this.act(action, this.selected());
    });
  }

  /** Fetches the list, or its next page. */
  async load() {
    const answer = await this.clients.list(this.page);
    find("list-loader").hidden = true;
    if (!answer.ok) {
      this.refuse(answer);
      return;
    }
    this.page = answer.json;
    for (const app of answer.json.data) this.add(app);
    find("toolbar").hidden = false;
    find("more").hidden = !answer.json.last_created_on || answer.json.data.length < pageSize;
    this.show();
  }

  refuse(answer) {
    const notice = find("notice");
    notice.hidden = false;
    notice.textContent = answer.status === 403
      ? "You may not manage applications on this portal: guests never may, and users only while the portal does not limit the developer tools."
      : `The list cannot be shown: ${refusal(answer).text}`;
  }

  add(app) {
    const element = find("client-row").content.cloneNode(true).firstElementChild;
    const part = (selector) => element.querySelector(selector);
    const address = `${this.data.home}/${app.client_id}`;
    element.dataset.testid = `${app.name}_table_row`;
    part(".cell-select label").dataset.testid = `${app.name}_checkbox`;
    part(".toggle").dataset.testid = `${app.name}_toggle_button`;
    const [box, state] = [part(".cell-select input"), part(".toggle input")];
    box.setAttribute("aria-label", `Select ${app.name}`);
    state.setAttribute("aria-label", `${app.name} is enabled`);
    const dots = part(".dots");
    dots.setAttribute("aria-label", `Actions for ${app.name}`);
    showLogo(part(".client-logo"), app.logo);
    Object.assign(part(".client-name"), { textContent: app.name, href: address });
    part(".cell-modified").textContent = showDate(app.modified_on);
    part(".cell-scopes").replaceChildren(...app.scopes.map((scope) => Object.assign(document.createElement("span"), { className: "tag", textContent: scope })));
    this.showCreator(part(".cell-creator"), app.created_by);

    const row = { app, element, box, state };
    this.rows.push(row);
    element.addEventListener("click", (event) => {
      if (!event.target.closest("label, button, a, input, .menu")) location.assign(address);
    });
    box.addEventListener("change", () => this.show());
    state.addEventListener("change", () => {
      const wanted = state.checked;
      state.checked = row.app.enabled; // until the portal has agreed
      this.act(wanted ? "enable" : "disable", [row]);
    });
    dots.addEventListener("click", () => this.menu.open(dots, row, {
      preview: row.app.enabled ? true : "off", enable: !row.app.enabled, disable: row.app.enabled,
    }));
    this.body.append(element);
  }

  /** The creator's name; where it comes from at the portal is not known. */
  async showCreator(cell, id) {
    if (!this.names.has(id)) {
      this.names.set(id, call("GET", `/api/2.0/people/${id}`).then(({ json }) => json?.response?.displayName ?? "Unknown"));
    }
    cell.textContent = await this.names.get(id);
  }

  /**
   * The rows whose boxes are ticked. The boxes are on record (browser-flow.md §6.1); which
   * actions they are for is not: the bar and what it does are a guess.
   */
  selected() {
    return this.rows.filter((row) => row.box.checked);
  }

  /** Shows what has changed of rows and selection. */
  show() {
    find("table").hidden = this.rows.length === 0;
    find("empty").hidden = this.rows.length > 0;
    for (const { app, element, state, box } of this.rows) {
      state.checked = app.enabled;
      element.classList.toggle("off", !app.enabled);
      element.classList.toggle("chosen", box.checked);
    }
    const chosen = this.selected();
    find("selection").hidden = chosen.length === 0;
    find("selection-count").textContent = `${chosen.length} selected`;
  }

  async act(action, rows) {
    const [{ app }] = rows;
    const which = rows.length === 1 ? app.name : `${rows.length} applications`;
    switch (action) {
      case "edit": return location.assign(`${this.data.home}/${app.client_id}`);
      case "preview": return previewButton(app, this.data.oauthOrigin);
      case "generate": return generateToken(this.clients, app);
      case "revoke": return revokeToken(this.clients, app);
      case "info": return this.info(app);
      case "enable": return this.setEnabled(rows, true);
      case "disable":
        if (await ask("disable-dialog", which) === "ok") await this.setEnabled(rows, false);
        return undefined;
      case "delete":
        if (await ask("delete-dialog", which) === "ok") await this.remove(rows);
        return undefined;
      default: throw new Error(`no action ${action}`);
    }
  }

  /** Which call the portal's page makes for its Info dialog is a guess. */
  async info(app) {
    const answer = await this.clients.call("GET", `/clients/${app.client_id}/info`);
    if (answer.ok) showInfo(answer.json);
    else toastError(refusal(answer).text);
  }

  async setEnabled(rows, enabled) {
    const done = await this.each(rows, (row) => this.clients.setEnabled(row.app.client_id, enabled));
    for (const row of done) row.app.enabled = enabled;
    this.show();
    if (done.length > 0) toastSuccess(enabled ? "Application enabled successfully" : "Application disabled successfully");
  }

  async remove(rows) {
    const done = await this.each(rows, (row) => this.clients.remove(row.app.client_id));
    this.menu.park();
    for (const row of done) row.element.remove();
    this.rows = this.rows.filter((row) => !done.includes(row));
    this.show();
    if (done.length === 0) return;
    toastSuccess("Application deleted successfully");
    document.querySelector('[data-testid="register_new_app_button"]').focus(); // its row is gone
  }

  /** Runs a call for each row and returns the rows for which it succeeded. */
  async each(rows, run) {
    const done = [];
    for (const row of rows) {
      const answer = await run(row);
      if (answer.ok) done.push(row);
      else toastError(refusal(answer).text);
    }
    return done;
  }
}
