// The clipboard. Browsers give it to pages of secure origins only; elsewhere the
// old command still works on a selected field.

export async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select();
    document.execCommand("copy");
  }
}
