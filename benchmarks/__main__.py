"""All benchmarks, one after the other.

    python -m benchmarks [--quick]

What is compared runs in turn, A B A B …, and is told as medians and ratios. Each benchmark can be
run by itself, too, with a number of runs: `python benchmarks/startup.py 50`. `compile.py` and
`passes.py` need TensorFlow; `--quick` runs each benchmark as little as shows that it works.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
RUNS = {  # what to add to each: for figures, and for a quick look
    "lines": ((), ()),
    "startup": (("20",), ("3",)),
    "check": (("20",), ("3",)),
    "growth": (("5",), ("1", "1000")),
    "lsp": (("200",), ("10",)),
    "compile": (("5",), ("1",)),
    "passes": (("20",), ("2",)),
}


def main(given: list[str]) -> int:
    """Runs them all; the exit status says whether one failed."""
    if given not in ([], ["--quick"]):
        print(__doc__, file=sys.stderr)
        return 2
    quick, failed = bool(given), False
    for name, arguments in RUNS.items():
        print(f"\n## {name}\n", flush=True)
        command = [sys.executable, str(FOLDER / f"{name}.py"), *arguments[quick]]
        failed |= subprocess.run(command, check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
