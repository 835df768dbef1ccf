// Buttons that work, and things that behave like buttons.

/** A button that works: no text, only its label. */
export function setBusy(button, label = button.getAttribute("aria-label")) {
  button.dataset.text ??= button.textContent;
  button.dataset.label ??= button.getAttribute("aria-label");
  button.textContent = "";
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  button.setAttribute("aria-label", label);
}

/** Back to how it was before setBusy. */
export function setReady(button) {
  button.textContent = button.dataset.text;
  button.disabled = false;
  button.removeAttribute("aria-busy");
  button.setAttribute("aria-label", button.dataset.label);
}

/** Makes an element that is no button act on click, Enter and Space. */
export function onPress(element, action) {
  element.addEventListener("click", action);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    action(event);
  });
}
