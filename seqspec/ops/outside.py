"""Operations from outside: of installed packages, and of modules that the user names."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from seqspec.diagnostics import UsageError
from seqspec.ops.registry import operations, register

_ENTRY_POINTS = "seqspec.operations"
_PACKAGE = str(Path(__file__).parents[1])


@cache
def load_installed() -> None:
    """Registers what installed packages declare as entry points of `seqspec.operations`.

    Done when a spec names an operation that is not known, and not before: looking through the
    installed packages takes longer than a check. Raises `UsageError` for one that is broken.
    """
    from importlib.metadata import entry_points

    for entry in entry_points(group=_ENTRY_POINTS):
        try:
            register(entry.load())
        except (Exception, SystemExit) as error:
            raise UsageError(
                f"the operation `{entry.name}` of an installed package ({entry.value}) "
                f"cannot be imported: {_said(error)}"
            ) from None


def import_operations(name: str) -> None:
    """Imports a module by its name or its `.py` file, so that its operations are known.

    Raises `UsageError` for a module that cannot be imported or registers no operation.
    """
    try:
        module = _from_file(Path(name)) if _is_file(name) else _named(name)
        inside = f"{module.__name__}."
        if not any(f"{op.__module__}.".startswith(inside) for op in operations()):
            raise UsageError("it registers no operation: `@seqspec.register` stands before a class")
    except UsageError as error:
        raise UsageError(f"--with {name}: {error}") from None
    except (Exception, SystemExit) as error:
        raise UsageError(f"--with {name}: it cannot be imported: {_said(error)}") from None


def _is_file(name: str) -> bool:
    return name.endswith(".py") or len(Path(name).parts) > 1


def _named(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError("a module is named as in `import`, or by its file: `--with FILE.py`")
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # the module is there, and what it imports is not
        file = Path(f"{name}.py")
        help = (
            f"`--with {file}` names the file"
            if file.is_file()
            else "Python looks for modules in PYTHONPATH; `--with FILE.py` names a file"
        )
        raise UsageError(f"there is no module `{error.name}`; {help}") from None


def _from_file(path: Path) -> ModuleType:
    """The module of a file, under the name that the file has."""
    from importlib.util import find_spec, module_from_spec, spec_from_file_location

    path, name = path.resolve(), path.stem
    if path.suffix != ".py":
        raise UsageError("a module is named as in `import`, or by its file: `--with FILE.py`")
    if not path.is_file():
        raise UsageError("there is no such file")
    if not name.isidentifier():
        raise UsageError(f"`{name}` cannot name a module; give the file another name")
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(path):
        return known
    found = None if known else find_spec(name)
    if known is not None or (found is not None and found.origin != str(path)):
        raise UsageError(f"`{name}` is another module already; give the file another name")
    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # as for every .py file
    module = module_from_spec(spec)
    sys.modules[name] = module  # where Python looks up what the annotations of a class name
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _said(error: BaseException) -> str:
    """An error on one line, with the place outside seqspec at which it was raised."""
    from traceback import extract_tb

    frames = [
        frame
        for frame in extract_tb(error.__traceback__)
        if not frame.filename.startswith(("<frozen", _PACKAGE))
    ]
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    message = " ".join(str(error).split())
    return f"{type(error).__name__}{f': {message}' if message else ''}{place}"
