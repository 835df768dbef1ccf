// The one-time sign-in link: signs in by its key, gets an x-signature and goes
// on to the authorization (browser-flow.md §3.1 step 5).

import { call } from "./api.js";
import { secondFactorWanted } from "./second-factor.js";
import * as signature from "./signature.js";
import { toastError } from "./toast.js";

export async function start(data) {
  signature.setPortalTime(data.now);
  const signedIn = await call("POST", "/api/2.0/authentication", { ConfirmData: { Email: data.email, Key: data.key } });
  if (!signedIn.ok) {
    toastError(signedIn.json?.error?.message ?? "Error");
    return; // the loader stays
  }
  const target = location.search.split("referenceUrl=").slice(1).join("referenceUrl=");
  if (!target.includes("oauth2")) {
    location.replace("/");
    return;
  }
  const self = await call("GET", "/api/2.0/people/@self");
  const id = self.json?.response?.id;
  if (!self.ok || !id) { // so ends a user with a second factor (§3.11)
    if (!data.secondFactorHangs) toastError(secondFactorWanted);
    return;
  }
  const live = signature.liveToken(id);
  if (live) {
    signature.use(live);
  } else {
    const status = await signature.mint(id);
    if (status !== 200) return;
  }
  if (/^https?:\/\//.test(target)) location.replace(target);
}
