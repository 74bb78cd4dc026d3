// Text with colours: which stretches are what, and the elements made of them.

const PYTHON = new RegExp(
  String.raw`(?<comment>#[^\n]*)|(?<string>"""[^]*?"""|"[^"\n]*")|` +
    String.raw`(?<keyword>\b(?:import|from|def|return|for|in|if|else|None|True|False|as|class)\b)|` +
    String.raw`(?<number>(?<![\w.])-?\d[\w.]*)`,
  "g",
);
const SPEC = new RegExp(
  String.raw`(?<comment>#[^\n]*)|(?<string>"[^"\n]*"?)|(?<name>\{[^{}\n]*\})|(?<keyword>->)|` +
    String.raw`(?<number>(?<![\w.])(?:-?\d|[?A-Z])[\w.*?{}]*)|(?<word>[a-z]\w*)`,
  "g",
);

export const python = (text) => tokens(text, PYTHON, () => null);

/** Tells of a spec; operations are such where a stage begins: `dense 3 relu` has one. */
export function spec(text, { operations, keywords }) {
  const [isOperation, isKeyword] = [new Set(operations), new Set(keywords)];
  return tokens(text, SPEC, (word, at) => {
    const before = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
    if (isKeyword.has(word) && /^\s*$|->\s*$/.test(before)) return "keyword";
    return isOperation.has(word) && /^\s*$|(->|\(|\s=)\s*$/.test(before) ? "operation" : null;
  });
}

function tokens(text, pattern, kindOfWord) {
  const found = [];
  for (const match of text.matchAll(pattern)) {
    const [kind, word] = Object.entries(match.groups).find(([, value]) => value !== undefined);
    const name = kind === "word" ? kindOfWord(word, match.index) : kind;
    if (name) found.push({ start: match.index, end: match.index + word.length, name });
  }
  return found;
}

/** Fills an element; `spans` do not overlap. One with a text of its own stands between two others. */
export function paint(element, text, spans) {
  const parts = [];
  let at = 0;
  for (const { start, end, name, shown } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue;
    const span = document.createElement("span");
    span.className = name;
    span.textContent = shown ?? text.slice(start, end);
    parts.push(text.slice(at, start), span);
    at = end;
  }
  element.replaceChildren(...parts, text.slice(at), "\n");
}
