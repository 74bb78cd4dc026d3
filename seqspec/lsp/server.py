"""`seqspec lsp`: the features of the protocol, each a function on a document."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from seqspec.lsp import (
    completion,
    faults,
    hints,
    hover,
    layout,
    navigate,
    outline,
    signature,
    tokens,
)
from seqspec.lsp.documents import Document, Documents, path_of
from seqspec.version import __version__

REFUSED = -32803  # the protocol's RequestFailed


class Server(LanguageServer):
    """The server and the documents that are open in it.

    Documents are sent whole: Python's lines end in more places than the protocol's, and edits
    counted in pygls's lines could go astray.
    """

    def __init__(self, root: Path | None = None) -> None:
        super().__init__("seqspec", __version__, lsp.TextDocumentSyncKind.Full)
        self.documents = Documents(root)

    def document(self, at: lsp.TextDocumentIdentifier) -> Document:
        """The document of a request."""
        return self.documents.get(at.uri)

    def publish(self, documents: list[Document]) -> None:
        """Says what is wrong with documents, or no more."""
        for document in documents:
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(document.uri, faults.diagnostics(document))
            )


def start(root: Path | None = None) -> None:
    """Serves one editor over standard input and output, until it says that it is done."""
    logging.basicConfig(level=logging.WARNING)
    gc.freeze()  # what is imported stays, and need not be looked through again
    with os.fdopen(os.dup(0), "rb") as asked, os.fdopen(os.dup(1), "wb") as told:
        os.dup2(2, 1)  # what others print is none of the protocol
        make(root).start_io(asked, told)


def make(root: Path | None = None) -> Server:
    """A server with all features."""
    server = Server(root)
    _documents(server)
    _reading(server)
    _names(server)
    return server


def _documents(server: Server) -> None:
    """What an editor says of its documents."""

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        documents = server.documents
        chosen = server.workspace.position_encoding or lsp.PositionEncodingKind.Utf16
        documents.encoding = lsp.PositionEncodingKind(chosen).value
        folders = [folder.uri for folder in params.workspace_folders or ()]
        documents.folders = [path for uri in folders if (path := path_of(uri))]

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.publish(server.documents.put(params.text_document.uri, params.text_document.text))

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        text = server.workspace.get_text_document(uri).source
        server.publish(server.documents.put(uri, text))

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.publish(server.documents.close(uri))
        server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def moved(params: lsp.DidChangeWatchedFilesParams) -> None:
        for change in params.changes:
            server.publish(server.documents.refreshed(change.uri))

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        gone = [path_of(folder.uri) for folder in params.event.removed]
        new = [path for folder in params.event.added if (path := path_of(folder.uri))]
        server.documents.folders = [
            *(folder for folder in server.documents.folders if folder not in gone), *new,
        ]  # fmt: skip


def _reading(server: Server) -> None:
    """What is shown of a document."""

    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    def inlay_hints(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        return hints.hints(server.document(params.text_document), params.range)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        asked = server.client_capabilities.text_document
        formats = asked.hover.content_format if asked and asked.hover else None
        document = server.document(params.text_document)
        return hover.hover(document, params.position, _markup(formats))

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=list('={("'))
    )
    def completed(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        asked = server.client_capabilities.text_document
        can = asked.completion.completion_item if asked and asked.completion else None
        snippets = bool(can and can.snippet_support)
        markup = _markup(can.documentation_format if can else None)
        document = server.document(params.text_document)
        return completion.completion(document, params.position, markup, snippets=snippets)

    @server.feature(
        lsp.TEXT_DOCUMENT_SIGNATURE_HELP, lsp.SignatureHelpOptions(trigger_characters=[" ", "="])
    )
    def signed(params: lsp.SignatureHelpParams) -> lsp.SignatureHelp | None:
        return signature.signature(server.document(params.text_document), params.position)

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix, faults.FIX_ALL]),
    )
    def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return faults.actions(
            server.document(params.text_document), params.range, params.context.only
        )

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        return outline.symbols(server.document(params.text_document))

    @server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    def folds(params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
        return outline.folds(server.document(params.text_document))

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatted(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        return layout.edits(server.document(params.text_document))

    @server.feature(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, tokens.LEGEND)
    def semantic_tokens(params: lsp.SemanticTokensParams) -> lsp.SemanticTokens:
        return tokens.tokens(server.document(params.text_document))


def _markup(formats: Sequence[lsp.MarkupKind] | None) -> lsp.MarkupKind:
    """Markdown, where the editor shows it."""
    known = lsp.MarkupKind.Markdown in (formats or ())
    return lsp.MarkupKind.Markdown if known else lsp.MarkupKind.PlainText


def _names(server: Server) -> None:
    """Where names are given and used, and how they are changed."""

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(params: lsp.DefinitionParams) -> lsp.Location | None:
        return navigate.definition(server.document(params.text_document), params.position)

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        document, declared = server.document(params.text_document), params.context
        return navigate.references(document, params.position, declared=declared.include_declaration)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlights(params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight]:
        return navigate.highlights(server.document(params.text_document), params.position)

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def renamable(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder:
        try:
            document = server.document(params.text_document)
            found, name = navigate.renamable(document, params.position)
        except navigate.CannotRename as reason:
            raise JsonRpcException(str(reason), REFUSED) from None
        return lsp.PrepareRenamePlaceholder(found, name)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def renamed(params: lsp.RenameParams) -> lsp.WorkspaceEdit:
        try:
            document = server.document(params.text_document)
            return navigate.rename(document, params.position, params.new_name)
        except navigate.CannotRename as reason:
            raise JsonRpcException(str(reason), REFUSED) from None
