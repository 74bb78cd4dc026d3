"""How long `seqspec check` takes as a process, against importing what it is built on.

    python benchmarks/startup.py [RUNS]

Runs the two in turn, A B A B …, after one warm-up each, and prints medians and the ratio pair
by pair: on a noisy machine the ratio holds where single times do not. The target is 1.3. The
processor's time is that of the process alone; wall time is what a user waits.
"""

from __future__ import annotations

import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SPEC = """\
# names, parameters, residuals, two outputs
let units = 64
x     = in Tx8
h     = x -> lstm {units} bi -> dropout 0.2
trend = h -> add _ (dense {units * 2} relu -> dense {units * 2}) -> norm
out level = trend -> take last -> dense 1
out steps = trend -> take last 3 -> dense 8
train level loss=mse
train steps loss=mae weight=0.5
train optimizer=adam rate=1e-3
"""


def seconds(command: list[str]) -> tuple[float, float]:
    """The wall time and the processor's time of one run."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_environment())
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    root = Path(__file__).parents[1]
    compileall.compile_dir(root / "seqspec", quiet=2)
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "ten_lines.seq"
        spec.write_text(SPEC, encoding="utf-8")
        command = str(Path(sys.executable).with_name("seqspec"))
        check = [command, "check", str(spec)]
        imports = [sys.executable, "-c", "import pydantic, lark"]
        seconds(check), seconds(imports)
        pairs = [(seconds(check), seconds(imports)) for _ in range(runs)]
    for clock, what in enumerate(("wall", "processor")):
        print(f"{what} time, {runs} pairs")
        checks, plain = ([one[clock] for one in side] for side in zip(*pairs, strict=True))
        for name, times in (("seqspec check", checks), ("import pydantic, lark", plain)):
            print(f"  {name:22} median {statistics.median(times) * 1000:6.1f} ms")
        ratios = sorted(a / b for a, b in zip(checks, plain, strict=True))
        median = statistics.median(ratios)
        print(f"  {'ratio':22} median {median:6.2f}  (min {ratios[0]:.2f}, max {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
