"""Tokens by one pattern for most states of the parser.

Lark's contextual lexer compiles a pattern for each set of terminals that a state of the parser
takes. A spec of ten lines asks for fifteen of them, which takes longer than to check it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from lark.common import LexerConf
from lark.lexer import BasicLexer, ContextualLexer, Scanner, TerminalDef


class _StateLexer(BasicLexer):
    """The lexer of one state, which asks the pattern of all terminals before one of its own.

    Terminals are tried in the same order everywhere: what is found first among all of them is
    found first among the state's, if it is one of those. Where keywords are told from names, the
    state's own pattern decides.
    """

    shared: Callable[[], Scanner]

    def __init__(self, conf: LexerConf, comparator: Any = None) -> None:
        super().__init__(conf, comparator)
        keywords = any(map(_is_keyword, self.terminals))
        self.sharing = frozenset(() if keywords else (t.name for t in self.terminals))
        self.callback = {}

    def match(self, text: Any, pos: int) -> tuple[str, str] | None:
        """The token at a place, and its terminal's name."""
        if self.sharing:
            found: tuple[str, str] | None = self.shared().match(text, pos)
            if found and found[1] in self.sharing:
                return found
        own: tuple[str, str] | None = self.scanner.match(text, pos)
        return own


class SharedLexer(ContextualLexer):
    """As Lark's, token by token and error by error."""

    BasicLexer = _StateLexer

    def __init__(
        self,
        conf: LexerConf,
        states: dict[int, Collection[str]],
        always_accept: Collection[str] = (),
    ) -> None:
        super().__init__(conf, states, always_accept)
        root: Any = self.root_lexer
        terminals = [t for t in root.terminals if not _is_keyword(t)]
        how = conf.g_regex_flags, conf.re_module, conf.use_bytes
        make: Callable[..., Scanner] = Scanner
        shared = cache(lambda: make(terminals, *how))
        lexer: Any
        for lexer in self.lexers.values():
            lexer.shared = shared


def _is_keyword(terminal: TerminalDef) -> bool:
    return terminal.pattern.type == "str" and terminal.pattern.value.isalpha()
