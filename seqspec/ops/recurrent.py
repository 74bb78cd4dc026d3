"""Recurrent layers: always a sequence in and a sequence out, and their final states."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any, ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.numeric.recurrence import Step, gru, lstm, mixing, read, rnn, together
from seqspec.ops.base import BiasedLayer, Operation, Weight
from seqspec.ops.initial import initializer, max_norm
from seqspec.ops.merge import Concat, Elementwise
from seqspec.ops.places import Cut, Part, Places, up_to
from seqspec.ops.rules import floats, known, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.states import check_states
from seqspec.ops.types import ActivationName, Factor, Initial, Operands, Rate, Units, arg, option
from seqspec.program import ALL, Binary, Call, Const, Expr, Item, Ref, Slice, call, ops
from seqspec.values import Cell, Size, States, Value, shape_text

_MERGE = {"sum": "+", "mul": "*"}
_JOINS: dict[str, Operation] = {
    "concat": Concat(values=(0, 1)),
    "sum": Elementwise(op="add", values=(0, 1)),
    "mul": Elementwise(op="multiply", values=(0, 1)),
    "ave": Elementwise(op="average", values=(0, 1)),
}


class Recurring(BiasedLayer):
    """What all layers that hand a state from step to step have in common."""

    activation: ActivationName | None = arg(None, "in place of tanh")
    bi: bool = arg(False, "a second layer reads backwards; their outputs are merged")
    reverse: bool = arg(False, "reads right to left; the output stays aligned with the input")
    stateful: bool = arg(False, "starts each batch from the states that the last one ended in")
    merge: Literal["concat", "sum", "mul", "ave"] = option(
        "concat", "how the two directions of `bi` become one output"
    )
    dropout: Rate = option(0.0, "share of the inputs dropped in training")
    recurrent_dropout: Rate = option(0.0, "share of the state dropped in training")
    recurrent_init: Initial | None = option(None, "how the recurrent kernel starts")
    recurrent_max_norm: Factor | None = option(None, "as `max_norm`, of the recurrent kernel")
    from_: Operands = option((), "the initial state: a recurrent layer's name, or values")

    cell: ClassVar[Cell]
    layer: ClassVar[str]
    asked: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"value"}), frozenset({"last"}), frozenset({"value", "states"}),
        frozenset({"last", "states"}),
    )  # fmt: skip
    reads_steps: ClassVar[bool] = True
    mask_rule: ClassVar[str] = "masked steps are passed over; each step keeps its mask"

    @property
    def sizes(self) -> tuple[object, ...]:
        """What the Keras layer is told first; the first number is the size of the state."""
        raise NotImplementedError

    @property
    def direction(self) -> Literal["forward", "backward", "both"]:
        """The direction or directions that the layer reads in."""
        return "both" if self.bi else "backward" if self.reverse else "forward"

    @property
    def states(self) -> States:
        """What the layer's final states are."""
        units = self.sizes[0]
        assert isinstance(units, int)
        return States(cell=self.cell, units=units, direction=self.direction)

    @property
    def features_out(self) -> int:
        """How many features the output has."""
        return self.states.units * (2 if self.bi and self.merge == "concat" else 1)

    def joins(self) -> Operation:
        """What makes the outputs of the two directions of `bi` one."""
        return _JOINS[self.merge]

    def check_direction(self, x: Value) -> None:
        """Refuses two directions at once, and states between batches of unknown size."""
        if self.bi and self.reverse:
            raise Problem(
                Code.BAD_COMBINATION,
                "`bi` reads both ways already, and `reverse` asks for one of them",
                field="reverse",
                help="write one of the two",
            )
        if self.stateful and x.batch is None:
            raise Problem(
                Code.NEEDS_BATCH,
                f"a stateful `{self.op}` hands its states to the next batch, sample by sample",
                field="stateful",
                help="fix the batch size where the input stands: `in … batch=32`",
            )

    def draws(self) -> bool:
        return bool(self.dropout or self.recurrent_dropout)

    def remembers(self) -> bool:
        return self.stateful

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        """Both kernels at each step; Keras works out both directions, whichever is asked for."""
        kernels = [weight for weight in self.weights(*values) if "kernel" in weight.name]
        return values[0].steps * sum(kernel.size for kernel in kernels)

    def goes_on(self) -> bool:
        return self.direction == "forward" and not self.stateful

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        """No step depends on those that are read later."""
        if self.bi or self.stateful:
            return None
        if not self.reverse:
            return up_to(self, wanted, len(values))
        rest = Places(wanted.low, values[0].steps)
        return Cut(self, (Part(rest), *(None,) * (len(values) - 1)), rest)

    def asks(self, *values: Value) -> tuple[str, ...]:
        from_layer = len(values) == 2 and values[1].states is not None
        return ("value", *(("states",) if from_layer else ("value",) * (len(values) - 1)))

    def cell_arguments(self) -> dict[str, object]:
        """Keras arguments of this kind of cell alone."""
        return {}

    def lower(self, site: Site) -> Tensor:
        uses = site.uses
        sequences = "value" in uses
        alone = not sequences and uses <= {"last", "final"}
        states = not alone and bool(uses - {"value", "last"})
        layer = self._layer(site, sequences, states)
        arguments = self._call_arguments(site)
        result = Call(layer, (site.x.data,), arguments)
        data, *finals = site.bind_all(result, "", *(self._state_names() if states else []))
        ports = self._ports(tuple(finals)) if states else {}
        if not sequences:
            ports = {"last": (data,), "final": (data,)} | ports
        return self._output(site, data, ports)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The cell from step to step, in each direction by itself, from zeros or the states given.

        Masked steps change no state (what stands at them is the output before).
        """
        x = inputs[0]
        given = inputs[1].ports.get("states") if len(inputs) == 2 else None
        starts = given or tuple(start.data for start in inputs[1:])
        starts = starts or (self.zeros(weights, x.data[:, 0]),) * self.states.count
        outputs, ends = read(self.step, weights, x.data, x.mask, starts, self.direction)
        merged = tuple(together(self.merge, pair) for pair in zip(*ends, strict=True))
        ports = {"states": tuple(state for way in ends for state in way)}
        sides = zip(("", "_forward", "_backward"), (merged, *ends), strict=False)
        for side, states in sides if self.bi else [("", merged)]:
            ports |= {f"final{side}": states[:1], f"cell{side}": states[-1:]}
        return Signal(together(self.merge, outputs), x.mask, ports, x.layout)

    def step(self, weights: Sequence[Array]) -> Step:
        """What the cell does with a step, in NumPy, with the weights of one direction."""
        raise NotImplementedError

    def zeros(self, weights: Sequence[Array], x: Array) -> Array:
        """A state to start from, where `x` is a step."""
        return np.zeros((len(x), self.states.units))

    def _layer(self, site: Site, sequences: bool, states: bool) -> Expr:
        mask = site.x.mask
        # A chain inside an operation also meets steps that are padding from end to end.
        unfit = mask is not None and (not mask.padded or bool(site.origin))
        start, limit = self.recurrent_init, self.recurrent_max_norm
        axes = self.unit_axes("kernel")
        inner: dict[str, object] = {
            "activation": self.activation,
            "return_sequences": sequences or None,
            "return_state": states or None,
            "go_backwards": self.reverse or None,
            "stateful": self.stateful or None,
            "dropout": self.dropout or None,
            "recurrent_dropout": self.recurrent_dropout or None,
            "recurrent_initializer": None if start is None else initializer(start),
            "recurrent_constraint": None if limit is None else max_norm(limit, axes),
            # cuDNN refuses masks that are not padded at the end, or all padding, at run time.
            "use_cudnn": False if unfit and self.cell in ("lstm", "gru") else None,
            **self.cell_arguments(),
            **self.kernel_arguments(),
        }
        given: dict[str, Any] = {key: value for key, value in inner.items() if value is not None}
        if not self.bi:
            return site.layer(self.layer, *self.sizes, **given)
        cell = call(f"keras.layers.{self.layer}", *self.sizes, **given)
        merge = {} if self.merge == "concat" else {"merge_mode": self.merge}
        return site.layer("Bidirectional", cell, **merge)

    def _call_arguments(self, site: Site) -> tuple[tuple[str, Expr], ...]:
        arguments: dict[str, object] = {}
        # Of several tensors that a layer is given, Keras hands it no mask that one carries.
        if site.x.mask and (not site.x.attached or len(site.inputs) > 1):
            arguments["mask"] = site.x.mask.expr
        if len(site.inputs) > 1:
            states = site.inputs[1].ports.get("states") if site.values[1].states else None
            initial = list(states or [tensor.plain for tensor in site.inputs[1:]])
            arguments["initial_state"] = initial if self.states.count > 1 else initial[0]
        return call("", **arguments).kwargs

    def _state_names(self) -> list[str]:
        names = ["h", "c"] if self.cell in ("lstm", "convlstm") else ["h"]
        sides = ("forward", "backward") if self.bi else ()
        return [f"{side}_{name}" for side in sides for name in names] or names

    def _ports(self, states: tuple[Ref, ...]) -> dict[str, tuple[Expr, ...]]:
        half = len(states) // 2
        if self.bi:
            ends = [(states[i], states[i + half]) for i in range(half)]
            merged = [self._merged(forward, backward) for forward, backward in ends]
        else:
            merged = list(states)
        sides = {"": merged, "_forward": states[:half], "_backward": states[half:]}
        return {"states": states} | {
            f"{part}{side}": (found[place],)
            for side, found in (sides if self.bi else {"": merged}).items()
            for part, place in (("final", 0), ("cell", -1))
        }

    def _merged(self, forward: Expr, backward: Expr) -> Expr:
        if self.merge == "concat":
            return ops("concatenate", [forward, backward], axis=-1)
        if self.merge == "ave":
            return Binary("/", Binary("+", forward, backward), Const(2.0))
        return Binary(_MERGE[self.merge], forward, backward)

    def _output(self, site: Site, data: Ref, ports: dict[str, tuple[Expr, ...]]) -> Tensor:
        if "value" not in site.uses:
            return Tensor(data, ports=ports)
        if not self.bi:
            ports = {**ports, "last": (Item(data, (ALL, -1)),)}
        if self.reverse:
            flipped = site.bind(Item(data, (ALL, Slice(step=-1))), "aligned")
            return Tensor(flipped, site.x.mask, ports=ports)
        return Tensor(data, site.x.mask, attached=site.x.mask is not None, ports=ports)


class Recurrent(Recurring):
    """What `lstm`, `gru` and `rnn` have in common."""

    units: Units = arg(..., "the size of the state, and of the output of each direction")
    gates: ClassVar[int]
    shape_rule: ClassVar[str] = "(T, F) becomes (T, UNITS), or (T, 2 UNITS) for `bi`"

    @property
    def sizes(self) -> tuple[object, ...]:
        return (self.units,)

    def infer(self, *values: Value) -> Value:
        x = floats(self.op, sequence(self.op, values[0]))
        if x.rank != 2:
            raise Problem(
                Code.WRONG_RANK,
                f"`{self.op}` reads vectors step by step, and each step of {shape_text(x.shape)} "
                f"is {shape_text(x.shape[1:])}",
                label=f"given {x}",
                help="give each step one axis: `reshape`, or a chain for every step: `each ( … )`",
            )
        self.check_direction(x)
        check_states(self.states, (self.units,), values[1:])
        return x.derive(x.steps, self.features_out).replace(states=self.states)

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        features = known(values[0].features, "the number of features")
        width = self.gates * self.units
        one: list[tuple[str, tuple[int, ...]]] = [
            ("kernel", (features, width)),
            ("recurrent_kernel", (self.units, width)),
        ]
        if self.bias:
            one.append(("bias", self.bias_shape(width)))
        sides = ("forward/", "backward/") if self.bi else ("",)
        return tuple(
            Weight(side + name, shape, not self.frozen) for side in sides for name, shape in one
        )

    def bias_shape(self, width: int) -> tuple[int, ...]:
        """The shape of one direction's bias."""
        return (width,)


class Lstm(Recurrent):
    """A long short-term memory layer (Hochreiter & Schmidhuber 1997)."""

    op: Literal["lstm"] = "lstm"
    recurrent_activation: ActivationName | None = option(None, "of the gates, in place of sigmoid")
    forget_bias: bool = option(True, "the forget gate's bias starts at one")

    cell: ClassVar[Cell] = "lstm"
    gates: ClassVar[int] = 4
    layer: ClassVar[str] = "LSTM"
    anchors: ClassVar[tuple[str, ...]] = ("LSTM", "Bidirectional")
    example: ClassVar[str] = "in 10x6 -> lstm 64 bi dropout=0.1"
    keras: ClassVar[str] = "LSTM(return_sequences=…), Bidirectional"

    def cell_arguments(self) -> dict[str, object]:
        return {
            "recurrent_activation": self.recurrent_activation,
            "unit_forget_bias": None if self.forget_bias else False,
        }

    def step(self, weights: Sequence[Array]) -> Step:
        """Hochreiter & Schmidhuber 1997."""
        gate = self.recurrent_activation or "sigmoid"
        return lstm(mixing(*weights), self.activation or "tanh", gate)


class Gru(Recurrent):
    """A gated recurrent unit (Cho et al. 2014)."""

    op: Literal["gru"] = "gru"
    recurrent_activation: ActivationName | None = option(None, "of the gates, in place of sigmoid")
    reset: Literal["after", "before"] = option(
        "after", "whether the reset gate works after or before the recurrent kernel"
    )

    cell: ClassVar[Cell] = "gru"
    gates: ClassVar[int] = 3
    layer: ClassVar[str] = "GRU"
    anchors: ClassVar[tuple[str, ...]] = ("GRU", "Bidirectional")
    example: ClassVar[str] = "in 10x6 -> gru 64 reset=before"
    keras: ClassVar[str] = "GRU(return_sequences=…), Bidirectional"

    def bias_shape(self, width: int) -> tuple[int, ...]:
        return (2, width) if self.reset == "after" else (width,)

    def cell_arguments(self) -> dict[str, object]:
        return {
            "recurrent_activation": self.recurrent_activation,
            "reset_after": False if self.reset == "before" else None,
        }

    def step(self, weights: Sequence[Array]) -> Step:
        """Cho et al. 2014."""
        gate = self.recurrent_activation or "sigmoid"
        return gru(weights, self.activation or "tanh", gate, self.reset == "after")


class Rnn(Recurrent):
    """A fully connected recurrent layer, h = tanh(W x + U h + b)."""

    op: Literal["rnn"] = "rnn"

    cell: ClassVar[Cell] = "rnn"
    gates: ClassVar[int] = 1
    layer: ClassVar[str] = "SimpleRNN"
    anchors: ClassVar[tuple[str, ...]] = ("SimpleRNN", "Bidirectional")
    example: ClassVar[str] = "in 10x6 -> rnn 32 relu"
    keras: ClassVar[str] = "SimpleRNN(return_sequences=…), Bidirectional"

    def step(self, weights: Sequence[Array]) -> Step:
        """Elman 1990."""
        return rnn(mixing(*weights), self.activation or "tanh")
