// Dialogs. The browser keeps the focus inside, closes them on Escape and gives the
// focus back; what it leaves to do is here.

const waiting = new WeakMap(); // by dialog: who wants the answer

/**
 * Opens a dialog about an app and waits for its end. Returns the answer: what the
 * pressed button carries as data-answer, "" for Escape and the like.
 */
export function ask(id, name) {
  const dialog = show(id, name);
  return new Promise((resolve) => waiting.set(dialog, resolve));
}

/** Opens a dialog about an app and returns it. */
export function show(id, name) {
  const dialog = document.getElementById(id);
  for (const element of dialog.querySelectorAll(".which")) element.textContent = name;
  if (!dialog.dataset.ready) {
    dialog.dataset.ready = "true";
    dialog.addEventListener("click", (event) => {
      const button = event.target.closest?.("[data-answer]");
      if (button) end(dialog, button.dataset.answer);
      else if (event.target === dialog && isOutside(dialog, event)) end(dialog, "");
    });
    // The event comes late, perhaps when the dialog is open again.
    dialog.addEventListener("close", () => {
      if (!dialog.open) answer(dialog, "");
    });
  }
  answer(dialog, "");
  dialog.showModal();
  return dialog;
}

function end(dialog, text) {
  dialog.close();
  answer(dialog, text);
}

function answer(dialog, text) {
  waiting.get(dialog)?.(text);
  waiting.delete(dialog);
}

function isOutside(dialog, { clientX, clientY }) {
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}
