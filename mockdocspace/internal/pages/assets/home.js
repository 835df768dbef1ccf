// The portal's home.

import { call } from "./api.js";

export function start() {
  document.getElementById("sign-out").addEventListener("click", async () => {
    await call("POST", "/api/2.0/authentication/logout");
    location.assign("/login");
  });
}
