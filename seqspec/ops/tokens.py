"""From token ids to vectors, and back to scores of ids."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem, UsageError
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Layer, Operation, Weight
from seqspec.ops.features import vector
from seqspec.ops.rules import known
from seqspec.ops.signal import Signal
from seqspec.ops.site import Mask, Masking, Site, Tensor
from seqspec.ops.types import Operands, Units, arg
from seqspec.program import Ref, call, ops
from seqspec.values import Size, Value, product, size_text


class Embed(Layer):
    """A learned vector for each id; with `mask`, id 0 is padding and not a real step."""

    op: Literal["embed"] = "embed"
    vocab: Units = arg(..., "how many ids there are, 0 to VOCAB - 1")
    units: Units = arg(..., "the size of the vectors")
    mask: bool = arg(False, "id 0 is padding: a mask leaves it out")

    asked: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"value"}), frozenset({"value", "table"})
    )  # fmt: skip
    anchors: ClassVar[tuple[str, ...]] = ("Embedding", "ReversibleEmbedding")
    example: ClassVar[str] = "in T tokens -> embed 1000 64 mask -> lstm 32 -> take last"
    shape_rule: ClassVar[str] = "(T) ids become (T, UNITS)"
    mask_rule: ClassVar[str] = "`mask` creates one; a mask that is there stays"
    keras: ClassVar[str] = "Embedding"

    def infer(self, *values: Value) -> Value:
        x = ids(self.op, values[0])
        if self.mask and x.rank != 1:
            raise Problem(
                Code.WRONG_RANK,
                f"`mask` says which steps of a sequence are real, and the ids have {x.rank} axes",
                field="mask",
            )
        vectors = x.derive(*x.shape, self.units, dtype="float32", mask=x.mask or self.mask)
        return vectors.replace(vocab=self.vocab)

    def vocabulary(self) -> int:
        return self.vocab

    def stepwise(self) -> bool:
        return True

    def makes_mask(self) -> bool:
        return self.mask

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        return (Weight("embeddings", (self.vocab, self.units), not self.frozen),)

    def lower(self, site: Site) -> Tensor:
        tied = "table" in site.uses
        masks_itself = self.mask and site.x.mask is None and not tied
        mask_zero = {"mask_zero": True} if masks_itself else {}
        layer = site.layer(
            "ReversibleEmbedding" if tied else "Embedding", self.vocab, self.units,
            **mask_zero, **self.kernel_arguments("embeddings"),
        )  # fmt: skip
        if not self.mask:
            return site.apply(layer, Masking.CARRIES)
        data = site.bind(call(layer, site.x.data))
        real = ops("not_equal", site.x.data, 0)
        if site.x.mask:
            both = ops("logical_and", site.x.mask.expr, real)
            return Tensor(data, site.x.mask.replace(expr=site.bind(both, "mask")))
        return Tensor(data, Mask(site.bind(real, "mask")), attached=masks_itself)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The table's row for each id; id 0 is no real step where it is padding."""
        (ids,), (table,) = inputs, weights
        _check_range(self.op, ids.data, self.vocab)
        mask = ids.mask
        if self.mask:
            mask = ids.data != 0 if mask is None else mask & (ids.data != 0)
        return ids.replace(data=table[ids.data], mask=mask)


class Unembed(Operation):
    """A score for each id: how well a vector fits the id's own vector in the table of an `embed`.

    The table is used a second time, turned around, and not learned a second time: x Eᵀ (Press &
    Wolf 2017). NAME is the value that `embed` gave: `words = … -> embed 1000 64`.
    """

    op: Literal["unembed"] = "unembed"
    table: Operands = arg(..., "the value that an `embed` gave, by its name")

    anchors: ClassVar[tuple[str, ...]] = ("ReversibleEmbedding",)
    example: ClassVar[str] = (
        "words = in T tokens -> embed 1000 64\nout next = words -> lstm 64 -> unembed words"
    )
    shape_rule: ClassVar[str] = "(…, UNITS) becomes (…, VOCAB)"
    keras: ClassVar[str] = "ReversibleEmbedding(…)(x, reverse=True)"

    def tied(self) -> int:
        return self.table[0]

    def infer(self, *values: Value) -> Value:
        if len(self.table) > 1:
            raise Problem(
                Code.TOO_MANY_ARGUMENTS, f"`unembed` reads one table, not {len(self.table)}",
                field="table", help="name one `embed`",
            )  # fmt: skip
        x, table = vector("unembed", values[0]), values[self.table[0]]
        if table.vocab is None:
            raise Problem(
                Code.WRONG_KIND,
                "`unembed` uses the table of an `embed`, and this value is not what one gave",
                label=f"given {table}",
                field="table",
                help="name the embedding itself: `words = … -> embed 1000 64`",
            )
        if x.features != table.features:
            raise Problem(
                Code.SHAPES_DIFFER,
                f"the table's vectors have {size_text(table.features)} features, "
                f"and these have {size_text(x.features)}",
                label=f"given {x}",
                help=f"bring them to that size: `dense {size_text(table.features)}`",
            )
        return x.derive(*x.shape[:-1], table.vocab)

    def stepwise(self) -> bool:
        return True

    def looks_aside(self) -> bool:
        return True

    def asks(self, *values: Value) -> tuple[str, ...]:
        return tuple("table" if i == self.table[0] else "value" for i in range(len(values)))

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        table = values[self.table[0]]
        units = known(table.features, "the number of features")
        return (Weight("embeddings", (table.vocab or 0, units)),)

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        return product(values[0].shape) * (values[self.table[0]].vocab or 0)

    def lower(self, site: Site) -> Tensor:
        return site.keep(call(Ref(site.layer_name), site.x.plain, reverse=True))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """x Eᵀ, where E is the embedding's table (Press & Wolf 2017)."""
        (table,) = weights
        return inputs[0].keep(inputs[0].data @ table.T)


class OneHot(Operation):
    """A vector for each id that is one at the id's place and zero elsewhere."""

    op: Literal["onehot"] = "onehot"
    vocab: Units = arg(..., "how many ids there are")

    anchors: ClassVar[tuple[str, ...]] = ("OneHot",)
    example: ClassVar[str] = "in 10 tokens -> onehot 65 -> lstm 32"
    shape_rule: ClassVar[str] = "(T) ids become (T, VOCAB)"
    keras: ClassVar[str] = "keras.ops.one_hot"

    def infer(self, *values: Value) -> Value:
        x = ids(self.op, values[0])
        return x.derive(*x.shape, self.vocab, dtype="float32")

    def vocabulary(self) -> int:
        return self.vocab

    def stepwise(self) -> bool:
        return True

    def lower(self, site: Site) -> Tensor:
        return site.keep(ops("one_hot", site.x.data, self.vocab))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The identity matrix's row for each id."""
        _check_range(self.op, inputs[0].data, self.vocab)
        return inputs[0].keep(np.eye(self.vocab)[inputs[0].data])


def ids(op: str, value: Value) -> Value:
    """Refuses numbers where ids are needed."""
    if not value.is_tokens:
        raise Problem(
            Code.WRONG_DTYPE,
            f"`{op}` reads token ids, and these are numbers",
            label=f"given {value}",
            help="say so where the input stands: `in T tokens`",
        )
    return value


def _check_range(op: str, ids: Array, vocab: int) -> None:
    if ids.size and not 0 <= ids.min() <= ids.max() < vocab:
        found = f"{ids.min()} to {ids.max()}"
        raise UsageError(f"`{op}` has ids from 0 to {vocab - 1}, and {found} are given")
