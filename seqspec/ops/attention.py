"""Attention: each step of a sequence reads a whole sequence, weighted by how well it fits."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.numeric.attention import additive, heads, read
from seqspec.numeric.steps import begun
from seqspec.ops.attention_checks import check_arguments, check_bias, check_flat
from seqspec.ops.base import BiasedLayer, Weight
from seqspec.ops.features import vector
from seqspec.ops.order import from_front, lined_up, stand_alike
from seqspec.ops.places import ByStep, Cut, Places, up_to
from seqspec.ops.rules import floats, known, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.signal import lined_up as signals_lined_up
from seqspec.ops.site import Mask, Site, Tensor
from seqspec.ops.types import Operands, Rate, Units, arg, option
from seqspec.program import ALL, Expr, Item, call, ops
from seqspec.values import Size, Value, size_text


class Attend(BiasedLayer):
    """Each step reads the steps of MEMORY, or of its own sequence, by how well they fit it.

    With `heads`, softmax(Q Kᵀ / √size) V for each head, where Q, K and V are projections, and
    a projection of all heads to the query's features (Vaswani et al. 2017); with `kv_heads`
    several heads have K and V in common (Ainslie et al. 2023). Without, there are no
    projections: `dot` is softmax(q kᵀ) v (Luong et al. 2015) and `additive` scores by
    Σ scale · tanh(q + k) (Bahdanau et al. 2015); `scores` gives the softmax itself, with which
    pointer networks point (Vinyals et al. 2015).
    """

    op: Literal["attend"] = "attend"
    memory: Operands = arg((), "the sequence that is read; its own without it")
    heads: Units | None = option(None, "how many heads, each with projections of its own")
    size: Units | None = option(None, "the size of a head; features // heads by default")
    value_size: Units | None = option(None, "the size of what a head reads; SIZE by default")
    kv_heads: Units | None = option(None, "how many projections of MEMORY the heads share")
    window: Units | None = option(None, "a step reads those less than this far away, and itself")
    score: Literal["dot", "additive"] | None = arg(None, "without heads: how a fit is measured")
    causal: bool = arg(False, "a step reads no later ones")
    scores: bool = arg(False, "without heads: how much each step of MEMORY counts, and not what")
    keys: Operands = option((), "scored in MEMORY's place, which is still what is read")
    scale: bool | None = option(None, "without heads: a learned factor; additive has one anyway")
    dropout: Rate = option(0.0, "share of the weights on the steps dropped in training")

    anchors: ClassVar[tuple[str, ...]] = (
        "MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention"
    )  # fmt: skip
    example: ClassVar[str] = "in 10x64 -> add _ (attend heads=8 causal) -> norm"
    shape_rule: ClassVar[str] = (
        "heads: (T, F) stays, whatever MEMORY's (S, G) is; without heads, (T, F) and (S, F) "
        "become (T, F), with `scores` (T, S); a vector (F) reads MEMORY as one step and stays a "
        "vector"
    )
    mask_rule: ClassVar[str] = (
        "masked steps of MEMORY are not read, and a step that finds none to read gets zeros; each "
        "step keeps its mask; causal counts both sequences from their first real steps"
    )
    keras: ClassVar[str] = "MultiHeadAttention, GroupQueryAttention, Attention, AdditiveAttention"

    def lifts(self) -> bool:
        return not self.memory

    def infer(self, *values: Value) -> Value:
        check_arguments(self)
        query, memory, keys = self._sides(values)
        check_flat(vector("attend", query))
        for side in (memory, keys):
            check_flat(floats("attend", sequence("attend", side)))
        if query.rank == 1 and self.causal:
            raise Problem(
                Code.NEEDS_SEQUENCE,
                "`causal` compares steps, and a vector has none",
                field="causal",
                help="leave `causal` out: a vector reads all of MEMORY",
            )
        if keys.steps != memory.steps:
            raise _differ(f"there are {_steps(keys)} keys for {_steps(memory)} steps", "keys")
        if self.kv_heads and memory.features != query.features:
            raise _differ(
                f"with `kv_heads` MEMORY has as many features as the step that reads it, "
                f"{size_text(query.features)} and not {size_text(memory.features)}",
                "memory",
                f"bring them to one size: `dense {size_text(query.features)}`",
            )
        if self.heads:
            return query.derive(*query.shape)
        if query.features != keys.features:
            raise _differ(
                f"a step of {size_text(query.features)} features cannot be compared with "
                f"one of {size_text(keys.features)}",
                "keys" if self.keys else "memory",
                f"bring them to one size, `dense {size_text(query.features)}`, or use `heads=`",
            )
        return query.derive(*query.shape[:-1], memory.steps if self.scores else memory.features)

    def remarks(self, *values: Value) -> tuple[Problem, ...]:
        if self.memory or values[0].steps != 1:
            return ()
        return (
            Problem(
                Code.ONE_STEP,
                "each step reads its own sequence, and that is a single step",
                label="reads itself alone",
                help="name what it is to read: `attend MEMORY …`; inside `feedback` each run sees "
                "one step",
            ),
        )

    def draws(self) -> bool:
        return bool(self.dropout)

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        """The projections of each step, each pair of steps compared, and what is read of each."""
        query, memory, keys = self._sides(values)
        steps = query.steps if query.rank > 1 else 1
        if not self.heads:
            read = 0 if self.scores else memory.features
            return steps * memory.steps * (keys.features + read)
        used = {"query": steps, "key": keys.steps, "value": memory.steps, "attention": steps}
        total: Size = 0
        for weight in self.weights(*values):
            part, _, kind = weight.name.partition("_")
            total = total + (used[part] * weight.size if "kernel" in kind else 0)
        size = self._head_size(known(query.features, "the number of features"))
        return total + steps * memory.steps * self.heads * (size + (self.value_size or size))

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        """With `causal` the first steps read no later ones, and the last one reads all."""
        memory, query = values[self._places()[0]], values[0]
        last = wanted.count == 1 and wanted.high == query.steps == memory.steps
        if self.causal and not last:
            return up_to(self, wanted, len(values))
        return super(Attend, self.replace(causal=False)).cut(wanted, *values)

    def by_step(self, *values: Value) -> ByStep | None:
        """The steps that read, alone; what they read stays, also if it is their own sequence."""
        if self.causal or self.window:
            return None
        count, (memory, keys) = len(values), self._places()
        again = {"memory": (count,)} if memory == 0 else {}
        again |= {"keys": (count,)} if self.keys and keys == 0 else {}
        reads = (*range(count), *((0,) if again else ()))
        return ByStep(self.replace(**again), reads, (0,))

    def _sides(self, values: tuple[Value, ...]) -> tuple[Value, Value, Value]:
        memory, keys = self._places()
        return values[0], values[memory], values[keys]

    def _places(self) -> tuple[int, int]:
        """Where memory and keys stand among the inputs."""
        memory = self.memory[0] if self.memory else 0
        return memory, self.keys[0] if self.keys else memory

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        query, memory, keys = (
            known(side.features, "the number of features") for side in self._sides(values)
        )
        if not self.heads:
            scale = (query,) if self.score == "additive" else ()
            return (Weight("scale", scale, not self.frozen),) if self._scaled() else ()
        heads, size = self.heads, self._head_size(query)
        read, shared = self.value_size or size, self.kv_heads or heads
        kernels = {
            "query": (query, heads, size), "key": (keys, shared, size),
            "value": (memory, shared, read), "attention_output": (heads, read, query),
        }  # fmt: skip
        biases = {"query": (heads, size), "key": (shared, size), "value": (shared, read),
                  "attention_output": (query,)}  # fmt: skip
        if self.bias:
            for part, side in zip(("query", "key", "value"), self._in_order(values), strict=True):
                check_bias(self, part, biases[part], side)
        made: list[Weight] = []
        for part, shape in kernels.items():
            made.append(Weight(f"{part}_kernel", shape))
            if self.bias:
                made.append(Weight(f"{part}_bias", biases[part]))
        return tuple(made)

    def _in_order(self, values: tuple[Value, ...]) -> tuple[Value, Value, Value]:
        query, memory, keys = self._sides(values)
        return query, keys, memory

    def _scaled(self) -> bool:
        return self.score == "additive" if self.scale is None else self.scale

    def _head_size(self, features: int) -> int:
        assert self.heads
        if self.size is None and features % self.heads:
            raise Problem(
                Code.OUT_OF_RANGE,
                f"{features} features do not split into {self.heads} heads",
                field="heads",
                help="choose a divisor, or give the size of a head: "
                f"`size={max(1, features // self.heads)}`",
            )
        return self.size or features // self.heads

    def lower(self, site: Site) -> Tensor:
        places = self._places()
        query, memory, keys = self._lined_up(site, *places)
        mask = _both(memory.mask, keys.mask)
        # MultiHeadAttention takes the masks off the very tensors that it is given, and whatever
        # reads them later would find none: it gets tensors without, and the mask as an argument.
        carried = not self.heads and _carried(query, memory, keys)
        sides = [side.data if carried else side.plain for side in (query, memory, keys)]
        if places[0] == places[1]:
            sides.pop()
        given: dict[str, object] = {} if carried or mask is None else self._mask(mask)
        if self.scores or self._apart(site.values[0]):
            given["return_attention_scores"] = True
        one_step = site.values[0].rank == 1
        if one_step:
            sides[0] = Item(sides[0], (ALL, None))
        # A step finds itself in its own sequence, which then is not moved.
        safe = mask is None or (query.mask and query.mask.expr == mask)
        plain = safe and not one_step
        data = self._bound(site, self._call(site, *sides, **given), "" if plain else "read")
        if plain:
            attached = query.mask is not None and carried and not self.scores
            return Tensor(data, query.mask, attached=attached)
        if self.scores:
            data = _put_back(data, memory)
        if not safe:
            assert mask
            data = ops("where", Item(self._found(site, query, mask), (..., None)), data, 0.0)
        return Tensor(site.bind(Item(data, (ALL, 0)) if one_step else data), query.mask)

    def _lined_up(self, site: Site, memory: int, keys: int) -> tuple[Tensor, Tensor, Tensor]:
        """The sides; what is compared by its place stands alike."""
        site = lined_up(site, memory, keys)
        if self.causal and not stand_alike(site, 0, memory):
            moved = {place: from_front(site, place) for place in (0, *{memory, keys})}
            return moved[0], moved[memory], moved[keys]
        return site.inputs[0], site.inputs[memory], site.inputs[keys]

    def _found(self, site: Site, query: Tensor, mask: Expr) -> Expr:
        """True where there is a step to read: else Keras would read all of them alike."""
        found = ops("any", mask, axis=1, keepdims=True)
        if not self.causal:
            return found
        first = ops("argmax", ops("cast", mask, "int32"), axis=1, keepdims=True)
        ones = ops("ones_like", Item(query.data, (..., 0)), dtype="int32")
        reached = ops("greater", ops("cumsum", ones, axis=1), first)
        return ops("logical_and", found, reached)

    def _apart(self, query: Value) -> bool:
        """Whether a head's values have another size than its keys. Keras on JAX reads such values
        only where it works out the scores by themselves, as it does when they are asked for."""
        if not self.heads or not self.value_size or self.dropout:
            return False
        return self.value_size != self._head_size(known(query.features, "the number of features"))

    def _bound(self, site: Site, called: Expr, part: str = "") -> Expr:
        """What is read, or the scores, where Keras gives both."""
        if self.scores:
            return site.bind_all(called, "read", part and "scores")[1]
        if self._apart(site.values[0]):
            return site.bind_all(called, part, "scores")[0]
        return site.bind(called, part)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """softmax(scores) v; the scores are those of the papers that the class names."""
        query, memory, keys = self._signals(inputs)
        q = query.data if query.data.ndim == 3 else query.data[:, None]
        k, v = keys.data, memory.data
        masks = [side.mask for side in (memory, keys) if side.mask is not None]
        real = np.logical_and.reduce(masks) if masks else None
        if self.heads:
            made = heads(q, k, v, self.named(weights, *inputs), real, self.causal, self.window)
        else:
            scale = weights[0] if weights else 1.0
            scores = (
                additive(q, k, scale)
                if self.score == "additive"
                else scale * (q @ k.swapaxes(1, 2))
            )
            made = read(scores, None if self.scores else v, real, self.causal)
            if self.scores:
                made = _at_their_places(made, inputs[self._places()[0]], memory)
        return query.keep(made if query.data.ndim == 3 else made[:, 0])

    def _signals(self, inputs: Sequence[Signal]) -> tuple[Signal, Signal, Signal]:
        """The sides in NumPy; what is compared by its place stands alike."""
        places = self._places()
        memory, keys = signals_lined_up([inputs[place] for place in places])
        query = inputs[0] if places[0] else memory
        steps = [x.data.shape[1] for x in (query, memory)]
        alike = steps[0] == steps[1] and query.layout == memory.layout
        if not self.causal or alike:
            return query, memory, keys
        return query.from_front(), memory.from_front(), keys.from_front()

    def _call(self, site: Site, *sides: Expr, **given: object) -> Expr:
        if self.causal:
            given["use_causal_mask"] = True
        if self.heads:
            return call(self._multi_head(site), *sides, **given)
        return call(self._single(site), [*sides], **given)

    def _mask(self, mask: Expr) -> dict[str, object]:
        """The argument that says which steps are not read. The query's own mask is no part of
        it: what is read at masked steps does not matter, and Keras would attach that mask."""
        return {"value_mask": mask} if self.heads else {"mask": [None, mask]}

    def _multi_head(self, site: Site) -> Expr:
        features = known(site.values[0].features, "the number of features")
        size = self._head_size(features)
        given = {
            **({"sliding_window": self.window} if self.window else {}),
            **({"value_dim": self.value_size} if self.value_size else {}),
            **({"dropout": self.dropout} if self.dropout else {}),
            **self.kernel_arguments(),
        }
        if self.kv_heads:
            return site.layer("GroupQueryAttention", size, self.heads, self.kv_heads, **given)
        return site.layer("MultiHeadAttention", self.heads, size, **given)

    def _single(self, site: Site) -> Expr:
        given: dict[str, object] = {
            **({"use_scale": self._scaled()} if self.scale is not None else {}),
            **({"dropout": self.dropout} if self.dropout else {}),
            **({"trainable": False} if self.frozen else {}),
        }
        name = "AdditiveAttention" if self.score == "additive" else "Attention"
        return site.layer(name, **given)


def _both(memory: Mask | None, keys: Mask | None) -> Expr | None:
    """The steps that may be read, if a mask says which."""
    distinct = list(dict.fromkeys(mask.expr for mask in (memory, keys) if mask))
    return ops("logical_and", *distinct) if len(distinct) > 1 else next(iter(distinct), None)


def _put_back(scores: Expr, memory: Tensor) -> Expr:
    """Scores of MEMORY's steps where those stand in MEMORY, if they were moved."""
    if "order" not in memory.ports:
        return scores
    places = ops("argsort", memory.ports["order"][0], axis=1)
    return ops("take_along_axis", scores, Item(places, (ALL, None)), axis=2)


def _at_their_places(scores: Array, memory: Signal, moved: Signal) -> Array:
    """The same in NumPy."""
    if memory.mask is None or moved.layout == memory.layout:
        return scores
    order = np.argsort(~begun(memory.mask), axis=1, kind="stable")
    return np.take_along_axis(scores, np.argsort(order, axis=1)[:, None], axis=2)


def _carried(query: Tensor, memory: Tensor, keys: Tensor) -> bool:
    """Whether Keras itself carries just the masks that are meant."""
    return memory.mask == keys.mask and all(
        side.attached for side in (query, memory, keys) if side.mask
    )


def _steps(value: Value) -> str:
    return size_text(value.steps)


def _differ(message: str, field: str, help: str = "") -> Problem:
    return Problem(Code.SHAPES_DIFFER, message, field=field, help=help)
