// The tokens of a spec, by the engine of VS Code: `UPDATE=1 npm test` writes what they are now.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
await oniguruma.loadWASM(readFileSync(wasm).buffer);
const registry = new textmate.Registry({
  onigLib: {
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  },
  loadGrammar: () =>
    textmate.parseRawGrammar(readFileSync("../../grammar/seq.tmLanguage.json", "utf8"), "a.json"),
});
const grammar = await registry.loadGrammar("source.seqspec");

function tokens(text) {
  let stack = textmate.INITIAL;
  const rows = [];
  for (const line of text.split("\n")) {
    const found = grammar.tokenizeLine(line, stack);
    stack = found.ruleStack;
    for (const { startIndex, endIndex, scopes } of found.tokens) {
      const word = line.slice(startIndex, endIndex).trim();
      if (word) rows.push([word, scopes.slice(1).join(" ").replaceAll(".seqspec", "")]);
    }
  }
  return rows;
}

const scopeOf = (text, word) => tokens(text).find(([found]) => found === word)?.[1];

test("the tokens of an example are those of the snapshot", () => {
  const rows = tokens(readFileSync("test/example.seq", "utf8"));
  const shown = rows.map(([word, scope]) => `${word}\t${scope}\n`).join("");
  if (process.env.UPDATE) writeFileSync("test/example.tokens", shown);
  assert.equal(shown, readFileSync("test/example.tokens", "utf8"));
});

test("a word is an operation at the begin of a stage, and a setting behind it", () => {
  assert.equal(scopeOf("x -> relu", "relu"), "support.function.operation");
  assert.equal(scopeOf("x -> dense 3 relu", "relu"), "support.constant");
  assert.equal(scopeOf("x -> add _ (relu)", "relu"), "support.function.operation");
});

test("comments, strings and names with the letters of keywords stay what they are", () => {
  assert.equal(scopeOf("# out lstm", "# out lstm"), "comment.line.number-sign");
  assert.equal(scopeOf('use "out.seq"', '"out.seq"'), "string.quoted.double");
  assert.equal(scopeOf("output = in 6", "output"), "variable.other.definition");
  assert.equal(scopeOf("x -> lstms", "lstms"), "variable.other");
});

test("every spec of the gallery has its statements and operations found", () => {
  const folder = "../../specs";
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".seq"));
  assert.ok(names.length > 100);
  for (const name of names) {
    const rows = tokens(readFileSync(`${folder}/${name}`, "utf8"));
    const plain = rows.filter(([, scope]) => !scope);
    assert.deepEqual(plain, [], name);
    assert.ok(rows.some(([, scope]) => scope === "support.function.operation"), name);
  }
});
