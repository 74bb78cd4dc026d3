// Links that hold a spec and what is set for it, in a fragment, which no server ever gets:
// `…#spec=` and its UTF-8 in base64url, then `&settings=units%3D64&level=0` where there are any.

const MARK = "#spec=";
export const LEVEL = "1"; // where nothing else is said

/** What is set and is not as it is by itself, as the rest of an address. */
export function query({ settings, level }) {
  const given = new URLSearchParams();
  if (settings.trim()) given.set("settings", settings.trim());
  if (level !== LEVEL) given.set("level", level);
  return given.toString();
}

export function fragment({ text, ...given }) {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  const code = btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return [MARK + code, query(given)].filter(Boolean).join("&");
}

/** What a link or fragment holds; null where that is nothing, undefined where it is damaged. */
export function heldIn(link) {
  const at = link.indexOf(MARK);
  if (at < 0) return null;
  const [code, ...rest] = link.slice(at + MARK.length).split("&");
  const given = new URLSearchParams(rest.join("&"));
  try {
    const data = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(data, (character) => character.charCodeAt(0));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r\n?/g, "\n");
    return { text, settings: given.get("settings") ?? "", level: given.get("level") === "0" ? "0" : LEVEL };
  } catch {
    return undefined;
  }
}
