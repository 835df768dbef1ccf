// Users with a second factor: the portal never asks for it on the way of an app
// (browser-flow.md §3.11).

/** What such a user is told where the portal's silence is switched off. */
export const secondFactorWanted =
  "This account wants a second factor. Sign in at the portal first, then start again at the application.";
