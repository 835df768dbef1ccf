// What everybody may know of an app, in a dialog. That there is an Info dialog is on
// record (browser-flow.md §6.1, §6.4); what it shows is a guess.

import { externalLink, showDate, showLogo } from "./clients.js";
import { show } from "./dialogs.js";

/** Opens the dialog for an info object of the registration API (identity.md §7.4). */
export function showInfo(app) {
  const dialog = show("info-dialog", app.name);
  document.getElementById("info-title").textContent = app.name;
  showLogo(dialog.querySelector(".client-logo"), app.logo);
  const rows = [
    ["Description", app.description],
    ["Website", externalLink(app.website_url)],
    ["Client ID", app.client_id],
    ["Authentication method", (app.authentication_methods ?? []).join(", ")],
    ["Access scopes", (app.scopes ?? []).join(", ")],
    ["Privacy policy", externalLink(app.policy_url)],
    ["Terms of Service", externalLink(app.terms_url)],
    ["Created", showDate(app.created_on)],
    ["Modified", showDate(app.modified_on)],
  ];
  dialog.querySelector(".info").replaceChildren(...rows.filter(([, value]) => value).flatMap(([label, value]) => {
    const term = Object.assign(document.createElement("dt"), { textContent: label });
    const text = document.createElement("dd");
    text.append(value);
    return [term, text];
  }));
}
