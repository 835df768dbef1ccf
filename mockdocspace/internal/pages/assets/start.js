// Starts the page's own script with the data the server put beside it.

let current = new AbortController();

/** Runs the script of the page in the document; listeners on `signal` end with the page. */
export async function startPage() {
  current.abort();
  current = new AbortController();
  document.cookie = "system_theme=Base; path=/";
  const name = document.body.dataset.page;
  if (!name) return;
  const island = document.getElementById("page-data");
  const page = await import(`./${name}.js`);
  document.body.dataset.ready = "true"; // until now a click would have been lost
  page.start(island ? JSON.parse(island.textContent) : {}, current.signal);
}

startPage();
