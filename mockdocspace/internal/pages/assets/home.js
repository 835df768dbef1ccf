// The portal's home.

import { setUpHeader } from "./header.js";

export function start() {
  setUpHeader();
}
