"""From token ids to vectors."""

from __future__ import annotations

from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.ops.base import Layer, Operation, Weight
from seqspec.ops.site import Mask, Masking, Site, Tensor
from seqspec.ops.types import Units, arg
from seqspec.program import call, ops
from seqspec.values import Value


class Embed(Layer):
    """A learned vector for each id; with `mask`, id 0 is padding and not a real step."""

    op: Literal["embed"] = "embed"
    vocab: Units = arg(..., "how many ids there are, 0 to VOCAB - 1")
    units: Units = arg(..., "the size of the vectors")
    mask: bool = arg(False, "id 0 is padding: a mask leaves it out")

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
        return x.derive(*x.shape, self.units, dtype="float32", mask=x.mask or self.mask)

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        return (Weight("embeddings", (self.vocab, self.units), not self.frozen),)

    def lower(self, site: Site) -> Tensor:
        masks_itself = self.mask and site.x.mask is None
        mask_zero = {"mask_zero": True} if masks_itself else {}
        layer = site.layer(
            "Embedding", self.vocab, self.units, **mask_zero, **self.kernel_arguments("embeddings")
        )
        if not self.mask:
            return site.apply(layer, Masking.CARRIES)
        data = site.bind(call(layer, site.x.data))
        real = ops("not_equal", site.x.data, 0)
        if site.x.mask:
            both = ops("logical_and", site.x.mask.expr, real)
            return Tensor(data, Mask(site.bind(both, "mask"), padded=site.x.mask.padded))
        return Tensor(data, Mask(site.bind(real, "mask")), attached=True)


class OneHot(Operation):
    """A vector for each id that is one at the id's place and zero elsewhere."""

    op: Literal["onehot"] = "onehot"
    vocab: Units = arg(..., "how many ids there are")

    example: ClassVar[str] = "in 10 tokens -> onehot 65 -> lstm 32"
    shape_rule: ClassVar[str] = "(T) ids become (T, VOCAB)"
    keras: ClassVar[str] = "keras.ops.one_hot"

    def infer(self, *values: Value) -> Value:
        x = ids(self.op, values[0])
        return x.derive(*x.shape, self.vocab, dtype="float32")

    def lower(self, site: Site) -> Tensor:
        return site.keep(ops("one_hot", site.x.data, self.vocab))


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
