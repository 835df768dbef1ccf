// Tells what a page's scripts write, and what is in a document before its own script has run.
(() => {
  const tell = (told) => goldenTell(JSON.stringify(told));
  const cookies = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  Object.defineProperty(Document.prototype, "cookie", {
    configurable: true,
    get: cookies.get,
    set(text) {
      tell({ kind: "script-cookie", cookie: text });
      cookies.set.call(this, text);
    },
  });
  const watched = /^(x-signature|tenant-list)/;
  for (const op of ["setItem", "removeItem"]) {
    const original = Storage.prototype[op];
    Storage.prototype[op] = function (key, ...rest) {
      const store = this === localStorage ? "localStorage" : "sessionStorage";
      if (watched.test(key)) tell({ kind: "script-storage", op: `${store}.${op}`, key });
      return original.call(this, key, ...rest);
    };
  }
  const open = window.open;
  window.open = function (url, target, ...rest) {
    tell({ kind: "script-open", url: String(url), target });
    return open.call(this, url, target, ...rest);
  };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function (state, title, url) {
      const before = location.href;
      const result = original.call(this, state, title, url);
      if (location.href !== before) tell({ kind: "history", url: location.href });
      return result;
    };
  }
  document.addEventListener("readystatechange", () => {
    if (document.readyState !== "interactive" || !location.protocol.startsWith("http")) return;
    const has = (selector) => Boolean(document.querySelector(selector));
    tell({
      kind: "html-parsed",
      url: location.href,
      allow_button: has('[data-testid="consent_allow_button"]'),
      app_loader: has('[data-testid="app-loader"]'),
      login_form: has("#login_username"),
      error_container: has('[data-testid="ErrorContainer"]'),
      script_visible_cookies: cookies.get.call(document).split("; ").filter(Boolean).map((pair) => pair.split("=")[0]),
    });
  });
})();
