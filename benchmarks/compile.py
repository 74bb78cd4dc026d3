"""A spec to its `.keras` file as a process, against the shortest Keras script for the same model.

    python benchmarks/compile.py [RUNS]

For ten models of the gallery, the two run in turn, A B A B …, after one warm-up each. The script
is what `seqspec emit` writes, with a line that saves the model. Printed are medians of wall time
and of the largest memory, and the ratio pair by pair: on a noisy machine the ratio holds where
single times do not. The target is 0.12 for both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODELS = (
    "origin/many_to_many_last", "recurrent/human_activity", "forecasting/two_headed_cnn",
    "encoder_decoder/addition", "states/translate_letters", "masks/imdb_tutorial",
    "frames/rows_of_digits", "text/bilstm_tagger", "speech_and_ocr/crnn", "convolution/wavenet",
)  # fmt: skip


def cost(command: list[str]) -> tuple[float, float]:
    """Seconds of wall time, and the largest memory in MB, of one run."""
    start = time.perf_counter()
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - start, used.ru_maxrss / 1024


def script(spec: Path, target: Path) -> str:
    """The Keras source of a spec, and a line that saves its model."""
    source = subprocess.run(
        [sys.executable, "-m", "seqspec", "emit", str(spec)], check=True, capture_output=True,
        text=True,
    ).stdout  # fmt: skip
    return source.partition('if __name__ == "__main__":')[0] + (
        f"\nbuild_model().save({str(target)!r})\n"
    )


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seqspec = str(Path(sys.executable).with_name("seqspec"))
    print(f"{'model':28} {'time':>16} {'ratio':>6} {'memory':>18} {'ratio':>6}")
    all_times, all_sizes = [], []
    with tempfile.TemporaryDirectory() as folder:
        for model in MODELS:
            spec, written = ROOT / "specs" / f"{model}.seq", Path(folder, "script.py")
            written.write_text(script(spec, Path(folder, "k.keras")), encoding="utf-8")
            ours = [seqspec, "compile", str(spec), "-o", str(Path(folder, "s.keras"))]
            theirs = [sys.executable, str(written)]
            cost(ours), cost(theirs)
            pairs = [(cost(ours), cost(theirs)) for _ in range(runs)]
            times = [a[0] / b[0] for a, b in pairs]
            sizes = [a[1] / b[1] for a, b in pairs]
            all_times += times
            all_sizes += sizes
            a, b = ([statistics.median(x) for x in zip(*side, strict=True)]
                    for side in zip(*pairs, strict=True))  # fmt: skip
            print(
                f"{model:28} {a[0]:6.2f} / {b[0]:5.2f} s {statistics.median(times):6.3f} "
                f"{a[1]:6.0f} / {b[1]:6.0f} MB {statistics.median(sizes):6.3f}",
                flush=True,
            )
    print(
        f"all: time {statistics.median(all_times):.3f}, memory {statistics.median(all_sizes):.3f}"
    )


if __name__ == "__main__":
    main()
