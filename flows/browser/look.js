// What a person sees of the page, as far as the driver cares.
(table, lists, portalName) => {
  const visible = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
  const textOf = (e) => (e.innerText ?? e.textContent ?? "").trim();
  const matches = (e, l) => (!l.text || textOf(e) === l.text) && (!l.prefix || textOf(e).startsWith(l.prefix));
  const elements = {};
  for (const [name, locators] of Object.entries(table)) {
    for (const l of locators) {
      const all = [...document.querySelectorAll(l.css)].filter((e) => matches(e, l));
      const e = all.find(visible) ?? all[0];
      if (!e) continue;
      elements[name] = {
        visible: visible(e), text: textOf(e), value: e.value ?? "",
        enabled: !e.disabled && e.getAttribute("aria-disabled") !== "true",
        busy: e.getAttribute("aria-busy") === "true",
      };
      if (elements[name].visible) break;
    }
  }
  const list = (selectors, inner) => {
    for (const css of selectors) {
      const found = [...document.querySelectorAll(css)].filter(visible);
      if (found.length) return found.map((e) => textOf((inner && e.querySelector(inner)) || e));
    }
    return [];
  };
  let jar = ""; // a page of the browser's own refuses to tell
  try { jar = document.cookie; } catch { /* none */ }
  return {
    href: location.href, title: document.title, ready: document.readyState,
    blank: !document.body || (textOf(document.body) === "" && !document.body.querySelector("input, button, img, svg, iframe, canvas")),
    body: document.body ? textOf(document.body).slice(0, 500) : "",
    cookies: jar.split("; ").filter((c) => /^[^=]+=./.test(c)).map((c) => c.split("=")[0]),
    elements, portals: list(lists.portals, portalName), scopes: list(lists.scopes),
  };
}
