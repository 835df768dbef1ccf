// Shows flows as the server draws them; each change brings the flow anew.

const list = document.getElementById("flows");
const connection = document.getElementById("connection");
const source = new EventSource(list.dataset.events);

source.addEventListener("open", () => { connection.textContent = "live"; });
source.addEventListener("error", () => { connection.textContent = "not connected"; });

source.addEventListener("flow", (event) => {
  const { id, html } = JSON.parse(event.data);
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  const old = document.getElementById(`flow-${id}`);
  document.getElementById("empty").hidden = true;
  if (!old) {
    fresh.classList.add("new");
    list.prepend(fresh);
    return;
  }
  // What was unfolded stays so, and the diagram stays where it was scrolled to.
  for (const details of old.querySelectorAll("details[open]")) {
    fresh.querySelector(`[data-key="${details.dataset.key}"]`)?.setAttribute("open", "");
  }
  const scrolled = old.querySelector(".drawing").scrollLeft;
  const focused = old.contains(document.activeElement) ? document.activeElement.closest("[data-key]")?.dataset.key : "";
  old.replaceWith(fresh);
  fresh.querySelector(".drawing").scrollLeft = scrolled;
  if (focused) fresh.querySelector(`[data-key="${focused}"] > summary`)?.focus();
});
