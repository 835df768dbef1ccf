// An app's icon: pictures become a PNG of 64x64, drawings stay as they are up to
// one megabyte (browser-flow.md §6.2).

const side = 64;
const maxDrawing = 1 << 20;

/** The file as a data URL; throws an Error that says what is wrong with it. */
export async function iconOf(file) {
  if (file.type === "image/svg+xml") {
    if (file.size > maxDrawing) throw new Error("The drawing is larger than 1 MB");
    return `data:image/svg+xml;base64,${toBase64(new Uint8Array(await file.arrayBuffer()))}`;
  }
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new Error("The file is no JPG, PNG or SVG");
  }
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  canvas.getContext("2d").drawImage(picture, 0, 0, side, side);
  return canvas.toDataURL("image/png");
}

function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
