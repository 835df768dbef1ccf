// Moves between pages without loading a document, as the login application's
// own router does: the address and the session history change, the page is
// fetched and put in the place of the old one.

import { startPage } from "./start.js";

/** Goes to a path of this portal; where the server redirects, by a full load. */
export async function navigate(path) {
  const response = await fetch(path, { headers: { RSC: "1" } });
  if (response.redirected) {
    location.assign(response.url);
    return;
  }
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  history.pushState(null, "", path);
  addEventListener("popstate", () => location.reload(), { once: true });
  document.body.replaceWith(document.adoptNode(next.body));
  scrollTo(0, 0);
  await startPage();
}
