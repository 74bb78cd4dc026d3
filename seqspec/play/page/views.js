// What stands on the right: errors and warnings, the layer table, pictures, Keras source.

import { paint, python } from "./paint.js";

const LINES_DRAWN = 3; // of a problem: those with the caret, which are never wrapped

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** The problems as the terminal shows them; `act` says what the buttons do. */
export function showProblems(problems, act) {
  document.querySelector("#problems").replaceChildren(
    ...problems.map((problem) => {
      const [title, place, ...rest] = problem.text.split("\n");
      const where = problem.place
        ? make("button", { type: "button", className: "place", onclick: () => act.select(problem.place) },
            place.trim())
        : place.trim();
      const margin = place.slice(0, place.length - place.trimStart().length);
      const [drawn, said] = [rest.slice(0, LINES_DRAWN), rest.slice(LINES_DRAWN)];
      const shown = make("pre", {}, make("strong", { className: problem.severity }, title), "\n",
        margin, where, "\n", drawn.join("\n"), "\n", make("span", {}, said.join("\n")));
      const item = make("li", {}, shown);
      if (problem.fixes.length > 0) {
        const [{ text }] = problem.fixes;
        const title = text ? `Write ${text}` : "Remove it";
        item.append(make("button", { type: "button", onclick: () => act.fix(problem.fixes) }, title));
      }
      return item;
    }),
  );
}

/** Says something in a panel that is empty, or above what it showed last. */
export function note(id, text) {
  const panel = document.getElementById(id);
  panel.querySelector(".note")?.remove();
  if (text) panel.prepend(make("p", { className: "note" }, text));
}

export const show = {
  layers(panel, { head, rows, totals }) {
    const cell = (tag, scope) => (text) => make(tag, scope ? { scope, textContent: text } : { textContent: text });
    const body = rows.map(([name, ...rest]) => make("tr", {}, cell("th", "row")(name), ...rest.map(cell("td"))));
    panel.replaceChildren(
      make("table", {}, make("thead", {}, make("tr", {}, ...head.map(cell("th", "col")))), make("tbody", {}, ...body)),
      make("p", { className: "totals" }, totals),
    );
  },
  unrolled: picture,
  graph: picture,
  source(panel, { text }, act) {
    const code = make("pre");
    paint(code, text, python(text));
    panel.replaceChildren(make("button", { type: "button", onclick: () => act.copy(text, "the source") }, "Copy"), code);
  },
};

/** As an image, nothing in it is run or reached. */
function picture(panel, { svg, words }) {
  const old = panel.querySelector("img");
  const src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  panel.replaceChildren(make("img", { src, alt: words }));
  if (old) URL.revokeObjectURL(old.src);
}
