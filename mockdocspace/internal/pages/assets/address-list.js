// A field for several addresses: one line to type in, a chip for each that is
// added (browser-flow.md §6.2).

/** Whether text is an absolute URL without query and fragment. */
export function isPlainAddress(text) {
  const url = URL.parse(text);
  return url !== null && !url.search && !url.hash && !/[?#]/.test(text);
}

export class AddressList {
  /** `field` is the form field's element; `changed` is called when the list changes. */
  constructor(field, changed) {
    this.field = field;
    this.changed = changed;
    this.values = [];
    this.chips = field.querySelector(".chips");
    this.fixed = field.hasAttribute("data-fixed");
    if (this.fixed) return;
    this.input = field.querySelector("input");
    this.error = field.querySelector(".field-error");
    this.line = field.querySelector(".drop-line");
    this.input.addEventListener("input", () => this.offer());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.take();
    });
    for (const button of field.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        this.take();
        this.input.focus();
      });
    }
  }

  offer() {
    const text = this.input.value.trim();
    this.fail("");
    this.line.hidden = text === "";
    this.line.textContent = `${text} Add`;
  }

  /** Adds what was typed; false when it is no address. */
  take() {
    const text = this.input?.value.trim();
    if (!text) return true;
    if (!isPlainAddress(text)) {
      this.fail(`URL not valid, example: ${location.origin}`);
      return false;
    }
    if (!this.values.includes(text)) this.set([...this.values, text]);
    this.input.value = "";
    this.offer();
    this.changed();
    return true;
  }

  set(values) {
    this.values = values;
    this.chips.replaceChildren(...values.map((value, i) => this.chip(value, i)));
  }

  chip(value, i) {
    const chip = document.createElement("li");
    chip.className = "chip";
    chip.dataset.testid = `${this.chips.dataset.prefix}_selected_item_${i}`;
    chip.append(Object.assign(document.createElement("span"), { textContent: value }));
    if (this.fixed) return chip;
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "remove" });
    remove.setAttribute("aria-label", `Remove ${value}`);
    remove.addEventListener("click", () => {
      this.set(this.values.filter((other) => other !== value));
      this.input.focus();
      this.changed();
    });
    chip.append(remove);
    return chip;
  }

  fail(text) {
    this.error.textContent = text;
    if (text) this.input.dataset.error = "true";
    else delete this.input.dataset.error;
    this.input.toggleAttribute("aria-invalid", Boolean(text));
  }
}
