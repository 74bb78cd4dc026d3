// Links that hold a spec: `…#spec=` and its UTF-8 in base64url, which no server ever gets.

const MARK = "#spec=";

export function fragment(text) {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  const code = btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return MARK + code;
}

/** The spec in a link or fragment; null where there is none, undefined where it is damaged. */
export function specIn(link) {
  const at = link.indexOf(MARK);
  if (at < 0) return null;
  const code = link.slice(at + MARK.length).replaceAll("-", "+").replaceAll("_", "/");
  try {
    const bytes = Uint8Array.from(atob(code), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r\n?/g, "\n");
  } catch {
    return undefined;
  }
}
