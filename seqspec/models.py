"""The models of specs: saved without a framework, or built with Keras."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqspec.diagnostics import UsageError
from seqspec.driver import Checked, check, optimized, sound
from seqspec.files import check_writable
from seqspec.graph.nodes import GraphQueries
from seqspec.limits import DEFAULT_LIMITS, Limits
from seqspec.passes import DEFAULT_LEVEL, Level
from seqspec.settings import Settings
from seqspec.source import Source

if TYPE_CHECKING:
    from seqspec.backends.archive.kept import Kept
    from seqspec.graph.graph import Graph
    from seqspec.target.lower import Slicing


def compile(
    spec: Graph | Path | str,
    target: str | Path | None = None,
    settings: Settings | None = None,
    *,
    seed: int = 0,
    slicing: Slicing = "index",
    optimize: Level = DEFAULT_LEVEL,
    root: str | Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """The `keras.Model` of a graph, a file (`Path`) or a text; saved to `target` if given.

    Raises `SpecError` for faults of the spec, `UsageError` for a target that cannot be written
    or a framework that is not installed. A file that was there before stays on any failure.
    """
    if isinstance(spec, GraphQueries):
        return _compile(optimized(sound(spec), optimize), target, (), None, seed, slicing)
    checked = check(spec, settings, root=root, limits=limits)
    return compile_checked(checked, target, settings, seed=seed, slicing=slicing, optimize=optimize)


def save(
    spec: Graph | Path | str,
    target: str | Path,
    settings: Settings | None = None,
    *,
    seed: int = 0,
    weights: str | Path | None = None,
    optimize: Level = DEFAULT_LEVEL,
    root: str | Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Saves the model of a graph, a file (`Path`) or a text as a `.keras` file, without Keras.

    Its weights are new ones, by the seed, or those in a `.keras` or `.weights.h5` file of the same
    spec (`weights`), built at either level. Where a model needs what only Keras can save (an
    operation from outside), Keras builds and saves it. Raises as `compile` does.
    """
    if isinstance(spec, GraphQueries):
        built = partial(optimized, sound(spec))
        kept = _kept(weights, built)
        if _write(built(optimize), target, (), None, seed, "index", kept):
            _compile(built(optimize), target, (), None, seed, "index")
        return
    checked = check(spec, settings, root=root, limits=limits)
    if write_checked(checked, target, settings, seed=seed, weights=weights, optimize=optimize):
        compile_checked(checked, target, settings, seed=seed, optimize=optimize)


def compile_checked(
    checked: Checked,
    target: str | Path | None = None,
    settings: Settings | None = None,
    *,
    seed: int = 0,
    slicing: Slicing = "index",
    optimize: Level = DEFAULT_LEVEL,
) -> Any:
    """As `compile`, for what was checked already."""
    graph = checked.built(optimize)
    return _compile(graph, target, checked.sources, settings, seed, slicing)


def write_checked(
    checked: Checked,
    target: str | Path,
    settings: Settings | None = None,
    *,
    seed: int = 0,
    weights: str | Path | None = None,
    slicing: Slicing = "index",
    optimize: Level = DEFAULT_LEVEL,
) -> str:
    """As `save`, for what was checked already. Writes nothing where only Keras can save the
    model, and tells why."""
    kept = _kept(weights, checked.built)
    graph = checked.built(optimize)
    return _write(graph, target, checked.sources, settings, seed, slicing, kept)


def _kept(weights: str | Path | None, built: Callable[[Level], GraphQueries]) -> Kept | None:
    """A file with weights for the model of a graph that is built at either level."""
    if weights is None:
        return None
    from seqspec.backends.archive.kept import Kept

    return Kept(Path(weights), (built(0), built(1)))


def _write(
    graph: GraphQueries,
    target: str | Path,
    sources: tuple[Source, ...],
    settings: Settings | None,
    seed: int,
    slicing: Slicing,
    kept: Kept | None,
) -> str:
    check_target(Path(target))
    from seqspec.backends.archive.write import CannotSay, write

    try:
        write(graph, Path(target), sources, settings, seed=seed, slicing=slicing, kept=kept)
    except CannotSay as reason:
        if kept:
            raise UsageError(f"weights are kept in files written without Keras; {reason}") from None
        return str(reason)
    return ""


def _compile(
    graph: GraphQueries,
    target: str | Path | None,
    sources: tuple[Source, ...],
    settings: Settings | None,
    seed: int,
    slicing: Slicing,
) -> Any:
    if target is not None:
        check_target(Path(target))
    keras = backend()
    model = keras.model(graph, seed=seed, slicing=slicing)
    if target is not None:
        keras.save(model, Path(target), sources, settings)
    return model


def check_target(target: Path) -> None:
    """Refuses what this program does not write or may not, before any work is done."""
    if target.suffix != ".keras":
        raise UsageError(
            f"{target}: models are saved as .keras; for other formats load that file and use "
            "Keras: model.export(…) for SavedModel, LiteRT and ONNX, model.save_weights(…)"
        )
    check_writable(target)


def backend() -> Any:
    """The Keras backend. Raises `UsageError` that names the command which installs it."""
    try:
        from seqspec.backends.keras import api
    except ImportError as error:
        raise UsageError(
            f"compiling needs Keras and TensorFlow ({error}); install them with\n"
            '    pip install "seqspec-lang[tensorflow]"'
        ) from None
    return api
