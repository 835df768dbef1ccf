// The frame of the portal's own pages.

import { call } from "./api.js";

export function setUpHeader() {
  document.getElementById("sign-out").addEventListener("click", async () => {
    await call("POST", "/api/2.0/authentication/logout");
    location.assign("/login");
  });
}
