// Buttons that work, and things that behave like buttons.

const svg = "http://www.w3.org/2000/svg";

/** The ring that turns in a button at work. */
function spinner() {
  const ring = document.createElementNS(svg, "svg");
  ring.setAttribute("viewBox", "0 0 20 20");
  ring.dataset.testid = "loader";
  const track = document.createElementNS(svg, "circle");
  for (const [name, value] of Object.entries({ cx: 10, cy: 10, r: 8 })) track.setAttribute(name, value);
  track.dataset.testid = "track-loader";
  ring.append(track);
  return ring;
}

/** A button that works: no text, only its label and a spinner. */
export function setBusy(button, label = button.getAttribute("aria-label")) {
  button.dataset.text ??= button.textContent;
  button.dataset.label ??= button.getAttribute("aria-label");
  button.replaceChildren(spinner());
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
