"""Models of both levels of optimisation, with the same weights: the same numbers and gradients."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import seqspec
from seqspec.graph.nodes import GraphQueries
from seqspec.passes.pipeline import optimized

from .case import SHAKE, TOLERANCE, Case, Skipped, differ, distance
from .data import all_nodes
from .passes import with_slices

if TYPE_CHECKING:
    import keras

Array = np.ndarray


def levels(case: Case) -> str | None:
    """Built, and loaded from a file that was written without Keras."""
    return _alike(case, training=False)


def gradients(case: Case) -> str | None:
    """One step of training, where nothing is drawn."""
    if any(node.op.draws() for node in all_nodes(case.graph)):
        raise Skipped("something is drawn")
    return _alike(case, training=True)


def _alike(case: Case, *, training: bool) -> str | None:
    case = with_slices(case)
    if case.run.is_random or case.run.leaks:
        raise Skipped("noise that stays on, or padding that is read as real")
    after = optimized(case.graph)
    if after is case.graph:
        raise Skipped("nothing to do")
    return _trained(case, after) if training else _used(case, after)


def _used(case: Case, after: GraphQueries) -> str | None:
    from .models import archives, arrays, call

    written = seqspec.compile(case.graph, optimize=0)
    _assign(case, case.graph, written)
    expected = arrays(call(written, case.inputs))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "model.keras")
        seqspec.save(case.graph, target, optimize=1)
        models = [seqspec.compile(case.graph, optimize=1), archives.loaded(target)]
    for model in models:
        _assign(case, after, model)
        problem = case.differ(arrays(call(model, case.inputs)), expected, case.real)
        if problem is not None:
            return problem
    return None


def _assign(case: Case, graph: GraphQueries, model: keras.Model) -> None:
    from .models import assign

    assign(graph, model, case.run.weights)


def _trained(case: Case, after: GraphQueries) -> str | None:
    results = []
    for level, graph in enumerate((case.graph, after)):
        model = seqspec.compile(case.graph, optimize=level)
        _assign(case, graph, model)
        results.append(_gradients(case, graph, model))
    (loss, expected), (again, found) = results
    if not np.isfinite(loss) or not all(np.isfinite(x).all() for x in expected.values()):
        raise Skipped("the loss or its gradient is not finite")
    for name, one in {"the loss": np.asarray(again), **found}.items():
        other = np.asarray(loss) if name == "the loss" else expected[name]
        if (problem := differ(one, other)) is not None:
            if case.run.overflows or case.run.ties:
                raise Skipped("overflow or ties")
            if distance(one, other) <= _response(case, name, other) * TOLERANCE / SHAKE:
                raise Skipped("rounding makes as large a difference")
            return f"{name}: {problem}"
    return None


def _response(case: Case, name: str, expected: Array) -> float:
    """How far a gradient moves when weights do as far as rounding moves them: one that is zero
    because its parts cancel out is made of rounding alone."""
    from .models import assign

    rng = case.rng(200)
    model = seqspec.compile(case.graph, optimize=0)
    shaken = {
        node: [weight * (1 + SHAKE * rng.standard_normal(weight.shape)) for weight in weights]
        for node, weights in case.run.weights.items()
    }
    assign(case.graph, model, shaken)
    loss, found = _gradients(case, case.graph, model)
    return distance(np.asarray(loss) if name == "the loss" else found[name], expected)


def _gradients(case: Case, graph: GraphQueries, model: keras.Model) -> tuple[Any, dict[str, Array]]:
    """The loss, its gradients, and the averages that training moves, by node and number."""
    import tensorflow as tf

    from .models import forget, keras_weights, variables_of

    forget(model)
    with tf.GradientTape() as tape:
        found = model(case.inputs if len(case.inputs) > 1 else case.inputs[0], training=True)
        loss = tf.add_n(
            [tf.zeros(())]
            + [
                tf.reduce_mean(tf.square(tf.boolean_mask(y, real)))
                for y, real in zip(
                    found if isinstance(found, list) else [found], case.real, strict=True
                )
                if y.dtype == tf.float32 and real.any()
            ]
        )
    got = tape.gradient(loss, model.trainable_weights)
    named = {
        id(variable): f"{name}/{place}"
        for name, variables in variables_of(graph, model)
        for place, variable in enumerate(variables)
    }
    slopes = {
        named[id(weight)]: np.asarray(tf.convert_to_tensor(slope))
        for weight, slope in zip(model.trainable_weights, got, strict=True)
        if slope is not None
    }
    kept = {
        f"{name}.{place}": np.asarray(weight)
        for name, weights in keras_weights(graph, model).items()
        for place, weight in enumerate(weights)
    }
    return loss, {**slopes, **kept}


ORACLES = {"levels": levels, "gradients": gradients}
