// Scrolls an element into view and says where to click it; null when it is not there.
(locators, index) => {
  const visible = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
  const textOf = (e) => (e.innerText ?? e.textContent ?? "").trim();
  for (const l of locators) {
    const all = [...document.querySelectorAll(l.css)].filter((e) =>
      visible(e) && (!l.text || textOf(e) === l.text) && (!l.prefix || textOf(e).startsWith(l.prefix)));
    const e = all[index];
    if (!e) continue;
    e.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = e.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }
  return null;
}
