// Short messages in the upper right corner (browser-flow.md §4.1).

/** Shows an error for eight seconds. */
export function toastError(text) {
  let tray = document.querySelector(".Toastify");
  if (!tray) {
    tray = document.createElement("div");
    tray.className = "Toastify";
    tray.dataset.testid = "toast";
    document.body.append(tray);
  }
  const toast = document.createElement("div");
  toast.className = "Toastify__toast Toastify__toast--error";
  toast.setAttribute("role", "alert");
  toast.textContent = text;
  tray.append(toast);
  setTimeout(() => toast.remove(), 8000);
}
