"""Where an operation is lowered: its inputs as program expressions, and a place for new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from seqspec.ops.layout import Layout
from seqspec.program import ALL, Assign, Call, Expr, Item, Ref, call, ops
from seqspec.record import NOTHING, Struct
from seqspec.values import Value

if TYPE_CHECKING:
    from seqspec.ops.chain import Chain


class Mask(Struct):
    """A boolean `(batch, steps)` expression, and where the samples stand in it.

    `padded` says that it is as good as what the user's data has. cuDNN reads only masks that
    are padded at the end and leave no sample empty; those that were computed may not be like
    that, and layers are told.
    """

    expr: Expr
    padded: bool = True
    layout: Layout = Layout.GIVEN


class Tensor(Struct):
    """A lowered value: its data, its mask, and what else its operation gives (`ports`).

    `attached` says that Keras itself carries this very mask along with the data; otherwise
    Keras carries none, and the mask is passed explicitly where a layer reads it.
    """

    data: Expr
    mask: Mask | None = None
    attached: bool = False
    ports: Mapping[str, tuple[Expr, ...]] = NOTHING

    @property
    def plain(self) -> Expr:
        """The data without the mask that Keras may carry along: a slice drops it."""
        return Item(self.data, (ALL, ALL)) if self.attached else self.data


def real(x: Tensor, value: Value) -> Expr:
    """True at real steps, shaped to broadcast over what each step of the value holds."""
    assert x.mask is not None
    features = value.rank - 1
    return Item(x.mask.expr, (..., *(None,) * features)) if features else x.mask.expr


def whole_mask(x: Tensor, value: Value) -> Expr:
    """The mask with all axes of the value but the last, as some parts of Keras want it."""
    assert x.mask is not None
    inner = (None,) * (value.rank - 2)
    if not inner:
        return x.mask.expr
    like = ops("ones_like", Item(x.data, (..., 0)), dtype="bool")
    return ops("logical_and", Item(x.mask.expr, (..., *inner)), like)


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
    parts: Counter[str] = field(default_factory=Counter)  # how often each part was bound

    @property
    def x(self) -> Tensor:
        """The main input."""
        return self.inputs[0]

    def bind(self, expr: Expr, part: str = "") -> Ref:
        """A new assignment; `part` says what it is beside the node's own value."""
        return self.bind_all(expr, part)[0]

    def named(self, expr: Expr, part: str) -> Ref:
        """The expression under a name: the one that it has, or a new one."""
        return expr if isinstance(expr, Ref) else self.bind(expr, part)

    def bind_all(self, expr: Expr, *parts: str) -> list[Ref]:
        """A new assignment of as many names as there are parts."""
        targets = tuple(map(self._target, parts))
        hints = tuple(part or self.hint for part in parts)
        self._assign(targets, expr, hints)
        return [Ref(target) for target in targets]

    def _target(self, part: str) -> str:
        """A name that no other assignment has: no name in a spec holds a dot."""
        own, number = f"{self.prefix}{self.name}", self.parts[part]
        self.parts[part] += 1
        return ".".join([own, *([part] if part else []), *([str(number)] if number else [])])

    def layer(self, layer: str, *args: object, **kwargs: object) -> Expr:
        """A `keras.layers` layer under this node's name; the one made before if it is shared."""
        return self.own(call(f"keras.layers.{layer}", *args, **kwargs, name=self.name))

    def _assign(self, targets: tuple[str, ...], expr: Expr, hints: tuple[str, ...]) -> None:
        self.statements.append(Assign(targets, expr, self.origin or self.name, hints))

    def model(self, chain: Chain) -> Expr:
        """A chain inside as a model of this node's name, made once where weights are shared."""
        self.layer_name = self.layer_name or f"{self.prefix}{self.name}.model"
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

    def masked(self, data: Expr, mask: Mask | None) -> Tensor:
        """Data bound to this node's name with a mask of its own, which Keras does not carry."""
        bound = self.bind(data)
        if mask is None or not self.value.mask:
            return Tensor(bound)
        return Tensor(bound, mask.replace(expr=self.named(mask.expr, "mask")))

    def keep(self, data: Expr) -> Tensor:
        """Data bound to this node's name with the main input's mask, which Keras lost."""
        return Tensor(self.bind(data), self.x.mask if self.value.mask else None)
