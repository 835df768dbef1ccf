// What a person can see of the page, in the words of the recordings.
(() => {
  const visible = (e) => {
    const box = e.getBoundingClientRect();
    return e.checkVisibility({ visibilityProperty: true }) && box.width > 0 && box.height > 0;
  };
  const all = (selector) => [...document.querySelectorAll(selector)].filter(visible);
  const given = (o) => Object.fromEntries(Object.entries(o).filter(([, value]) => value));
  const testid = (e) => e.dataset.testid ?? "";
  const testids = new Set();
  for (const e of all("[data-testid], [data-test-id]")) {
    if (e.dataset.testid) testids.add(e.dataset.testid);
    if (e.dataset.testId) testids.add(`data-test-id:${e.dataset.testId}`);
  }
  const inputs = [...document.querySelectorAll("input")].filter((e) => visible(e) || (e.type === "checkbox" && e.closest("label") && visible(e.closest("label"))));
  return {
    url: location.href,
    title: document.title,
    headings: all("h1, h2, h3, #header").map((e) => (e.id ? `#${e.id} ` : "") + e.innerText.trim()),
    inputs: inputs.map((e) => given({
      id: e.id, name: e.name, type: e.type, testid: testid(e), placeholder: e.placeholder, autocomplete: e.autocomplete,
      data_error: e.dataset.error, focused: e === document.activeElement, checked: e.checked, disabled: e.disabled,
    })),
    buttons: all("button").map((e) => given({
      id: e.id, testid: testid(e), text: e.innerText.trim(), type: e.type, aria_label: e.getAttribute("aria-label"),
      disabled: e.disabled, aria_busy: e.getAttribute("aria-busy"), aria_disabled: e.getAttribute("aria-disabled"),
    })),
    links: all("a").map((e) => given({ id: e.id, testid: testid(e), href: e.getAttribute("href"), target: e.target })),
    images: all("img").map((e) => given({ id: e.id, cls: e.className, alt: e.alt })),
    testids: [...testids],
    ids: all("[id]").map((e) => e.id),
    localStorage: Object.keys(localStorage),
    sessionStorage: Object.keys(sessionStorage),
  };
})()
