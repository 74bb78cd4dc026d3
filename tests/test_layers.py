"""The architecture: who imports whom, and that no framework is imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import seqspec

PACKAGE = Path(seqspec.__file__).parent
HEAVY = ("keras", "tensorflow", "numpy", "jax", "torch")

# A module imports from its own row and from the rows above it.
ROWS: tuple[tuple[str, ...], ...] = (
    ("version", "codes", "source", "limits", "record", "workshop"),
    ("diagnostics", "foreign"),
    ("syntax", "values", "program", "files", "archive"),
    ("numeric",),
    ("ops",),
    ("graph",),
    ("passes", "unparse"),
    ("target",),
    ("backends",),
    ("echoes", "settings", "lift"),
    ("driver", "table", "explain", "statements", "manual", "reference"),
    ("reports", "compare", "examples"),
    ("lessons",),
    ("lsp",),
    ("cli", "__main__", "__init__"),
)
# What is imported inside a function from further down, and why.
LATE = {
    ("record", "schema"),  # a Pydantic model is made of a record when JSON needs one
    ("schema", "ops"),  # and the union over operations knows them all
}


def row(module: str) -> int:
    """The row of a module of seqspec, by its first part."""
    (found,) = [number for number, names in enumerate(ROWS) if module in names]
    return found


def modules() -> Iterator[tuple[str, Path]]:
    """Every module's first part below seqspec, with its file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).with_suffix("").parts[0], path


def imports(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """What is imported from seqspec, and whether at the top; not what only a type checker reads."""
    top = {id(node) for node in getattr(tree, "body", [])}
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            yield name, id(node) in top


def test_every_module_has_a_row() -> None:
    known = {name for names in ROWS for name in names} | {"schema"}
    assert {module for module, _ in modules()} == known


def test_imports_point_upwards() -> None:
    wrong = []
    for module, path in modules():
        for name, top in imports(ast.parse(path.read_text(encoding="utf-8"))):
            parts = name.split(".")
            if parts[0] != "seqspec" or len(parts) < 2:
                continue
            other = parts[1]
            if not top and (module, other) in LATE:
                continue
            if module == "schema" or other == "schema":
                continue
            if not any(other in names for names in ROWS):
                other = "__init__"
            if row(other) > row(module):
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert wrong == []


def test_frameworks_are_imported_by_the_backend_alone() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for module, path in modules()
        for name, _ in imports(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] in HEAVY
        and module != "backends"
        and (name, path.name) != ("numpy", "array.py")  # when a number is first worked out
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "code",
    [
        "import seqspec",
        "import seqspec; [getattr(seqspec, name) for name in seqspec.__all__]",
        f"import seqspec; seqspec.check({'in 6 -> lstm 3'!r})",
        "import seqspec; seqspec.emit('in 6 -> lstm 3')",
        "import seqspec; seqspec.parse('in 6 -> lstm 3').model_dump_json()",
        "import seqspec; seqspec.Graph.model_json_schema()",
        "from seqspec import parse, reference; reference.run; parse('in 6 -> lstm 3')",
        "from seqspec.cli import main; main(['check', '-e', 'in 6 -> lstm 3'])",
        "from seqspec.cli import main; main(['show', '-e', 'in 6 -> lstm 3'])",
        "from seqspec.cli import main; main(['emit', '-e', 'in 6 -> lstm 3'])",
        "from seqspec.cli import main; main(['explain', '--passes', '-e', 'in 6 -> lstm 3'])",
        "from seqspec.cli import main; main(['graph', '-e', 'in 6 -> lstm 3'])",
        "from seqspec.cli import main; main(['ops', 'lstm'])",
        "from seqspec.cli import main; main(['decompile', 'no.keras'])",
        "import seqspec.lift.decompile",
        "from seqspec.cli import main; main(['compile', '-e', 'in 6 -> lstm', '-o', 'x.keras'])"
        " if False else main(['compile', '-e', 'in 6', '-o', 'x.h5'])",
    ],
)
def test_no_framework_before_it_is_needed(code: str) -> None:
    check = f"import sys; print([m for m in {HEAVY!r} if m in sys.modules], file=sys.__stderr__)"
    command = [sys.executable, "-c", f"{code}\n{check}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]"


def test_the_public_names_are_there() -> None:
    assert {name for name in seqspec.__all__ if not hasattr(seqspec, name)} == set()
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        seqspec.nothing  # noqa: B018
