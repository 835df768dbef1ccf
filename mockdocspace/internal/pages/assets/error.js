// The error page: leads to the login form after ten seconds (browser-flow.md §5.5).

import { onPress } from "./controls.js";
import { navigate } from "./router.js";

export function start(_, signal) {
  const leave = () => navigate("/login");
  const timer = setTimeout(leave, 10_000);
  signal.addEventListener("abort", () => clearTimeout(timer));
  onPress(document.querySelector('[data-testid="invalid_error_link"]'), leave);
}
