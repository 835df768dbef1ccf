// Calls of the portal's own endpoints.

/**
 * Sends a request and returns {status, ok, json, response}; json is undefined
 * where the answer is none.
 */
export async function call(method, path, body, headers = {}) {
  // Without no-store two equal calls at a time wait for each other at the browser's cache.
  const init = { method, cache: "no-store", headers: { Accept: "application/json, text/plain, */*", ...headers } };
  if (body instanceof FormData || body instanceof URLSearchParams) {
    init.body = body;
  } else if (body !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init);
  const text = await response.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    // HTML or nothing
  }
  return { status: response.status, ok: response.ok, json, response };
}

/** Ends the session and shows the login form with a message, out of any authorization. */
export async function signOutWithError() {
  await call("POST", "/api/2.0/authentication/logout");
  location.assign("/login?authError=true");
}
