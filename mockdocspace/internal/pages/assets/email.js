// The checks that the login form makes on an e-mail address before it sends
// anything (browser-flow.md §4.2).

/** What is wrong with an address, in the portal's words; "" for a good one. */
export function emailFault(text) {
  const address = text.trim();
  const at = address.indexOf("@");
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (at < 1 || !domain || domain.includes("@") || /\s/.test(address)) return "Incorrect email";
  if (/(^|\.)xn--/i.test(domain)) return "Punycode domains are not supported";
  if (!domain.includes(".")) return "Local domains are not supported";
  if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$/i.test(domain)) return "Incorrect domain";
  if (!/^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i.test(local)) return "Incorrect local part";
  return "";
}
