"""Whether arrays are what the inputs of a graph read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from seqspec.codes import Code
from seqspec.data.arrays import Column
from seqspec.data.scan import Finding, scan
from seqspec.diagnostics import Problem
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Network, Node
from seqspec.ops.mask import Mask
from seqspec.values import Dim, Size, Value, size_text

Sizes = dict[str, int]
Shape = tuple[int, ...]


def input_problems(
    graph: GraphQueries, node: Node, column: Column, sizes: Sizes
) -> Iterator[Problem]:
    """What is wrong with the array of an input; the sizes of its named dimensions are noted."""
    if problem := kind_problem(column):
        yield problem
        return
    shape = shape_problem(column, node.value, sizes)
    if shape:
        yield shape
        return
    if node.value.is_tokens:
        yield from _ids(column, min(vocabularies(graph, node.name), default=None))
        return
    padding = any(
        isinstance(reader.op, Mask) and reader.op.value == "nan" and node.name in reader.inputs
        for reader in graph.nodes
    )
    yield from number_problems(column, nan=padding)


def kind_problem(column: Column) -> Problem | None:
    """A type that holds no real numbers."""
    if column.dtype.kind in "fiub":
        return None
    helps = {
        "O": "give it a type of numbers, `.astype('float32')`; pickled objects are never read",
        "U": "give numbers in place of text: ids of words or classes",
        "S": "give numbers in place of text: ids of words or classes",
        "M": "give times as numbers, such as seconds from the first",
        "c": "give the real and the imaginary part as two features",
    }
    return Problem(
        Code.ARRAY_KIND,
        f"`{column.name}` holds {column.dtype}, and the model reads numbers",
        help=helps.get(column.dtype.kind, "give it a type of numbers, such as float32"),
    )


def number_problems(column: Column, *, nan: bool = False) -> Iterator[Problem]:
    """NaN, unless it is meant, and infinite numbers."""
    found = {} if column.dtype.kind != "f" else scan(column)
    if "nan" in found and not nan:
        yield Problem(
            Code.ARRAY_NUMBERS,
            f"`{column.name}` holds {found['nan']}: every weight is NaN after the first batch",
            help="fill the gaps, or say that such steps are padding: `mask nan ->`",
        )
    if "inf" in found:
        yield Problem(
            Code.ARRAY_NUMBERS,
            f"`{column.name}` holds {found['inf']}",
            help="take such samples out, or cut the numbers off: `numpy.clip`",
        )


def _ids(column: Column, vocabulary: int | None) -> Iterator[Problem]:
    high = None if vocabulary is None else vocabulary - 1
    found = scan(column, low=0, high=high, whole=True)
    helps = {
        "nan": "put the id of padding into the gaps: 0 with `embed … mask`",
        "inf": "take such samples out",
        "fraction": "Keras cuts fractions off in silence; give integers: `.astype('int32')`",
    }
    for kind, help in helps.items():
        if kind in found:
            yield Problem(
                Code.ARRAY_IDS,
                f"`{column.name}` holds {found[kind]}, and ids are whole numbers",
                help=help,
            )
    if "outside" in found:
        yield _outside(column, found["outside"], high)


def _outside(column: Column, found: Finding, high: int | None) -> Problem:
    end = f"0 to {high:,}" if high is not None else "from 0"
    return Problem(
        Code.ARRAY_IDS,
        f"`{column.name}` holds the id {found}, and the ids are {end}",
        help=f"the vocabulary needs {int(found.largest) + 1:,} ids or more"
        if found.largest > 0
        else "ids begin with 0, which is padding for `embed … mask`",
    )


def vocabularies(network: Network, name: str) -> Iterator[int]:
    """How many ids each operation knows that the ids of a node come to."""
    passed = {name}
    for node in network.nodes:
        read = node.inputs[:1] if node.op.looks_aside() else node.inputs
        if passed.isdisjoint(read):
            continue
        known = node.op.vocabulary()
        if known is not None:
            yield known
        if node.value.is_tokens:
            passed.add(node.name)
        for chain in node.op.chains():
            if chain.takes.is_tokens:
                yield from vocabularies(chain, chain.nodes[0].name)


def shape_problem(column: Column, value: Value, sizes: Sizes) -> Problem | None:
    """An array that does not have the input's shape behind its samples."""
    given = column.shape
    wanted = f"(samples, {', '.join(map(size_text, value.shape))})"
    shown = shown_shape(given)
    message = f"`{column.name}` has the shape {shown}, and the input reads {wanted}"
    if len(given) != value.rank + 1:
        return Problem(Code.ARRAY_SHAPE, message, help=_help(column, value))
    for size, number in zip(value.shape, given[1:], strict=True):
        if why := _unlike(size, number, sizes):
            again = f"; {why}" if why != "other" else ""
            return Problem(Code.ARRAY_SHAPE, message + again, help=_help(column, value))
    return None


def shown_shape(shape: Sequence[int]) -> str:
    """A shape as NumPy shows it."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _unlike(size: Size, number: int, sizes: Sizes) -> str:
    """Why a size is not this number, or nothing; a name that has no size yet gets one."""
    known = size.at(sizes) if isinstance(size, Dim) else size
    if isinstance(known, int):
        if known == number:
            return ""
        return f"{size_text(size)} is {known} in the arrays before" if known != size else "other"
    ((monomial, factor),) = known.terms  # of an input: a name, or a multiple of one
    if number % factor:
        return f"{number} is no multiple of {factor}"
    sizes[str(monomial[0])] = number // factor
    return ""


def _help(column: Column, value: Value) -> str:
    """What was most likely meant."""
    given, wanted = column.shape, value.shape
    name = column.name
    if _like(given, wanted):
        return f"the first axis is the samples; for one sample: `{name}[None]`"
    if _like((*given[1:], 1), wanted):
        return f"`{name}[..., None]` adds the axis of one feature"
    if given[-1:] == (1,) and _like(given[1:-1], wanted):
        return f"`{name}[..., 0]` takes the last axis away, or write `in {_written(given[1:])}`"
    if len(given) == 3 and _like(given[:0:-1], wanted):
        return f"the axes are the other way round: `numpy.swapaxes({name}, 1, 2)`"
    tokens = " tokens" if value.is_tokens else ""
    return f"the input for it is `in {_written(given[1:])}{tokens}`" if len(given) > 1 else ""


def _like(shape: Sequence[int], wanted: Sequence[Size]) -> bool:
    """Whether a shape is the one of the input, as far as its sizes are numbers."""
    return len(shape) == len(wanted) and all(
        isinstance(size, Dim) or size == number for size, number in zip(wanted, shape, strict=True)
    )


def _written(shape: Shape) -> str:
    return "x".join(map(str, shape))


def too_short(graph: GraphQueries, sizes: Mapping[str, int]) -> tuple[Node, Problem] | None:
    """The first operation that leaves nothing of a sequence with these sizes."""
    for node in graph.nodes:
        for size in node.value.shape:
            left = size.at(sizes) if isinstance(size, Dim) else size
            if isinstance(left, int) and left < 1:
                return node, Problem(
                    Code.ARRAY_SHAPE,
                    f"`{node.op.op}` leaves {left} steps of the arrays: {_sizes(sizes)}",
                    help="the sequences are too short for it",
                )
    return None


def _sizes(sizes: Mapping[str, int]) -> str:
    named = {name: size for name, size in sizes.items() if not name.startswith("?")}
    return ", ".join(f"{name} = {size}" for name, size in named.items())
