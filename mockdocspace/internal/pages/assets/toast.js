// Short messages in the upper right corner (browser-flow.md §4.1).

/** Shows an error for eight seconds. */
export function toastError(text) {
  toast(text, "error", "alert");
}

/** Shows that something was done, for five seconds. */
export function toastSuccess(text) {
  toast(text, "success", "status");
}

function toast(text, kind, role) {
  let tray = document.querySelector(".Toastify");
  if (!tray) {
    tray = document.createElement("div");
    tray.className = "Toastify";
    tray.dataset.testid = "toast";
    document.body.append(tray);
  }
  const toast = document.createElement("div");
  toast.className = `Toastify__toast Toastify__toast--${kind}`;
  toast.setAttribute("role", role);
  toast.textContent = text;
  tray.append(toast);
  setTimeout(() => toast.remove(), kind === "error" ? 8000 : 5000);
}
