"""Tokens by one pattern for nearly all states of the parser.

Lark's contextual lexer compiles a pattern for each set of terminals that a state of the parser
takes. A spec of ten lines asks for fifteen of them, which takes longer than to check it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from copy import copy
from functools import cache
from typing import Any

from lark import Token
from lark.common import LexerConf
from lark.lexer import BasicLexer, ContextualLexer, LexerState, TerminalDef


class _StateLexer(BasicLexer):
    """The lexer of one state, which asks the pattern of all terminals before one of its own.

    Terminals are tried in the same order everywhere: what is found first among all of them is
    found first among the state's, if it is one of those. What is found as a name is a keyword
    where the state knows it as one. Anything else, faults too, is left to Lark's own lexer.
    """

    def __init__(self, conf: LexerConf, shared: Callable[[], re.Pattern[str]]) -> None:
        super().__init__(conf)
        self.shared = shared
        self.keywords = {t.pattern.value: t.name for t in self.terminals if _is_keyword(t)}
        self.names = {t.name for t in self.terminals} - {*self.keywords.values()}
        self.callback = {}

    def next_token(self, lex_state: LexerState, parser_state: Any = None) -> Token:
        """The token at a place, what is ignored before it left out. No token holds a line's end."""
        text, counter = lex_state.text, lex_state.line_ctr
        found = self.shared().match(text.text, counter.char_pos, text.end)
        if not found or (name := found.lastgroup or "") not in self.names:
            return super().next_token(lex_state, parser_state)
        start, end = found.span(name)
        before = text.text[counter.char_pos : start]
        if "\n" in before:
            counter.feed(before)
        value, line, column = found[name], counter.line, start - counter.line_start_pos + 1
        counter.char_pos, counter.column = end, end - counter.line_start_pos + 1
        name = self.keywords.get(value, name)
        token = Token(name, value, start, line, column, line, counter.column, end)
        lex_state.last_token = token
        return token


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
        ignored = [t for t in root.terminals if t.name in root.ignore_types]
        kept = [t for t in root.terminals if t not in ignored and not _is_keyword(t)]
        before = "|".join(t.pattern.to_regexp() for t in ignored)
        tokens = "|".join(f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in kept)
        shared = cache(lambda: re.compile(f"(?>(?:{before})*)(?:{tokens})", conf.g_regex_flags))

        @cache
        def taking(accepts: frozenset[str]) -> _StateLexer:
            own = copy(conf)
            own.terminals = [t for t in conf.terminals if t.name in accepts]
            return _StateLexer(own, shared)

        extra = {*conf.ignore, *always_accept}
        self.lexers = _Lexers(lambda state: taking(frozenset({*states[state], *extra})))


def _is_keyword(terminal: TerminalDef) -> bool:
    return terminal.pattern.type == "str" and terminal.pattern.value.isalpha()
