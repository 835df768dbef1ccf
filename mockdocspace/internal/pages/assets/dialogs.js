// Dialogs. The browser keeps the focus inside, closes them on Escape and gives the
// focus back; what it leaves to do is here.

/**
 * Opens a dialog about an app and waits for its end. Returns the answer: what the
 * pressed button carries as data-answer, "" for Escape and the like.
 */
export function ask(id, name) {
  const dialog = show(id, name);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

/** Opens a dialog about an app and returns it. */
export function show(id, name) {
  const dialog = document.getElementById(id);
  for (const element of dialog.querySelectorAll(".which")) element.textContent = name;
  dialog.returnValue = "";
  if (!dialog.dataset.ready) {
    dialog.dataset.ready = "true";
    dialog.addEventListener("click", (event) => {
      const answer = event.target.closest?.("[data-answer]");
      if (answer) dialog.close(answer.dataset.answer);
      else if (event.target === dialog && isOutside(dialog, event)) dialog.close("");
    });
  }
  dialog.showModal();
  return dialog;
}

function isOutside(dialog, { clientX, clientY }) {
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}
