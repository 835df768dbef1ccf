// The menu behind the three dots of a row.

export class Menu {
  /** act(action, row) is called for what was chosen. */
  constructor(act, signal) {
    this.element = document.getElementById("menu");
    this.act = act;
    this.button = undefined;
    this.element.addEventListener("click", (event) => {
      const item = event.target.closest("[role=menuitem]");
      if (!item || item.getAttribute("aria-disabled") === "true") return;
      const { row } = this;
      this.close();
      this.act(item.dataset.action, row);
    });
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("pointerdown", (event) => {
      if (this.button && !this.element.contains(event.target) && !this.button.contains(event.target)) this.close(false);
    }, { signal });
    this.element.addEventListener("focusout", (event) => {
      if (this.button && event.relatedTarget && !this.element.contains(event.relatedTarget) && event.relatedTarget !== this.button) this.close(false);
    });
  }

  /** Opens the menu at a row's button; offered says of each action: true, false (left out) or "off". */
  open(button, row, offered) {
    if (this.button === button) {
      this.close();
      return;
    }
    if (this.button) this.close(false);
    for (const item of this.element.querySelectorAll("[role=menuitem]")) {
      const state = offered[item.dataset.action] ?? true;
      item.hidden = state === false;
      item.setAttribute("aria-disabled", String(state === "off"));
    }
    Object.assign(this, { button, row });
    button.after(this.element);
    button.setAttribute("aria-expanded", "true");
    this.element.hidden = false;
    this.element.classList.remove("above");
    const below = innerHeight - this.element.getBoundingClientRect().bottom;
    this.element.classList.toggle("above", below < 0 && button.getBoundingClientRect().top > this.element.offsetHeight);
    this.items()[0]?.focus();
  }

  close(focusButton = true) {
    const { button } = this;
    this.button = undefined;
    this.element.hidden = true;
    button?.setAttribute("aria-expanded", "false");
    if (focusButton) button?.focus();
  }

  /** Takes the menu out of rows that are about to go. */
  park() {
    if (this.button) this.close(false);
    document.getElementById("content-wrapper").append(this.element);
  }

  items() {
    return [...this.element.querySelectorAll("[role=menuitem]:not([hidden])")];
  }

  onKey(event) {
    const items = this.items();
    const at = items.indexOf(document.activeElement);
    const to = {
      ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1,
    }[event.key];
    if (to !== undefined) items[to].focus();
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab") {
      this.close(); // on from the button
      return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
