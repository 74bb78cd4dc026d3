"""Arguments that are values of the graph: names, groups, `_`; and the arguments of blocks."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem, did_you_mean, listed
from seqspec.graph.scope import POISON, Flowing, Handle, Place
from seqspec.ops.arguments import Word
from seqspec.syntax import tree as t

if TYPE_CHECKING:
    from seqspec.graph.stages import Stages


MANY = 5000  # more arguments, or values under one name, than anybody means


class Operands:
    """Finds the values that arguments stand for."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        self.e = stages.e

    def resolve(
        self, value: t.Argument, flowing: Flowing, place: Place, *, every: bool
    ) -> list[Handle] | None:
        """The values of an argument, or None when it is no value.

        With `every`, a name that stands for several values gives them all.
        Raises `Problem` where nothing flows into a `_`.
        """
        match value:
            case t.Flow():
                handle = flowing.take()
                if handle is None:
                    raise Problem(
                        Code.NO_FLOW,
                        "nothing flows into `_` here",
                        help="begin the chain with a value: `x -> … _`",
                    )
                return [handle]
            case t.Group():
                return [self.stages.group(value, flowing, place, None)]
            case t.Indexed():
                return [self.indexed(value, place)]
            case t.Word() if value.value in self.e.names:
                handles = self.named(value, place, every=every)
                flowing.read_as(handles)
                return handles
            case t.Expression():
                meant = self.stages.resolver.plain(value, place.parameters)
                return [self.e.here(meant, value.span)] if isinstance(meant, Handle) else None
            case t.Listed(items):
                found = [self.resolve(item, flowing, place, every=every) for item in items]
                return None if None in found else [h for part in found for h in part or ()]
        return None

    def named(self, word: t.Word, place: Place, *, every: bool) -> list[Handle]:
        """What a name stands for there."""
        if not every:
            return [self.e.one(word.value, word.span, place.copies)]
        seen = self.e.names[word.value].seen(place.copies)
        if len(seen) > MANY:
            message = f"`{word.value}` names {len(seen):,} values, more than {MANY:,} to merge"
            raise Problem(Code.TOO_MANY_ARGUMENTS, message)
        return [self.e.here(handle, word.span) for handle in seen]

    def indexed(self, value: t.Indexed, place: Place) -> Handle:
        """One of the values of a name."""
        named = self.e.names.get(value.name)
        try:
            if named is None:
                raise Problem(
                    Code.UNKNOWN_NAME,
                    f"no value is named `{value.name}`",
                    help=did_you_mean(value.name, self.e.names) or "name it with `-> as NAME ->`",
                )
            handles = named.counted(place.copies)
            if named.faulty:
                return POISON
            index = self.stages.resolver.whole(value.place, place.parameters)
            if not -len(handles) <= index < len(handles):
                raise Problem(
                    Code.MANY_VALUES,
                    f"`{value.name}` names {len(handles)} values, and there is no number {index}",
                    help=f"they are `{value.name}.0` to `{value.name}.{len(handles) - 1}`",
                )
        except Problem as problem:
            self.e.report(problem, value.span)
            return POISON
        return self.e.here(handles[index], value.span)

    def block_arguments(
        self, block: t.Block, call: t.Call, flowing: Flowing, place: Place
    ) -> dict[str, Any] | None:
        """The value of each parameter of a block, or None after an error."""
        names = dict.fromkeys(name.value for name, _ in block.parameters)
        given: dict[str, Any] = {}
        positional = iter(names)
        for argument in call.arguments:
            keyed = isinstance(argument, t.Keyed)
            key = argument.key.value if isinstance(argument, t.Keyed) else next(positional, None)
            value = argument.value if isinstance(argument, t.Keyed) else argument
            if key not in names or key in given:
                self.e.report(_argument_problem(block, key, keyed, key in given), argument.span)
                return None
            try:
                given[str(key)] = self._parameter(value, flowing, place)
            except Problem as problem:
                self.e.report(problem, value.span)
                return None
        return self._with_defaults(block, call, given)

    def _parameter(self, value: t.Argument, flowing: Flowing, place: Place) -> Any:
        handles = self.resolve(value, flowing, place, every=False)
        if handles is not None:
            return handles[0]
        return self.stages.resolver.plain(value, place.parameters)

    def _with_defaults(
        self, block: t.Block, call: t.Call, given: dict[str, Any]
    ) -> dict[str, Any] | None:
        for name, default in block.parameters:
            if name.value in given:
                continue
            if default is None:
                usage = " ".join(
                    [
                        block.name.value,
                        *(
                            n.value.upper() if d is None else f"[{n.value.upper()}]"
                            for n, d in block.parameters
                        ),
                    ]
                )
                self.e.report(
                    Problem(
                        Code.BLOCK_ARGUMENTS,
                        f"the block `{block.name.value}` needs its `{name.value}`",
                        help=f"write `{usage}`",
                    ),
                    call.span,
                )
                return None
            try:
                given[name.value] = self.stages.resolver.plain(
                    default, ChainMap(given, self.e.definitions.parameters)
                )
            except Problem as problem:
                self.e.report(problem, default.span)
                return None
        return given


def _argument_problem(block: t.Block, key: str | None, keyed: bool, twice: bool) -> Problem:
    names = [name.value for name, _ in block.parameters]
    takes = f"its parameters are {listed(names)}" if names else "it has no parameters"
    if twice:
        return Problem(Code.GIVEN_TWICE, f"`{key}` of `{block.name.value}` is given twice")
    if keyed:
        message = f"the block `{block.name.value}` has no parameter `{key}`"
    else:
        message = f"the block `{block.name.value}` takes {len(names)} arguments at most"
    return Problem(Code.BLOCK_ARGUMENTS, message, help=takes)


__all__ = ["Operands", "Word"]
