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
WAVENET = PACKAGE.parent / "specs" / "convolution" / "wavenet.seq"
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
    ("driver", "table", "draw", "explain", "statements", "manual", "reference", "lexicon"),
    ("highlight", "textmate"),
    ("reports", "compare", "data", "saved", "models"),
    ("examples",),
    ("lessons",),
    ("lsp",),
    ("play",),
    ("cli", "notebook", "__main__", "__init__"),
)
# What is imported inside a function from further down, and why.
LATE = {
    ("record", "schema"),  # a Pydantic model is made of a record when JSON needs one
    ("graph", "draw"),  # a graph shows itself in a notebook
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
        "from seqspec.cli import main; main(['check', '--format', 'sarif', '-e', 'in 6 -> lstm'])",
        "from seqspec.cli import main; main(['fmt', '--check', 'specs'])",
        "from seqspec.cli import main; main(['explain', 'E301'])",
        "from seqspec.cli import main; main(['show', '-e', 'in 6 -> lstm 3'])",
        "from seqspec.cli import main; main(['emit', '-e', 'in 6 -> lstm 3'])",
        "from seqspec.cli import main; main(['explain', '--passes', '-e', 'in 6 -> lstm 3'])",
        "from seqspec.cli import main; main(['draw', '-e', 'in 6 -> lstm 3'])",
        "from seqspec.play import Question, desk; from seqspec.play.answers import ANSWERS\n"
        "for n in ('check', 'unrolled', 'source'):\n"
        "  ANSWERS[n](desk(None), Question('in 6 -> lstm 3'))",
        "from seqspec.cli import main; main(['graph', '-e', 'in 6 -> lstm 3'])",
        "from seqspec.cli import main; main(['ops', 'lstm'])",
        "from seqspec.lsp.server import make; make()",
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance(); shell.run_line_magic('load_ext', 'seqspec')\n"
        "shell.run_cell_magic('seqspec', 's', 'in 6 -> lstm 3')",
        "import seqspec.highlight, seqspec.textmate",
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


def test_the_package_has_the_magic_and_does_not_import_it() -> None:
    code = (
        "import seqspec, sys; assert seqspec.load_ipython_extension\n"
        "print([m for m in sys.modules if m.startswith('seqspec.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['seqspec.version']\n"


NEEDLESS = (
    "pydantic", "h5py", "difflib", "importlib.metadata", "seqspec.schema", "seqspec.graph.graph",
    "seqspec.syntax.trouble", "seqspec.syntax.habits", "seqspec.syntax.calls",
    "seqspec.foreign.operations", "seqspec.foreign.arguments", "seqspec.target",
    "seqspec.backends", "seqspec.passes.pipeline", "seqspec.manual", "seqspec.table",
    "seqspec.archive", "seqspec.cli.lsp", "seqspec.cli.fmt",
)  # fmt: skip


def test_a_check_imports_what_it_uses() -> None:
    """Faults, JSON, archives and the other commands have what they need when it comes to them."""
    assert fresh_check(f"print([m for m in {NEEDLESS!r} if m in sys.modules])") == "[]"


def test_a_check_declares_no_dataclass_but_the_place_of_lowering() -> None:
    """Each takes as long as a line of a spec, and its values are made no faster than a `Struct`."""
    found = fresh_check(
        "print(sorted(f'{m}.{n}' for m, module in [*sys.modules.items()]"
        " if m.startswith('seqspec.') for n, c in vars(module).items()"
        " if isinstance(c, type) and hasattr(c, '__dataclass_fields__') and c.__module__ == m))"
    )
    assert found == "['seqspec.ops.site.Site']"


def test_a_check_compiles_few_patterns_of_the_grammar() -> None:
    """One serves all states of the parser, and some of those in braces have their own."""
    own = fresh_check(
        "from seqspec.syntax.grammar import parser; made = parser().parser.lexer.lexers.values();"
        "print(len({id(s) for s in made if s._scanner}), len({id(s) for s in made}))"
    )
    compiled, states = map(int, own.split())
    assert compiled <= 3 < 10 < states


def fresh_check(then: str) -> str:
    """What is printed after the check of a spec without faults, in a process of its own."""
    code = (
        "import sys; from seqspec.cli import main\n"
        f"main(['check', {str(WAVENET)!r}]); sys.stdout.flush()\n{then}"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def test_the_public_names_are_there() -> None:
    assert {name for name in seqspec.__all__ if not hasattr(seqspec, name)} == set()
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        seqspec.nothing  # noqa: B018
