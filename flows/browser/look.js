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
  // A page that failed still has its frame: the choice of a language, the mock's band.
  const frame = '[data-testid="language-combobox"], .mock-band, script, noscript, template';
  const controls = "input, button, img, svg, iframe, canvas";
  const says = (e) => [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
  const blank = () => !document.body || ![document.body, ...document.body.querySelectorAll("*")]
    .some((e) => !e.closest(frame) && ((says(e) && visible(e)) || e.matches(controls)));
  let jar = ""; // a page of the browser's own refuses to tell
  try { jar = document.cookie; } catch { /* none */ }
  return {
    href: location.href, title: document.title, ready: document.readyState,
    blank: blank(),
    body: document.body ? textOf(document.body).slice(0, 500) : "",
    cookies: jar.split("; ").filter((c) => /^[^=]+=./.test(c)).map((c) => c.split("=")[0]),
    elements, portals: list(lists.portals, portalName), scopes: list(lists.scopes),
  };
}
