"""What an operation is: one class whose fields are its arguments, with all that is true of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from seqspec.codes import Code
from seqspec.diagnostics import Problem, UsageError
from seqspec.numeric.array import Array
from seqspec.ops.initial import check_scale, initializer, max_norm
from seqspec.ops.places import ByStep, Cut, Part, Places
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.types import Factor, Initial, arg, literals, option
from seqspec.program import call
from seqspec.record import Record
from seqspec.values import Size, Value

if TYPE_CHECKING:
    from seqspec.ops.chain import Chain
    from seqspec.ops.said import Said
    from seqspec.ops.select import Selection


class Weight(NamedTuple):
    """One weight of a layer: its name in Keras, its shape, and whether training changes it."""

    name: str
    shape: tuple[int, ...]
    trainable: bool = True

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


class Operation(Record):
    """An operation of the language. Subclasses declare fields and rules; nothing knows of text.

    The docstring's first line is its summary, `example` a spec that compiles, `shape_rule`,
    `mask_rule` and `keras` what the reference says about it.
    """

    op: str

    expands: ClassVar[bool] = False  # written out in other operations; no graph holds it
    package: ClassVar[str] = ""  # what must be imported before Keras loads a file with it
    only: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # fields that only some of the names have
    where_open: ClassVar[str] = ""  # what to write for a count that is a size left open
    takes_flow: ClassVar[bool] = True  # merges name all of their values instead
    reads_steps: ClassVar[bool] = False  # an input vector is read as steps of one value
    anchors: ClassVar[tuple[str, ...]] = ()  # Keras's classes by which it is known in a file
    told_by: ClassVar[tuple[str, ...]] = ()  # what an anchor reads that says the arguments
    asked: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"value"}),)  # what `lower` may meet
    example: ClassVar[str] = ""
    shape_rule: ClassVar[str] = "the shape stays"
    mask_rule: ClassVar[str] = "each step keeps its mask"
    keras: ClassVar[str] = ""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The words that name this operation in a spec."""
        return literals(cls.annotation("op"))

    @classmethod
    def enters(cls, fields: Mapping[str, Any], x: Value) -> Value:
        """What a chain inside begins with, where these arguments are given. Raises `Problem`."""
        return x

    @classmethod
    def arranged(cls, fields: dict[str, Any], places: Mapping[str, int]) -> dict[str, Any]:
        """The fields, with what the order of the arguments that filled them says."""
        return fields

    def chains(self) -> tuple[Chain, ...]:
        """The chains that stand inside."""
        return ()

    def infer(self, *values: Value) -> Value:
        """The value that comes of these. Raises `Problem` where they do not fit."""
        return values[0].derive(*values[0].shape)

    def lifts(self) -> bool:
        """Whether an input vector that flows in is read as steps."""
        return self.reads_steps

    def is_random(self) -> bool:
        """Whether the result is drawn anew at each use of the model, not in training alone."""
        return False

    def draws(self) -> bool:
        """Whether something is drawn in training, so that two uses are not the same."""
        return self.is_random()

    def remembers(self) -> bool:
        """Whether something is kept from one batch to the next."""
        return False

    def reads_batch(self) -> bool:
        """Whether in training the result of a sample depends on the other samples."""
        return False

    def stepwise(self) -> bool:
        """Whether each step is made of the same step of the inputs alone, and all in the same way.

        So is what a vector becomes, and values of one step are broadcast.
        """
        return False

    def goes_on(self) -> bool:
        """Whether it goes from step to step, from the first on, and passes over masked ones."""
        return False

    def makes_mask(self) -> bool:
        """Whether it says itself which steps are real."""
        return False

    def chooses(self) -> Selection | None:
        """The steps that are chosen, where nothing else is done."""
        return None

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        """How no more is made than the steps that are wanted, or little more; None: in no way.

        No value has a mask of which a part is taken.
        """
        found = self.by_step(*values)
        if found is None:
            return None
        parts = [Part(wanted) if i in found.along else None for i in range(len(found.reads))]
        return Cut(found.op, tuple(parts), wanted, found.reads)

    def by_step(self, *values: Value) -> ByStep | None:
        """How each step is made of the same step of some inputs, if it is. Raises `Problem`."""
        if not self.stepwise():
            return None
        whole, every = self.infer(*values).steps, range(len(values))
        along = [i for i in every if i != self.tied() and values[i].steps == whole]
        return ByStep(self, tuple(every), tuple(along))

    def is_identity(self, x: Value) -> bool:
        """Whether the result is the input."""
        return False

    def undoes(self, other: Operation, *values: Value) -> bool:
        """Whether what was OTHER's one input comes back, when this stands behind it."""
        return False

    def loses_mask(self, *values: Value) -> str:
        """Why a mask that was there is lost, or nothing when it is kept or used."""
        return ""

    def remarks(self, *values: Value) -> tuple[Problem, ...]:
        """Warnings about a use that is valid and likely not meant."""
        return ()

    def nonlinearity(self) -> str | None:
        """The activation that ends the operation, `linear` for none; None where it is no matter."""
        return None

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        """The weights that the layer makes for these inputs. Raises `Problem`."""
        return ()

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        """How many a sample takes: with weights, and of values with each other in sums.

        `asked` are the ports that are read. Functions of single values count for nothing.
        """
        return 0

    def settled(self, *values: Value) -> tuple[object, ...]:
        """What the first use of shared weights settles for the others, beside their shapes."""
        return tuple(chain.takes for chain in self.chains())

    def looks_aside(self) -> bool:
        """Whether it reads of some input what may reach no output, as its values would: a table,
        or which steps are padding."""
        return False

    def vocabulary(self) -> int | None:
        """How many ids it knows, 0 to one less; None where it reads none, or any."""
        return None

    def asks(self, *values: Value) -> tuple[str, ...]:
        """What is asked of each input: its `value`, or another port that its operation has."""
        return ("value",) * len(values)

    def tied(self) -> int | None:
        """The place of the input whose weights are used in place of weights of its own."""
        return None

    def lower(self, site: Site) -> Tensor:
        """The Keras program that the operation stands for."""
        raise TypeError(f"{type(self).__name__} does not say how it is lowered")

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation] | None:
        """What a call of one of its `anchors` may have come of; None where its arguments are to
        be found by trying what stands in the call. Each is lowered and compared, so that one that
        is wrong does no harm."""
        return None

    def named(self, weights: Sequence[Array], *inputs: Signal) -> dict[str, Array]:
        """The weights by their names."""
        specs = self.weights(*(x.value for x in inputs))
        return {spec.name: weight for spec, weight in zip(specs, weights, strict=True)}

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """What the operation computes, in NumPy and from its published formula.

        Written apart from `lower`, so that each can be held to the other. `weights` come in the
        order of `weights()`; dropout and the like do nothing, as when a model is used. Raises
        `UsageError` for numbers that do not fit.
        """
        raise UsageError(f"`{self.op}` does not say what it computes: it has no `reference`")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from seqspec.schema import core_schema_of, union_schema

        return union_schema(handler) if cls is Operation else core_schema_of(cls, handler)

    def given(self) -> dict[str, Any]:
        """The arguments that differ from their defaults, without the operation's name."""
        return {
            name: value
            for name, value in self.items().items()
            if name != "op" and value != self.fields[name].default
        }


_STARTS = {"recurrent": "recurrent_init", "bias": "bias_init"}  # by a part of a weight's name


class Layer(Operation):
    """An operation with a kernel: the options that all of them share."""

    frozen: bool = arg(False, "weights that training does not change")
    init: Initial | None = option(None, "how the kernel starts; a number is a constant")
    init_scale: Factor | None = option(
        None, "of `init`: the deviation of a normal one, the bound of random_uniform, the gain of "
        "orthogonal, the scale of variance_scaling",
    )  # fmt: skip
    l1: Factor | None = option(None, "L1 penalty on the kernel")
    l2: Factor | None = option(None, "L2 penalty (weight decay) on the kernel")
    max_norm: Factor | None = option(None, "how long the kernel's weights of one unit may become")

    def check_start(self, weights: Sequence[Weight]) -> None:
        """Refuses a start that a weight cannot have, by its number of axes. Raises `Problem`."""
        check_scale(self.init, self.init_scale)
        for weight in weights:
            field = next((f for part, f in _STARTS.items() if part in weight.name), "init")
            axes, start = len(weight.shape), getattr(self, field, None)
            if (start == "identity" and axes != 2) or (start == "orthogonal" and axes < 2):
                raise Problem(
                    Code.BAD_COMBINATION,
                    f"`{start}` starts {'a matrix' if start == 'identity' else 'two axes or more'}"
                    f", and `{weight.name}` has {axes} {'axis' if axes == 1 else 'axes'}",
                    field=field,
                    help="choose another start, such as `glorot_uniform` or `zeros`",
                )

    def unit_axes(self, kernel: str) -> tuple[int, ...]:
        """The axes of a kernel along which the weights of one unit lie; of a table, its rows."""
        return (1,) if kernel == "embeddings" else (0,)

    def kernel_arguments(self, kernel: str = "kernel") -> dict[str, object]:
        """The Keras arguments for the options that are given."""
        penalties = {name: getattr(self, name) for name in ("l1", "l2") if getattr(self, name)}
        regularizer = "L1L2" if len(penalties) == 2 else "".join(penalties).upper()
        start, limit = self.init, self.max_norm
        return {
            **(
                {f"{kernel}_initializer": initializer(start, self.init_scale)}
                if start is not None
                else {}
            ),
            **(
                {f"{kernel}_regularizer": call(f"keras.regularizers.{regularizer}", **penalties)}
                if penalties
                else {}
            ),
            **(
                {f"{kernel}_constraint": max_norm(limit, self.unit_axes(kernel))}
                if limit is not None
                else {}
            ),
            **({"trainable": False} if self.frozen else {}),
        }


class BiasedLayer(Layer):
    """A layer with a kernel and a bias."""

    bias: bool = option(True, "whether a bias is added")
    bias_init: Initial | None = option(None, "how the bias starts; a number is a constant")

    def kernel_arguments(self, kernel: str = "kernel") -> dict[str, object]:
        """The Keras arguments for the options that are given."""
        start = self.bias_init
        return {
            **({} if self.bias else {"use_bias": False}),
            **({"bias_initializer": initializer(start)} if start is not None else {}),
            **super().kernel_arguments(kernel),
        }
