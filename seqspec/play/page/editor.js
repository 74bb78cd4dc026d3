// The editor: a textarea whose text is invisible, above the same text in colours.

import { paint, spec } from "./paint.js";

const MOST = 50_000; // characters that are coloured while somebody types
const INDENT = "  ";

export class Editor {
  /** `changed` is called after each change; `words` are the language's. */
  constructor(words, changed) {
    this.words = words;
    this.area = document.querySelector("#text");
    this.known = ""; // the text that shapes and marks are about
    this.shapes = [];
    this.marks = [];
    this.leaving = false;
    this.area.addEventListener("input", () => {
      this.draw();
      this.#reveal(this.area.selectionEnd); // the area grew after the browser had scrolled it
      changed();
    });
    this.area.addEventListener("keydown", (event) => this.#key(event));
    this.area.addEventListener("blur", () => (this.leaving = false));
  }

  get text() {
    return this.area.value;
  }

  /** Another text in place of all; Ctrl-Z brings the old one back. */
  open(text) {
    this.replace(0, this.text.length, text);
    this.area.setSelectionRange(0, 0);
    document.querySelector(".editor").scrollTo(0, 0);
  }

  /** Writes in place of a stretch, as if it were typed, since only that can be undone. */
  replace(start, end, text) {
    const before = document.activeElement;
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(start, end);
    const command = text === "" ? "delete" : "insertText";
    if (start !== end || text !== "") document.execCommand(command, false, text);
    if (before !== document.body) before.focus({ preventScroll: true });
  }

  /** Selects a stretch, and brings it into sight. */
  select({ start, end }) {
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(start, end);
    document.querySelector(".editor").scrollIntoView({ block: "nearest" });
    this.#reveal(start);
  }

  /** Scrolls to a place that is out of sight; the text below the marks says where it is. */
  #reveal(offset) {
    const texts = document.createTreeWalker(document.querySelector("#marks"), NodeFilter.SHOW_TEXT);
    let [node, at] = [texts.nextNode(), offset];
    while (at >= node.length) [at, node] = [at - node.length, texts.nextNode()];
    const range = new Range();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const [place, editor] = [range.getBoundingClientRect(), document.querySelector(".editor")];
    const [view, left] = [editor.getBoundingClientRect(), document.querySelector("#numbers").offsetWidth];
    if (place.top < view.top || place.bottom > view.bottom)
      editor.scrollTop += place.top - (view.top + view.bottom) / 2;
    if (place.left < view.left + left || place.right > view.right)
      editor.scrollLeft += place.left - (view.left + view.right) / 2;
  }

  /** What the server said about a text: shapes behind lines, and stretches to underline. */
  tell(text, shapes, marks) {
    this.known = text;
    this.shapes = shapes.map(({ at, text }) => ({
      start: at, end: at, name: "shape", shown: `  ${text}`,
    }));
    this.marks = marks.map(({ start, end, name }) => ({ ...visible(text, start, end), name }));
    this.draw();
  }

  draw() {
    const text = this.text;
    const same = text === this.known ? Infinity : firstDifference(text, this.known);
    const valid = (span) => span.end < same;
    const colours = text.length > MOST ? [] : spec(text, this.words);
    paint(document.querySelector("#paint"), text, [...colours, ...this.shapes.filter(valid)]);
    paint(document.querySelector("#marks"), text, this.marks.filter(valid));
    const count = text.split("\n").length;
    document.querySelector("#numbers").textContent =
      Array.from({ length: count }, (_, n) => n + 1).join("\n");
  }

  #key(event) {
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    if (event.key === "Tab" && plain && !this.leaving) {
      event.preventDefault();
      this.replace(this.area.selectionStart, this.area.selectionEnd, INDENT);
    }
    this.leaving = event.key === "Escape";
  }
}

function firstDifference(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

/** A stretch with at least a character in it that can be underlined. */
function visible(text, start, end) {
  if (end > start && text.slice(start, end).trim()) return { start, end };
  return start < text.length && text[start] !== "\n"
    ? { start, end: start + 1 }
    : { start: Math.max(0, start - 1), end: start };
}
