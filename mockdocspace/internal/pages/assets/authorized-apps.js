// The apps that a user has let in (browser-flow.md §6.4).

import { Clients, externalLink, isWebAddress, pageSize, refusal, showDate, showLogo } from "./clients.js";
import { ask } from "./dialogs.js";
import { setUpHeader } from "./header.js";
import { showInfo } from "./info.js";
import { Menu } from "./menu.js";
import { toastError, toastSuccess } from "./toast.js";

const find = (id) => document.getElementById(id);

export function start(data, signal) {
  setUpHeader();
  const page = { clients: new Clients(data), rows: 0 };
  page.menu = new Menu((action, row) => act(page, action, row), signal);
  find("more").addEventListener("click", () => load(page));
  load(page);
}

async function load(page) {
  const answer = await page.clients.consents(page.last);
  find("list-loader").hidden = true;
  if (!answer.ok) {
    Object.assign(find("notice"), { hidden: false, textContent: `The list cannot be shown: ${refusal(answer).text}` });
    return;
  }
  page.last = answer.json;
  for (const consent of answer.json.data) add(page, consent);
  find("more").hidden = !answer.json.last_modified_on || answer.json.data.length < pageSize;
  show(page);
}

function show(page) {
  find("table").hidden = page.rows === 0;
  find("empty").hidden = page.rows > 0;
}

function add(page, consent) {
  const { client } = consent; // null for an app that is gone
  const name = client?.name ?? consent.registered_client_id;
  const element = find("consent-row").content.cloneNode(true).firstElementChild;
  const part = (selector) => element.querySelector(selector);
  element.dataset.testid = `auth_row_${page.rows++}`;
  showLogo(part(".client-logo"), client?.logo);
  part(".client-name").textContent = name;
  part(".cell-website").append(externalLink(client?.website_url));
  part(".cell-granted").textContent = showDate(consent.modified_at);
  const dots = part(".dots");
  dots.setAttribute("aria-label", `Actions for ${name}`);
  dots.addEventListener("click", () => page.menu.open(dots, { consent, element, name }, { open: isWebAddress(client?.website_url), info: Boolean(client) }));
  document.querySelector("#table .table-body").append(element);
}

async function act(page, action, { consent, element, name }) {
  if (action === "open") open(consent.client.website_url, "_blank", "noopener");
  if (action === "info") showInfo(consent.client);
  if (action !== "revoke" || await ask("revoke-dialog", name) !== "ok") return;
  const answer = await page.clients.revokeConsent(consent.registered_client_id);
  if (!answer.ok) {
    toastError(refusal(answer).text);
    return;
  }
  page.menu.park();
  element.remove();
  page.rows = document.querySelectorAll("#table .table-body > *").length;
  document.querySelectorAll("#table .table-body > *").forEach((row, i) => { row.dataset.testid = `auth_row_${i}`; });
  show(page);
  toastSuccess("The consent is revoked");
  (document.querySelector("#table:not([hidden]) .dots") ?? document.querySelector(".portal-tabs [aria-current]")).focus();
}
