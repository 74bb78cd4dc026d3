"""The language server over stdio, as editors talk to it: VS Code, Neovim and Emacs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

EDITORS = ["visual-studio-code@1.65.2", "neovim@0.11.0", "emacs"]
COMMAND = [sys.executable, "-m", "seqspec", "lsp", "--stdio"]
TEXT = """\
# 🎉 first 漢字
let units = 64
block gated(d, rate=0.1) = add _ (dense {units} relu -> dropout {rate} -> dense {d})
x = in Tx8 -> lstm {units} bi  # 🎉
  -> as mid -> gated 128 -> gated d=128
z = x -> attend heads=4 causal -> (dense 8) * 2 -> take last
out w = z -> dense 1
train w loss=mse
"""
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=COMMAND), scope="module", params=EDITORS
)
async def client(lsp_client: LanguageClient, request: Any) -> AsyncIterator[None]:
    capabilities = client_capabilities(request.param)
    answer = await lsp_client.initialize_session(lsp.InitializeParams(capabilities))
    ANSWERS[lsp_client] = answer.capabilities
    yield
    await lsp_client.shutdown_session()


CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
ANSWERS: dict[LanguageClient, lsp.ServerCapabilities] = {}


class Editor:
    """An editor with one document."""

    def __init__(self, client: LanguageClient, uri: str, text: str) -> None:
        self.client, self.uri, self.text, self.version = client, uri, text, 1
        self.at_document = lsp.TextDocumentIdentifier(uri)
        encoding = ANSWERS[client].position_encoding
        self.codec, self.unit = CODECS[encoding]

    def units(self, text: str) -> int:
        """The length of a text as the editor counts it."""
        return len(text.encode(self.codec)) // self.unit

    async def open(self, *using: Editor) -> Editor:
        for editor in (self, *using):
            self.client.diagnostics.pop(editor.uri, None)
        item = lsp.TextDocumentItem(self.uri, "seqspec", 1, self.text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        await told(self.client, self.uri, *(editor.uri for editor in using))
        return self

    async def type(self, text: str, *others: Editor) -> None:
        """The document has another text; `others` use it."""
        for editor in (self, *others):
            self.client.diagnostics.pop(editor.uri, None)
        self.text, self.version = text, self.version + 1
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri),
                [lsp.TextDocumentContentChangeWholeDocument(text)],
            )
        )
        await told(self.client, self.uri, *(editor.uri for editor in others))

    @property
    def codes(self) -> list[Any]:
        return [d.code for d in self.client.diagnostics[self.uri]]

    def at(self, words: str, into: int = 1) -> lsp.Position:
        """A place in the text by what stands there."""
        offset = self.text.index(words) + into
        line = self.text.count("\n", 0, offset)
        before = self.text[self.text.rfind("\n", 0, offset) + 1 : offset]
        return lsp.Position(line, self.units(before))

    def there(self, found: lsp.Range) -> str:
        """The text of a range."""
        assert found.start.line == found.end.line
        units = self.text.split("\n")[found.start.line].encode(self.codec)
        first, last = found.start.character * self.unit, found.end.character * self.unit
        return units[first:last].decode(self.codec)

    def whole(self) -> lsp.Range:
        return lsp.Range(lsp.Position(0, 0), lsp.Position(self.text.count("\n") + 1, 0))

    async def hover(self, words: str) -> str:
        asked = lsp.HoverParams(self.at_document, self.at(words))
        found = await self.client.text_document_hover_async(asked)
        return found.contents.value if found else ""

    async def complete(self, text: str) -> dict[str, lsp.CompletionItem]:
        """What is offered at the end of the text."""
        await self.type(text)
        line = text.rsplit("\n")[-1]
        end = lsp.Position(text.count("\n"), self.units(line))
        asked = lsp.CompletionParams(self.at_document, end)
        found = await self.client.text_document_completion_async(asked)
        return {item.label: item for item in found}


async def told(client: LanguageClient, *uris: str) -> None:
    """Waits until the server has spoken of documents."""
    while any(uri not in client.diagnostics for uri in uris):
        published = client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        await asyncio.wait_for(published, timeout=30)


_number = iter(range(10_000))


async def edit(client: LanguageClient, text: str = TEXT) -> Editor:
    return await Editor(client, f"untitled:Untitled-{next(_number)}", text).open()


async def test_what_is_wrong_is_said_and_taken_back(client: LanguageClient) -> None:
    editor = await edit(client)
    assert editor.codes == []
    await editor.type(TEXT.replace("lstm", "lsmt").replace("dense 1\n", "dense 1 relu softmax\n"))
    first, second = client.diagnostics[editor.uri]
    assert (first.code, first.severity, first.source) == (
        "E101", lsp.DiagnosticSeverity.Error, "seqspec",
    )  # fmt: skip
    assert "did you mean `lstm`?" in first.message
    assert editor.there(first.range) == "lsmt"
    assert second.code == "E207"
    await editor.type(TEXT)
    assert editor.codes == []


async def test_warnings_notes_and_what_is_unused(client: LanguageClient) -> None:
    text = "block b = dense 1\nx = in 10 -> lstm 8 bi -> take last\nout y = x -> dense 1\n"
    editor = await edit(client, text)
    found = {d.code: d for d in client.diagnostics[editor.uri]}
    assert found["N101"].severity == lsp.DiagnosticSeverity.Information
    assert found["W202"].severity == lsp.DiagnosticSeverity.Warning
    assert [*found["W101"].tags] == [lsp.DiagnosticTag.Unnecessary]
    assert editor.there(found["W101"].range) == "b"
    assert "W202" in await editor.hover("take last")


async def test_shapes_stand_behind_the_stages(client: LanguageClient) -> None:
    editor = await edit(client, "# 漢🎉\nx = in Tx6 -> lstm 8 bi  # 🎉\r\n -> take last\r\n")
    asked = lsp.InlayHintParams(editor.at_document, editor.whole())
    found = await client.text_document_inlay_hint_async(asked)
    places = [(hint.position.line, hint.position.character, hint.label) for hint in found]
    assert places == [(1, 10, "(T, 6)"), (1, 23, "(T, 16)"), (2, 13, "(16)")]


async def test_hints_of_sound_statements_stay(client: LanguageClient) -> None:
    editor = await edit(client, TEXT + "v = z -> dense (\n")
    asked = lsp.InlayHintParams(editor.at_document, editor.whole())
    found = await client.text_document_inlay_hint_async(asked)
    assert "E004" in editor.codes
    assert "(T, 128)" in [hint.label for hint in found]
    assert "A long short-term memory layer" in await editor.hover("lstm")
    assert (await editor.complete(TEXT + "v = z -> (den"))["dense"]


async def test_hover_tells_what_stands_there(client: LanguageClient) -> None:
    editor = await edit(client)
    lstm = await editor.hover("lstm")
    assert "`(T, 8)` → `(T, 128)`, 37,376 parameters" in lstm
    assert "lstm UNITS" in lstm
    assert "**Mask:**" in lstm
    assert "`bi` of `lstm`: a second layer reads backwards" in await editor.hover("bi ")
    assert "`heads` of `attend`" in await editor.hover("heads=")
    assert await editor.hover("x -> attend") == "`x`: `(T, 128)`, named on line 4"
    assert "`units`: a parameter, `64`, declared on line 2" in await editor.hover("units} bi")
    assert "block gated(d, rate=0.1)" in await editor.hover("gated 128")
    assert "what training makes small" in await editor.hover("loss=")
    assert "An output of the model" in await editor.hover("out w")
    assert await editor.hover("# 🎉 first") == ""


async def test_completion(client: LanguageClient) -> None:
    editor = await edit(client)
    begin = await editor.complete(TEXT)
    assert {"out", "let", "block", "shared", "train", "use", "in", "x", "w"} <= set(begin)
    assert "dense" not in begin  # nothing flows in
    stages = await editor.complete(TEXT + "v = x -> ls")
    assert {"lstm", "gated", "as"} <= set(stages)
    assert "in" not in stages
    edit_ = stages["lstm"].text_edit
    assert edit_ is not None
    assert edit_.range.end.character - edit_.range.start.character == len("ls")
    assert edit_.new_text in ("lstm ${1:units}", "lstm")
    arguments = await editor.complete(TEXT + "v = x -> lstm 3 ")
    assert {"bi", "reverse", "activation=", "from=", "name="} <= set(arguments)
    assert "units=" in arguments
    assert {"relu", "tanh"} <= set(await editor.complete(TEXT + "v = x -> lstm 3 activation="))
    assert {"x", "z", "_", "mid"} <= set(await editor.complete(TEXT + "v = x -> add "))
    assert {"units", "min"} <= set(await editor.complete(TEXT + "v = x -> lstm {un"))
    assert "{units}" in await editor.complete(TEXT + "v = x -> lstm units=")
    assert {"d=", "rate="} <= set(await editor.complete(TEXT + "v = x -> gated "))
    assert {"loss=", "optimizer=", "w"} <= set(await editor.complete(TEXT + "train "))
    assert {"adam", "sgd"} <= set(await editor.complete(TEXT + "train optimizer="))
    assert {"std/transformer.seq"} == set(await editor.complete('use "'))
    assert await editor.complete(TEXT + "# lst") == {}
    assert "d" in await editor.complete("block b(d) = dense {")


async def test_signature_help(client: LanguageClient) -> None:
    editor = await edit(client, "in 28x28x1 -> conv 8 ")
    asked = lsp.SignatureHelpParams(editor.at_document, lsp.Position(0, 21))
    found = await client.text_document_signature_help_async(asked)
    assert found is not None
    assert found.signatures[0].label.startswith("conv FILTERS KERNEL")
    assert found.active_parameter == 1


async def test_quick_fixes(client: LanguageClient) -> None:
    editor = await edit(client, "# 🎉\nin 10x6 -> lsmt 64 -> dense 3 activation=rleu\n")
    context = lsp.CodeActionContext(client.diagnostics[editor.uri])
    asked = lsp.CodeActionParams(editor.at_document, editor.whole(), context)
    actions = await client.text_document_code_action_async(asked)
    titles = ["Write `lstm`", "Write `relu`", "Write all that the helps say"]
    assert [action.title for action in actions] == titles
    edits = [[(editor.there(e.range), e.new_text) for e in edits_of(editor, a)] for a in actions]
    one, other = ("lsmt", "lstm"), ("rleu", "relu")
    assert edits == [[one], [other], [one, other]]


def edits_of(editor: Editor, action: lsp.CodeAction) -> list[lsp.TextEdit]:
    """The edits of an action, which are all in one document."""
    ((uri, edits),) = action.edit.changes.items()
    assert uri == editor.uri
    return list(edits)


async def test_a_fix_in_several_places_is_one_edit(client: LanguageClient) -> None:
    text = "# 🎉 myIn\nmyIn = in 9x6\nout y = myIn -> add _ myIn -> lstm 8 layers=2 -> denes 1\n"
    editor = await edit(client, text)
    asked = lsp.CodeActionParams(editor.at_document, editor.whole(), lsp.CodeActionContext([]))
    (action, *_) = await client.text_document_code_action_async(asked)
    assert action.title == "Write `my_in`, in 3 places"
    await editor.type(applied(editor, action))
    (copies, dense, both) = await client.text_document_code_action_async(asked)
    assert [copies.title, dense.title] == ["Write `(lstm 8) * 2`", "Write `dense`"]
    asked.context.only = ["source.fixAll"]
    assert await client.text_document_code_action_async(asked) == (both,)
    assert applied(editor, both) == (
        "# 🎉 myIn\nmy_in = in 9x6\nout y = my_in -> add _ my_in -> (lstm 8) * 2 -> dense 1\n"
    )
    asked.context.only = [lsp.CodeActionKind.Refactor]
    assert not await client.text_document_code_action_async(asked)


def applied(editor: Editor, action: lsp.CodeAction) -> str:
    """The text after an action."""
    return written(editor, edits_of(editor, action))


async def test_names_are_found(client: LanguageClient) -> None:
    editor = await edit(client)
    asked = lsp.DefinitionParams(editor.at_document, editor.at("units} bi"))
    found = await client.text_document_definition_async(asked)
    assert (found.range.start, editor.there(found.range)) == (editor.at("units", 0), "units")
    everywhere = lsp.ReferenceParams(
        lsp.ReferenceContext(True), editor.at_document, editor.at("gated 128")
    )
    places = await client.text_document_references_async(everywhere)
    assert [editor.there(place.range) for place in places] == ["gated"] * 3
    marked = lsp.DocumentHighlightParams(editor.at_document, editor.at("d=128"))
    lights = await client.text_document_document_highlight_async(marked)
    assert [editor.there(light.range) for light in lights] == ["d"] * 3
    assert [light.kind for light in lights].count(lsp.DocumentHighlightKind.Write) == 1


async def renamed(editor: Editor, words: str, new: str) -> str:
    """The text after a rename."""
    asked = lsp.RenameParams(editor.at_document, editor.at(words), new)
    edit = await editor.client.text_document_rename_async(asked)
    return written(editor, edit.changes[editor.uri])


def written(editor: Editor, edits: Sequence[lsp.TextEdit]) -> str:
    """The text after edits, which are in order."""
    lines = editor.text.split("\n")
    for change in reversed(edits):
        units = lines[change.range.start.line].encode(editor.codec)
        first, last = (
            place.character * editor.unit for place in (change.range.start, change.range.end)
        )
        units = units[:first] + change.new_text.encode(editor.codec) + units[last:]
        lines[change.range.start.line] = units.decode(editor.codec)
    return "\n".join(lines)


async def test_rename(client: LanguageClient) -> None:
    editor = await edit(client)
    assert await renamed(editor, "units} bi", "size") == TEXT.replace("units", "size")
    assert await renamed(editor, "gated 128", "gate") == TEXT.replace("gated", "gate")
    assert await renamed(editor, "z -> dense", "last_one") == TEXT.replace(
        "z = x", "last_one = x"
    ).replace("= z ->", "= last_one ->")
    assert await renamed(editor, "rate}", "p") == TEXT.replace("rate", "p")
    assert await renamed(editor, "w loss", "level") == TEXT.replace("out w", "out level").replace(
        "train w", "train level"
    )
    with pytest.raises(JsonRpcException, match="cannot be a name"):
        await renamed(editor, "units} bi", "Size")
    with pytest.raises(JsonRpcException, match="`lstm` is an operation"):
        await renamed(editor, "x -> attend", "lstm")
    with pytest.raises(JsonRpcException, match="means something else here"):
        await renamed(editor, "x -> attend", "z")
    await editor.type(TEXT + "v = x -> dense (\n")
    with pytest.raises(JsonRpcException, match="line 9 cannot be read"):
        await renamed(editor, "x -> attend", "xs")
    asked = lsp.PrepareRenameParams(editor.at_document, editor.at("lstm"))
    with pytest.raises(JsonRpcException, match="no name that the file gives"):
        await client.text_document_prepare_rename_async(asked)


async def test_formatting(client: LanguageClient) -> None:
    editor = await edit(client, "# 🎉 stays\r\nx=in 6->lstm   3\r\nout y = x -> dense 1\r\n")
    asked = lsp.DocumentFormattingParams(editor.at_document, lsp.FormattingOptions(2, True))
    (change,) = await client.text_document_formatting_async(asked)
    assert (change.range.start, change.range.end) == (lsp.Position(1, 0), lsp.Position(2, 0))
    assert change.new_text == "x = in 6 -> lstm 3\r\n"
    await editor.type("x = in 6 -> (\n")
    assert not await client.text_document_formatting_async(asked)


async def test_symbols_and_folds(client: LanguageClient) -> None:
    editor = await edit(client)
    symbols = await client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(editor.at_document)
    )
    assert [s.name for s in symbols] == ["units", "gated", "x", "z", "w", "train w loss=mse"]
    assert [s.detail for s in symbols[2:5]] == ["(T, 128)", "(8)", "(1)"]
    assert [child.name for child in symbols[2].children] == ["mid"]
    folds = await client.text_document_folding_range_async(
        lsp.FoldingRangeParams(editor.at_document)
    )
    assert [(fold.start_line, fold.end_line) for fold in folds] == [(3, 4)]


async def test_semantic_tokens(client: LanguageClient) -> None:
    editor = await edit(client, "block b(n) = dense {n}\n🎉\nx = in 6 -> b 3\n")
    asked = lsp.SemanticTokensParams(editor.at_document)
    found = await client.text_document_semantic_tokens_full_async(asked)
    legend = ANSWERS[client].semantic_tokens_provider.legend.token_types
    line = column = 0
    read = []
    for at in range(0, len(found.data), 5):
        lines, columns, length, kind, modifier = found.data[at : at + 5]
        line, column = line + lines, columns if lines else column + columns
        place = lsp.Range(lsp.Position(line, column), lsp.Position(line, column + length))
        read.append((editor.there(place), legend[kind], modifier))
    assert read == [
        ("block", "keyword", 0), ("b", "macro", 1), ("n", "parameter", 1),
        ("dense", "function", 0), ("n", "parameter", 0),
        ("x", "variable", 1), ("in", "function", 0), ("6", "number", 0),
        ("b", "macro", 0), ("3", "number", 0),
    ]  # fmt: skip


async def test_used_files(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "parts.seq").write_text("block head(n) = dense {n} -> relu\n", encoding="utf-8")
    main = await Editor(
        client, (tmp_path / "main.seq").as_uri(), 'use "parts.seq"\nin 6 -> head 3\n'
    ).open()
    assert main.codes == []
    to_block = lsp.DefinitionParams(main.at_document, main.at("head 3"))
    found = await client.text_document_definition_async(to_block)
    assert (found.uri, found.range.start.character) == ((tmp_path / "parts.seq").as_uri(), 6)
    to_file = lsp.DefinitionParams(main.at_document, main.at("parts"))
    assert (await client.text_document_definition_async(to_file)).uri == found.uri
    assert "block head(n)" in await main.hover("head 3")

    parts = await Editor(client, found.uri, "block head(n, m) = dense {n} -> relu\n").open(main)
    assert "E109" in main.codes  # it is the open text that counts
    await parts.type("block head(n) = dense {n} -> relu\n", main)
    assert main.codes == []
    asked = lsp.RenameParams(main.at_document, main.at("head 3"), "top")
    edit = await client.text_document_rename_async(asked)
    assert {uri: len(edits) for uri, edits in edit.changes.items()} == {main.uri: 1, parts.uri: 1}

    await parts.type("block head(n) = dense {m} -> relu\n", main)
    (fault,) = client.diagnostics[main.uri]
    assert main.there(fault.range) == "head 3"
    assert fault.related_information[0].location.uri == parts.uri


async def test_a_file_that_comes_later_is_used_then(client: LanguageClient, tmp_path: Path) -> None:
    text = 'use "later.seq"\nin 6 -> dense {n}\n'
    main = await Editor(client, (tmp_path / "main.seq").as_uri(), text).open()
    assert "E601" in main.codes
    (tmp_path / "later.seq").write_text("let n = 3\n", encoding="utf-8")
    event = lsp.FileEvent((tmp_path / "later.seq").as_uri(), lsp.FileChangeType.Created)
    client.diagnostics.clear()
    client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
    await told(client, main.uri)
    assert main.codes == []


async def test_rename_reaches_files_of_the_project_that_are_not_open(
    client: LanguageClient, tmp_path: Path
) -> None:
    (tmp_path / "parts.seq").write_text("block head(n) = dense {n}\n", encoding="utf-8")
    folder = tmp_path / ".hidden"
    for name in ("main.seq", "other.seq"):
        (tmp_path / name).write_text('use "parts.seq"\nin 6 -> head 3\n', encoding="utf-8")
    folder.mkdir()
    (folder / "old.seq").write_text('use "../parts.seq"\nin 6 -> head 3\n', encoding="utf-8")
    event = lsp.WorkspaceFoldersChangeEvent([lsp.WorkspaceFolder(tmp_path.as_uri(), "a")], [])
    client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))
    text = (tmp_path / "main.seq").read_text(encoding="utf-8")
    main = await Editor(client, (tmp_path / "main.seq").as_uri(), text).open()
    asked = lsp.RenameParams(main.at_document, main.at("head 3"), "top")
    edit = await client.text_document_rename_async(asked)
    names = {Path(uri).name: len(edits) for uri, edits in edit.changes.items()}
    assert names == {"main.seq": 1, "other.seq": 1, "parts.seq": 1}


async def test_the_library_is_not_renamed(client: LanguageClient) -> None:
    text = 'use "std/transformer.seq"\nin 10x64 -> pre_norm_encoder 64 4 128\n'
    editor = await edit(client, text)
    assert editor.codes == []
    with pytest.raises(JsonRpcException, match="comes with seqspec"):
        await renamed(editor, "pre_norm", "mine")
    asked = lsp.DefinitionParams(editor.at_document, editor.at("pre_norm"))
    assert (await client.text_document_definition_async(asked)).uri.endswith("std/transformer.seq")


async def test_a_closed_document_is_read_from_disk(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "parts.seq").write_text("let n = 3\n", encoding="utf-8")
    text = 'use "parts.seq"\nin 6 -> dense {n}\n'
    main = await Editor(client, (tmp_path / "main.seq").as_uri(), text).open()
    parts = await Editor(client, (tmp_path / "parts.seq").as_uri(), "let m = 3\n").open(main)
    assert "E105" in main.codes
    client.diagnostics.clear()
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(parts.at_document))
    await told(client, main.uri, parts.uri)
    assert main.codes == []
    (tmp_path / "parts.seq").write_text("let k = 3\n", encoding="utf-8")
    event = lsp.FileEvent(parts.uri, lsp.FileChangeType.Changed)
    client.diagnostics.clear()
    client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
    await told(client, main.uri)
    assert "E105" in main.codes


async def test_it_says_what_installs_it_and_ends_with_its_editor() -> None:
    hidden = "import sys; sys.modules['pygls'] = None; from seqspec.cli import main; "
    command = [sys.executable, "-c", f"{hidden}sys.exit(main(['lsp']))"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert 'pip install "seqspec-lang[lsp]"' in done.stderr
    ended = subprocess.run(COMMAND, input=b"", capture_output=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, b"")


async def test_nothing_was_said_of_errors(client: LanguageClient) -> None:
    assert [m.message for m in (*client.messages, *client.log_messages)] == []
