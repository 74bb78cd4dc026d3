// The page: sends the text after each pause, and shows what comes back.

import { Editor } from "./editor.js";
import { fragment, specIn } from "./link.js";
import { Tabs } from "./tabs.js";
import { note, show, showProblems } from "./views.js";

const PAUSE = 200; // milliseconds without a key
const LONG_PAUSE = 1000; // browsers refuse to change the address more often for long
const MOST_IN_ADDRESS = 20_000; // characters

const MOST_READ_OUT = 3; // problems

const element = (id) => document.getElementById(id);
const DAMAGED = "The link is damaged: it holds no spec.";
const start = await (await fetch("start")).json();
const editor = new Editor(start, () => {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, PAUSE);
});
let waiting; // the pause
let addressing; // the long one
let asking = new AbortController(); // of the newest question: older ones are given up

/** Everything about the text as it is now; an answer that comes too late is dropped. */
async function refresh() {
  clearTimeout(waiting);
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const text = editor.text;
  try {
    const answer = await (await ask("check", text, signal)).json();
    showAnswer(text, answer);
    if (answer.ok && tabs.shown !== "layers") await showView(tabs.shown, text, signal);
  } catch (error) {
    if (error.name !== "AbortError") verdict(error.message, "error");
  }
}

async function ask(address, text, signal) {
  let response;
  try {
    response = await fetch(address, { method: "POST", body: text, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("No answer: `seqspec play` has ended. The text stays here; start it again and paste it.");
  }
  if (!response.ok) throw new Error(await response.text());
  return response;
}

function showAnswer(text, answer) {
  verdict(answer.verdict, answer.ok ? "good" : "error", answer.problems);
  showProblems(answer.problems, act);
  const places = answer.problems.filter((problem) => problem.place);
  const marks = places.map(({ place, severity }) => ({ ...place, name: severity }));
  editor.tell(text, answer.shapes, marks);
  editor.area.setAttribute("aria-invalid", String(!answer.ok));
  if (answer.ok) show.layers(element("layers"), answer.table);
  for (const id of Object.keys(show)) {
    const empty = !element(id).querySelector(":not(.note)");
    note(id, answer.ok ? "" : empty ? "The spec has errors." : "From before the errors:");
  }
  clearTimeout(addressing);
  addressing = setTimeout(() => {
    const address = text.length > MOST_IN_ADDRESS ? location.pathname : fragment(text);
    history.replaceState(null, "", address);
  }, LONG_PAUSE);
}

async function showView(id, text, signal) {
  try {
    const answer = await (await ask(id, text, signal)).json();
    show[id](element(id), answer, act);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    element(id).replaceChildren();
    note(id, error.message);
  }
}

/** What came of the text in a line; read out with the problems' titles, for those who cannot see. */
function verdict(text, kind, problems = []) {
  element("verdict").className = kind;
  element("verdict").textContent = text;
  const titles = problems.slice(0, MOST_READ_OUT).map((problem) => problem.text.split("\n", 1)[0]);
  const told = [text, ...titles].join(". ");
  if (element("told").textContent !== told) element("told").textContent = told; // else heard again
}

function say(text) {
  element("said").textContent = text;
}

const act = {
  select: (place) => editor.select(place),
  fix: ({ start, end, text }) => {
    editor.replace(start, end, text);
    editor.select({ start, end: start + text.length });
  },
  async copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      say(`Copied ${what}.`);
    } catch {
      say(`The browser does not let ${what} be copied.`);
    }
  },
};

function save(name, data) {
  const href = URL.createObjectURL(new Blob([data]));
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
  say(`Saved ${name}.`);
}

function open(text) {
  if (text === undefined) say(DAMAGED);
  else if (text !== null && text !== editor.text) editor.open(text);
}

element("copy-link").onclick = () => act.copy(new URL(fragment(editor.text), location).href, "a link to the spec");
element("copy-spec").onclick = () => act.copy(editor.text, "the spec");
element("save-seq").onclick = () => save(`${start.stem}.seq`, editor.text);
element("save-keras").onclick = async () => {
  try {
    say("Writing …");
    save(`${start.stem}.keras`, await (await ask("keras", editor.text)).blob());
  } catch (error) {
    say(error.message);
  }
};
addEventListener("hashchange", () => open(specIn(location.hash)));
editor.area.addEventListener("paste", (event) => {
  const link = event.clipboardData.getData("text").trim();
  if (!/^https?:\/\/\S+$/.test(link) || specIn(link) === null) return;
  event.preventDefault();
  open(specIn(link));
});

const groups = Map.groupBy(start.examples, ({ group }) => group);
for (const [label, examples] of groups) {
  const group = Object.assign(document.createElement("optgroup"), { label: label.replaceAll("_", " ") });
  group.append(...examples.map(({ name }) => new Option(name.replaceAll("_", " "), `${label}/${name}`)));
  element("examples").append(group);
}
element("examples").onchange = ({ target }) => {
  const found = start.examples.find(({ group, name }) => `${group}/${name}` === target.value);
  if (found) open(found.text);
};

const tabs = new Tabs(document.querySelector("[role=tablist]"), () => {
  if (editor.text) refresh();
});
const linked = specIn(location.hash);
if (linked === undefined) say(DAMAGED);
editor.area.value = linked ?? start.text;
editor.draw();
refresh();
editor.area.focus();
