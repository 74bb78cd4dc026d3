// The page: sends the text after each pause, and shows what comes back.

import { Editor } from "./editor.js";
import { fragment, heldIn, query } from "./link.js";
import { Tabs } from "./tabs.js";
import { note, show, showProblems } from "./views.js";

const PAUSE = 200; // milliseconds without a key
const LONG_PAUSE = 1000; // browsers refuse to change the address more often for long
const MOST_IN_ADDRESS = 20_000; // characters

const MOST_READ_OUT = 3; // problems

const element = (id) => document.getElementById(id);
const DAMAGED = "The link is damaged: it holds no spec.";
const start = await (await fetch("start")).json();
const editor = new Editor(start, refreshSoon);
const [settings, level] = [element("settings"), element("level")];
let waiting; // the pause
let addressing; // the long one
let asking = new AbortController(); // of the newest question: older ones are given up

/** What the page asks about: the text, and what is set for it. */
const question = () => ({ text: editor.text, settings: settings.value, level: level.value });

function refreshSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, PAUSE);
}

/** Everything about the text as it is now; an answer that comes too late is dropped. */
async function refresh() {
  clearTimeout(waiting);
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const asked = question();
  try {
    const answer = await (await ask("check", asked, signal)).json();
    showAnswer(asked, answer);
    if (answer.ok && tabs.shown !== "layers") await showView(tabs.shown, asked, signal);
  } catch (error) {
    if (error.name !== "AbortError") verdict(error.message, "error");
  }
}

async function ask(name, asked, signal) {
  const address = [name, query(asked)].filter(Boolean).join("?");
  let response;
  try {
    response = await fetch(address, { method: "POST", body: asked.text, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("No answer: `seqspec play` has ended. The text stays here; start it again and paste it.");
  }
  if (!response.ok) throw new Error(await response.text());
  return response;
}

function showAnswer(asked, answer) {
  verdict(answer.verdict, answer.ok ? "good" : "error", answer.problems);
  showProblems(answer.problems, act);
  const places = answer.problems.filter((problem) => problem.place);
  const marks = places.map(({ place, severity }) => ({ ...place, name: severity }));
  editor.tell(asked.text, answer.shapes, marks);
  editor.area.setAttribute("aria-invalid", String(answer.set && !answer.ok));
  settings.setAttribute("aria-invalid", String(!answer.set));
  if (answer.ok) show.layers(element("layers"), answer.table);
  for (const id of Object.keys(show)) {
    const empty = !element(id).querySelector(":not(.note)");
    const fault = answer.set ? "The spec has errors." : "Something is set that cannot be.";
    note(id, answer.ok ? "" : empty ? fault : "From before the errors:");
  }
  clearTimeout(addressing);
  addressing = setTimeout(() => {
    const address = asked.text.length > MOST_IN_ADDRESS ? location.pathname : fragment(asked);
    history.replaceState(null, "", address);
  }, LONG_PAUSE);
}

async function showView(id, asked, signal) {
  try {
    const answer = await (await ask(id, asked, signal)).json();
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
  /** All of it as one change, so that Ctrl-Z takes all of it back. */
  fix: (fixes) => {
    const [start, end] = [fixes[0].start, fixes.at(-1).end];
    let [text, at] = ["", start];
    for (const fix of fixes) [text, at] = [text + editor.text.slice(at, fix.start) + fix.text, fix.end];
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

/** Opens what a link holds, or an example, for which nothing is set. */
function open(held) {
  if (held === undefined) say(DAMAGED);
  if (!held) return;
  settings.value = held.settings;
  level.value = held.level;
  if (held.text !== editor.text) editor.open(held.text);
  refreshSoon();
}

element("copy-link").onclick = () => act.copy(new URL(fragment(question()), location).href, "a link to the spec");
element("copy-spec").onclick = () => act.copy(editor.text, "the spec");
element("save-seq").onclick = () => save(`${start.stem}.seq`, editor.text);
element("save-keras").onclick = async () => {
  try {
    say("Writing …");
    save(`${start.stem}.keras`, await (await ask("keras", question())).blob());
  } catch (error) {
    say(error.message);
  }
};
settings.oninput = refreshSoon;
level.onchange = refresh;
addEventListener("hashchange", () => open(heldIn(location.hash)));
editor.area.addEventListener("paste", (event) => {
  const link = event.clipboardData.getData("text").trim();
  if (!/^https?:\/\/\S+$/.test(link) || heldIn(link) === null) return;
  event.preventDefault();
  open(heldIn(link));
});

const groups = Map.groupBy(start.examples, ({ group }) => group);
for (const [label, examples] of groups) {
  const group = Object.assign(document.createElement("optgroup"), { label: label.replaceAll("_", " ") });
  group.append(...examples.map(({ name }) => new Option(name.replaceAll("_", " "), `${label}/${name}`)));
  element("examples").append(group);
}
element("examples").onchange = ({ target }) => {
  const found = start.examples.find(({ group, name }) => `${group}/${name}` === target.value);
  if (found) open({ text: found.text, settings: "", level: level.value });
};

const tabs = new Tabs(document.querySelector("[role=tablist]"), () => {
  if (editor.text) refresh();
});
const linked = heldIn(location.hash);
if (linked === undefined) say(DAMAGED);
const first = linked ?? { ...start, level: String(start.level) };
[editor.area.value, settings.value, level.value] = [first.text, first.settings, first.level];
editor.draw();
refresh();
editor.area.focus();
