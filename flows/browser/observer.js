// Tells the driver that the page changed. Runs in a world of its own before the
// page's scripts; the driver then looks for itself.
(() => {
  const changed = () => globalThis.BINDING("");
  new MutationObserver(changed).observe(document, {
    childList: true, subtree: true, characterData: true, attributes: true,
    attributeFilter: ["disabled", "hidden", "class", "style", "aria-busy", "aria-disabled", "data-error", "src", "href"],
  });
})();
