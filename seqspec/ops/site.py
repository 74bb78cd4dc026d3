"""Where an operation is lowered: its inputs as program expressions, and a place for new ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from seqspec.program import ALL, Assign, Call, Expr, Item, Ref, call, ops
from seqspec.values import Value

if TYPE_CHECKING:
    from seqspec.ops.chain import Chain


@dataclass(frozen=True)
class Mask:
    """A boolean `(batch, steps)` expression.

    `padded` says that it comes as the user's data has it. cuDNN reads only masks that are
    padded at the end; masks that were computed may not be, and layers are told.
    """

    expr: Expr
    padded: bool = True


@dataclass(frozen=True)
class Tensor:
    """A lowered value: its data, its mask, and what else its operation gives (`ports`).

    `attached` says that Keras itself carries this very mask along with the data; otherwise
    Keras carries none, and the mask is passed explicitly where a layer reads it.
    """

    data: Expr
    mask: Mask | None = None
    attached: bool = False
    ports: Mapping[str, tuple[Expr, ...]] = field(default_factory=dict)

    @property
    def plain(self) -> Expr:
        """The data without the mask that Keras may carry along: a slice drops it."""
        return Item(self.data, (ALL, ALL)) if self.attached else self.data


def real(x: Tensor, value: Value) -> Expr:
    """True at real steps, shaped to broadcast over what each step of the value holds."""
    assert x.mask is not None
    features = value.rank - 1
    return Item(x.mask.expr, (..., *(None,) * features)) if features else x.mask.expr


def zeroed(x: Tensor, value: Value) -> Expr:
    """The data with its masked steps set to zero (and no mask that Keras would carry)."""
    if x.mask is None:
        return x.data
    return ops("where", real(x, value), x.data, 0 if value.is_tokens else 0.0)


class Masking(Enum):
    """What a Keras layer does about the mask of its first input."""

    READS = "takes a `mask` argument"
    CARRIES = "hands it on"
    DROPS = "loses it"


@dataclass
class Site:
    """One node being lowered: what flows in, what is asked of it, and the program so far."""

    name: str
    inputs: tuple[Tensor, ...]
    values: tuple[Value, ...]
    value: Value
    uses: frozenset[str]
    statements: list[Assign]
    inside: Callable[[Chain, str, str], tuple[Expr, Expr]]
    hint: str = "x"
    prefix: str = ""  # of a chain inside an operation, before the names of its variables
    origin: str = ""  # the operation that it stands in
    layer_name: str = ""  # where weights are shared, the variable that holds the layer
    layer_made: bool = False

    @property
    def x(self) -> Tensor:
        """The main input."""
        return self.inputs[0]

    def bind(self, expr: Expr, part: str = "") -> Ref:
        """A new assignment; `part` tells it from the others of this node."""
        return self.bind_all(expr, part)[0]

    def bind_all(self, expr: Expr, *parts: str) -> list[Ref]:
        """A new assignment of as many names as there are parts."""
        own = f"{self.prefix}{self.name}"
        targets = tuple(f"{own}_{part}" if part else own for part in parts)
        hints = tuple(part or self.hint for part in parts)
        self._assign(targets, expr, hints)
        return [Ref(target) for target in targets]

    def layer(self, layer: str, *args: object, **kwargs: object) -> Expr:
        """A `keras.layers` layer under this node's name; the one made before if it is shared."""
        return self.own(call(f"keras.layers.{layer}", *args, **kwargs, name=self.name))

    def _assign(self, targets: tuple[str, ...], expr: Expr, hints: tuple[str, ...]) -> None:
        self.statements.append(Assign(targets, expr, self.origin or self.name, hints))

    def model(self, chain: Chain) -> Expr:
        """A chain inside as a model of this node's name, made once where weights are shared."""
        self.layer_name = self.layer_name or f"{self.prefix}{self.name}_model"
        if self.layer_made:
            return Ref(self.layer_name)
        begins, ends = self.inside(chain, f"{self.prefix}{self.name}/", self.origin or self.name)
        return self.own(call("keras.Model", begins, ends, name=self.name))

    def own(self, layer: Call) -> Expr:
        """A layer of this node, by itself or in the variable that the sharing nodes read."""
        if not self.layer_name:
            return layer
        if not self.layer_made:
            self._assign((self.layer_name,), layer, (self.layer_name.rpartition("/")[2],))
            self.layer_made = True
        return Ref(self.layer_name)

    def apply(self, layer: Expr, masking: Masking, *, training: bool = False) -> Tensor:
        """The layer applied to the main input, with what becomes of its mask.

        With `training` it does at each use of the model what it else does in training alone.
        """
        x = self.x
        explicit: dict[str, object] = {"training": True} if training else {}
        if masking is Masking.READS and x.mask and not x.attached:
            explicit["mask"] = x.mask.expr
        data = self.bind(call(layer, x.data, **explicit))
        if masking is Masking.DROPS or not self.value.mask:
            return Tensor(data)
        return Tensor(data, x.mask, attached=x.attached or "mask" in explicit)

    def masked(self, data: Expr, mask: Expr | None, *, padded: bool = True) -> Tensor:
        """Data bound to this node's name with a mask of its own, which Keras does not carry."""
        bound = self.bind(data)
        if mask is None or not self.value.mask:
            return Tensor(bound)
        return Tensor(bound, Mask(self.bind(mask, "mask"), padded))

    def keep(self, data: Expr) -> Tensor:
        """Data bound to this node's name with the main input's mask, which Keras lost."""
        return Tensor(self.bind(data), self.x.mask if self.value.mask else None)
