"""The built model against what the graph says and what the reference computes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import seqspec
from seqspec.values import Dim, Value

from .case import Case, Skipped, differ
from .data import Array, random_inputs


def shapes(case: Case) -> str | None:
    """Shape and type of each output, as declared and as they come."""
    for output, static, found in zip(
        case.graph.outputs, case.model.outputs, case.found, strict=True
    ):
        value = case.graph.by_name[output.node].value
        batch, *sizes = static.shape
        declared = [_known(size) for size in value.shape]
        if sizes != declared or value.batch not in (None, batch):
            return f"{output.name}: Keras says {static.shape}, and {value} is declared"
        if static.dtype != value.dtype or found.dtype != value.dtype:
            return f"{output.name}: {static.dtype} and {found.dtype} for {value.dtype}"
        if problem := _misshapen(value, found):
            return f"{output.name}: {problem}"
    return None


def _known(size: object) -> int | None:
    return size if isinstance(size, int) else None


def _misshapen(value: Value, found: Array) -> str | None:
    for size, real in zip(value.shape, found.shape[1:], strict=True):
        if not isinstance(size, Dim) and size != real:
            return f"the shape is {found.shape}, and {value} is declared"
    return None


def weights(case: Case) -> str | None:
    """Names, shapes and counts of the weights; `assign` has compared each layer's already."""
    from .models import keras_weights

    keras_weights(case.graph, case.model)
    states = sum(int(np.prod(v.shape)) for v in _states(case))
    total = case.model.count_params() - states
    if total != case.graph.parameter_count:
        return f"{total} parameters, and {case.graph.parameter_count} are declared"
    trainable = sum(int(np.prod(w.shape)) for w in case.model.trainable_weights)
    if trainable != case.graph.trainable_count:
        return f"{trainable} of them trainable, and {case.graph.trainable_count} are declared"
    return None


def _states(case: Case) -> list[object]:
    """What stateful layers keep beside their weights."""
    kept = {
        id(w) for layer in case.model._flatten_layers() for w in getattr(layer, "states", ()) or ()
    }
    return [w for w in case.model.weights if id(w) in kept]


def masks(case: Case) -> str | None:
    """No mask that the graph does not know of goes along with an output, and none but its own;
    with pages and videos Keras carries one for all axes but the features."""
    for output, found in zip(case.graph.outputs, case.outputs, strict=True):
        carried = getattr(found, "_keras_mask", None)
        if carried is None:
            continue
        signal = case.signals[output.name]
        if signal.mask is None:
            return f"{output.name}: Keras carries a mask, and the graph says that there is none"
        whole = signal.mask.reshape(*signal.mask.shape, *(1,) * (carried.ndim - 2))
        if not np.array_equal(carried, np.broadcast_to(whole, carried.shape)):
            if case.run.ties:
                raise Skipped("argmax of what is almost equal, or mask of it")
            return f"{output.name}: Keras carries another mask than the reference"
    return None


def reference(case: Case) -> str | None:
    """The outputs' real steps, against the formulas in NumPy."""
    expected = case.expected
    if case.run.leaks:
        raise Skipped("padding is read as real")
    if "sparsemax" in case.text:
        raise Skipped("Keras has another sparsemax than the paper: keras-team/keras#23425")
    what = case.differ(case.found, expected, case.real)
    if what and same(_in_double(case), expected, case.real) is None:
        raise Skipped("rounding: in double precision the model agrees")
    return what


def _in_double(case: Case) -> list[Array]:
    """What the same program computes where Keras works in double precision."""
    import keras

    from .models import arrays, assign, call

    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        model = seqspec.compile(case.graph, optimize=case.level)
        assign(case.graph, model, case.run.weights)
        return arrays(
            call(model, [x if x.dtype.kind == "i" else x.astype(float) for x in case.inputs])
        )
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")


def emitted(case: Case) -> str | None:
    """The source that a person would write builds the same model, with the same weights."""
    import keras

    compiled = seqspec.compile(case.graph, seed=3, optimize=case.level)
    keras.utils.clear_session()
    names: dict[str, object] = {"__name__": "emitted"}
    exec(compile(seqspec.emit(case.graph, optimize=case.level), "<emitted>", "exec"), names)
    written = names["build_model"](3)  # type: ignore[operator]
    if written.get_config() != compiled.get_config():
        return "the configuration differs"
    if written.get_compile_config() != compiled.get_compile_config():
        return "the training settings differ"
    for number, pair in enumerate(zip(written.weights, compiled.weights, strict=True)):
        if not np.array_equal(*map(np.asarray, pair)):
            return f"weight {number} differs ({pair[0].path})"
    return None


def lambdas(case: Case) -> str | None:
    """Slices as `Lambda` layers give the same numbers."""
    from .models import arrays, assign, call

    model = seqspec.compile(case.graph, slicing="lambda", optimize=case.level)
    assign(case.graph, model, case.run.weights)
    return case.differ(arrays(call(model, case.inputs)), case.found)


def rows(case: Case) -> str | None:
    """What a sample gives does not depend on the others of its batch."""
    from .models import arrays, call, in_order

    others = random_inputs(case.graph, case.run.sizes, case.rng(1), len(case.inputs[0]))
    for name, data in others.items():
        data[0] = case.run.inputs[name][0]
    found = arrays(call(case.model, in_order(case.graph, others)))
    return case.differ([x[:1] for x in found], [x[:1] for x in case.found])


def training(case: Case) -> str | None:
    """One step of training: finite losses and gradients, and weights that change."""
    import tensorflow as tf

    from .models import assign

    if not all(np.isfinite(x).all() for x in case.found):
        raise Skipped("outputs are not finite")
    outputs = [o for o in case.graph.outputs if not case.graph.by_name[o.node].value.is_tokens]
    if not case.model.trainable_weights or not outputs:
        raise Skipped("nothing to train")
    with tf.GradientTape() as tape:
        found = case.model(case.inputs if len(case.inputs) > 1 else case.inputs[0], training=True)
        several = found if isinstance(found, list) else [found]
        loss = sum(
            tf.reduce_mean(tf.square(tf.boolean_mask(y, r)))
            for y, r in zip(several, case.real, strict=True)
            if y.dtype == tf.float32
        )
    if not np.isfinite(loss):
        raise Skipped("the loss is not finite in training")
    gradients = tape.gradient(loss, case.model.trainable_weights)
    assign(case.graph, case.model, case.run.weights)  # batch norms have moved their averages
    for weight, gradient in zip(case.model.trainable_weights, gradients, strict=True):
        if gradient is not None and not _finite(gradient):
            if "power" in case.text or "divide" in case.text:
                raise Skipped("slopes without bound at zero")
            return f"the gradient of {weight.path} is not finite"
    return None


def _finite(gradient: object) -> bool:
    values = getattr(gradient, "values", gradient)
    return bool(np.isfinite(np.asarray(values)).all())


def same(found: Sequence[Array], expected: Sequence[Array], real: Sequence[Array]) -> str | None:
    """The first difference of two lists of outputs, at their real steps."""
    several = zip(found, expected, real, strict=True)
    return next((d for a, b, r in several if (d := differ(a, b, r))), None)


ORACLES = {
    "shapes": shapes,
    "weights": weights,
    "masks": masks,
    "reference": reference,
    "emitted": emitted,
    "lambdas": lambdas,
    "rows": rows,
    "training": training,
}
