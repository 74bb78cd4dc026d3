"""Tokens by one pattern for nearly all states of the parser.

Lark's contextual lexer compiles a pattern for each set of terminals that a state of the parser
takes. A spec of ten lines asks for fifteen of them, which takes longer than to check it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import copy
from functools import cache
from typing import Any

from lark.common import LexerConf
from lark.lexer import BasicLexer, ContextualLexer, Scanner, TerminalDef


class _StateLexer(BasicLexer):
    """The lexer of one state, which asks the pattern of all terminals before one of its own.

    Terminals are tried in the same order everywhere: what is found first among all of them is
    found first among the state's, if it is one of those. What is found as a name is a keyword
    where the state knows it as one.
    """

    def __init__(self, conf: LexerConf, shared: Callable[[], Scanner]) -> None:
        super().__init__(conf)
        self.shared = shared
        self.keywords = {t.pattern.value: t.name for t in self.terminals if _is_keyword(t)}
        self.names = {t.name for t in self.terminals} - {*self.keywords.values()}
        self.callback = {}

    def match(self, text: Any, pos: int) -> tuple[str, str] | None:
        """The token at a place, and its terminal's name."""
        found: tuple[str, str] | None = self.shared().match(text, pos)
        if not found or found[1] not in self.names:
            found = self.scanner.match(text, pos)
        elif found[0] in self.keywords:
            found = found[0], self.keywords[found[0]]
        return found


class _Lexers(dict[int, Any]):
    """The lexers of the states, each made when the parser first comes there."""

    def __init__(self, make: Callable[[int], _StateLexer]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, state: int) -> _StateLexer:
        made = self[state] = self.make(state)
        return made


class SharedLexer(ContextualLexer):
    """As Lark's, token by token and error by error."""

    def __init__(
        self,
        conf: LexerConf,
        states: dict[int, Collection[str]],
        always_accept: Collection[str] = (),
    ) -> None:
        root = self.root_lexer = BasicLexer(conf)
        terminals = [t for t in root.terminals if not _is_keyword(t)]
        scanner: Callable[..., Scanner] = Scanner
        how = conf.g_regex_flags, conf.re_module, conf.use_bytes
        shared = cache(lambda: scanner(terminals, *how))

        @cache
        def taking(accepts: frozenset[str]) -> _StateLexer:
            own = copy(conf)
            own.terminals = [t for t in conf.terminals if t.name in accepts]
            return _StateLexer(own, shared)

        extra = {*conf.ignore, *always_accept}
        self.lexers = _Lexers(lambda state: taking(frozenset({*states[state], *extra})))


def _is_keyword(terminal: TerminalDef) -> bool:
    return terminal.pattern.type == "str" and terminal.pattern.value.isalpha()
