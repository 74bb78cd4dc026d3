"""From the tree to pieces. The tree has no arrows, signs and comments: the text has them."""

from __future__ import annotations

import re
from bisect import bisect_left

from seqspec.limits import Limits
from seqspec.syntax import tree as t
from seqspec.syntax.format.expressions import spaced
from seqspec.syntax.format.pieces import Chain, Parens, Part, Remark, Stage, Statement, Token

_SPACE = re.compile(r"\s*")


class Reader:
    """Goes through the text of a spec token by token, as the tree says what comes next."""

    def __init__(self, spec: t.Spec, limits: Limits) -> None:
        self.text, self.comments, self.limits = spec.source.text, spec.comments, limits
        self.starts = [comment.span.start for comment in self.comments]
        self.code = _without(self.text, self.comments)
        self.at = 0  # the end of the last token

    def token(self, text: str, length: int | None = None) -> Token:
        """The next token, which is as long as its text where nothing is said."""
        found = _SPACE.match(self.code, self.at)
        assert found
        begin, start = self.at, found.end()
        self.at = start + (len(text) if length is None else length)
        if start == begin:
            return Token(text)
        first, last = bisect_left(self.starts, begin), bisect_left(self.starts, start)
        remarks = tuple(self.remark(begin, comment) for comment in self.comments[first:last])
        return Token(text, remarks, "\n" in self.text[begin:start])

    def remark(self, begin: int, comment: t.Comment) -> Remark:
        trails = "\n" not in self.text[begin : comment.span.start]
        return Remark(comment.text.rstrip(), trails)

    def statement(self, found: t.Statement) -> Statement:
        """One statement in pieces."""
        self.at = found.span.start
        kind = type(found).__name__
        lead: tuple[Token, ...] = ()
        match found:
            case t.Pipeline(chain):
                return Statement((), None, None, self.chain(chain), "")
            case t.Train(arguments):
                return self.train(arguments)
            case t.Use(path):
                lead = (self.token("use"),)
                return Statement(lead, None, None, self.single(path), "")
            case t.Block(name, parameters, chain):
                lead = (self.token("block"), self.argument_token(name))
                given = self.parameters(parameters, chain)
                equals = self.token("=")
                return Statement(
                    lead, given, equals, self.chain(chain), "" if given is not None else kind
                )
        if not isinstance(found, t.Binding):
            lead = (self.token(kind.lower()),)
        lead = (*lead, self.argument_token(found.name))
        body = found.value if isinstance(found, t.Let) else found.chain
        if body is None:
            return Statement(lead, None, None, None, "")
        equals = self.token("=")
        made = self.chain(body) if isinstance(body, t.Chain) else self.single(body)
        return Statement(lead, None, equals, made, kind)

    def train(self, arguments: tuple[t.Argument | t.Keyed, ...]) -> Statement:
        """`train`, perhaps an output's name, and settings."""
        lead = [self.token("train")]
        named = len(arguments) > 1 and isinstance(arguments[0], t.Word)
        if named and isinstance(arguments[0], t.Word):
            lead.append(self.argument_token(arguments[0]))
            arguments = arguments[1:]
        parts = tuple(self.part(argument) for argument in arguments)
        chain = Chain((Stage(parts),)) if parts else None
        return Statement(tuple(lead), None, None, chain, "Train" if named else "")

    def parameters(
        self, parameters: tuple[tuple[t.Word, t.Argument | None], ...], chain: t.Chain
    ) -> tuple[Part, ...] | None:
        """The parameters of a block, with the parentheses and commas that stand with them."""
        if not parameters and "(" not in self.code[self.at : chain.span.start]:
            return None
        parts: list[Part] = [Part((self.token("("),))]
        for place, (name, default) in enumerate(parameters):
            items: list[Token | Parens] = [self.token(",")] if place else []
            parts[-1] = Part((*parts[-1].items, *items))
            items = [self.argument_token(name)]
            if default is not None:
                items += [self.token("="), *self.items(default)]
            parts.append(Part(tuple(items)))
        parts[-1] = Part((*parts[-1].items, self.token(")")))
        return tuple(parts)

    def single(self, value: t.Argument) -> Chain:
        return Chain((Stage((self.part(value),)),))

    def chain(self, chain: t.Chain) -> Chain:
        stages, arrows = [self.stage(chain.stages[0])], []
        for stage in chain.stages[1:]:
            arrows.append(self.token("->"))
            stages.append(self.stage(stage))
        return Chain(tuple(stages), tuple(arrows))

    def stage(self, stage: t.Stage) -> Stage:
        match stage:
            case t.Call(head, arguments):
                return Stage(tuple(self.part(part) for part in (head, *arguments)))
            case t.As(name):
                return Stage((Part((self.token("as"),)), self.part(name)))
        return Stage((self.part(stage),))

    def part(self, argument: t.Argument | t.Keyed) -> Part:
        if isinstance(argument, t.Keyed):
            key, equals = self.argument_token(argument.key), self.token("=")
            return Part((key, equals, *self.items(argument.value)))
        return Part(tuple(self.items(argument)))

    def items(self, argument: t.Argument) -> list[Token | Parens]:
        if isinstance(argument, t.Group):
            return [self.group(argument)]
        if not isinstance(argument, t.Listed):
            return [self.argument_token(argument)]
        found: list[Token | Parens] = self.items(argument.items[0])
        for item in argument.items[1:]:
            found += [self.token(","), *self.items(item)]
        return found

    def group(self, group: t.Group) -> Parens:
        opening, chain, closing = self.token("("), self.chain(group.chain), [self.token(")")]
        if group.times is not None:
            closing += [self.token("*"), self.argument_token(group.times)]
        return Parens(opening, chain, tuple(closing))

    def argument_token(self, found: t.Argument) -> Token:
        """What the parser reads as one token."""
        raw = self.text[found.span.start : found.span.end]
        shown = raw if isinstance(found, t.Text) else spaced(raw, self.limits.expression_characters)
        return self.token(shown, len(raw))


def _without(text: str, comments: tuple[t.Comment, ...]) -> str:
    """The text with spaces in the places of comments."""
    parts, at = [], 0
    for _, span in comments:
        parts += [text[at : span.start], " " * (span.end - span.start)]
        at = span.end
    return "".join([*parts, text[at:]])
