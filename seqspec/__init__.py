"""seqspec: a declarative model-spec compiler for sequence models.

    import seqspec

    graph = seqspec.parse("in 10x6 -> lstm 64 -> take last 3")
    print(seqspec.emit(graph))                      # readable Keras source
    seqspec.save(graph, "model.keras")              # a saved Keras model, written without Keras
    model = seqspec.compile(graph)                  # the first line that imports Keras

Everything is imported when it is first used; only `compile` imports a framework.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seqspec.version import __version__

if TYPE_CHECKING:
    from seqspec.data.check import check_data as check_data
    from seqspec.diagnostics import Diagnostic as Diagnostic
    from seqspec.diagnostics import SpecError as SpecError
    from seqspec.diagnostics import UsageError as UsageError
    from seqspec.driver import Checked as Checked
    from seqspec.driver import check as check
    from seqspec.driver import emit as emit
    from seqspec.driver import format as format
    from seqspec.driver import load as load
    from seqspec.driver import parse as parse
    from seqspec.graph.builder import GraphBuilder as GraphBuilder
    from seqspec.graph.graph import Graph as Graph
    from seqspec.lift.faults import CannotLift as CannotLift
    from seqspec.limits import Limits as Limits
    from seqspec.models import compile as compile
    from seqspec.models import save as save
    from seqspec.ops.registry import register as register
    from seqspec.saved import decompile as decompile

_HOMES = {
    "CannotLift": "seqspec.lift.faults",
    "Checked": "seqspec.driver",
    "Diagnostic": "seqspec.diagnostics",
    "Graph": "seqspec.graph.graph",
    "GraphBuilder": "seqspec.graph.builder",
    "Limits": "seqspec.limits",
    "SpecError": "seqspec.diagnostics",
    "UsageError": "seqspec.diagnostics",
    "check": "seqspec.driver",
    "check_data": "seqspec.data.check",
    "compile": "seqspec.models",
    "decompile": "seqspec.saved",
    "emit": "seqspec.driver",
    "format": "seqspec.driver",
    "load": "seqspec.driver",
    "parse": "seqspec.driver",
    "register": "seqspec.ops.registry",
    "save": "seqspec.models",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'seqspec' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext seqspec`: cells that begin with `%%seqspec` are specs."""
    from seqspec.notebook import load

    load(shell)


def __dir__() -> list[str]:
    return sorted(__all__)
