"""Opens saved models in safe mode in a process without seqspec, and runs them.

A program of its own that other processes talk to by lines of JSON; it imports nothing of this
project. `KERAS_BACKEND` says what it runs on.
"""

from __future__ import annotations

import json
import sys

sys.modules["seqspec"] = None  # type: ignore[assignment]  # as where it is not installed
FORGETS = 100  # models, of which JAX keeps what it compiled, some 40 MB each


def main() -> None:
    """Answers each line `{"model": …, "inputs": …, "outputs": …}` of file names."""
    import keras
    import numpy as np

    print("ready", flush=True)
    for number, line in enumerate(sys.stdin, 1):
        files = json.loads(line)
        try:
            model = keras.saving.load_model(files["model"])  # safe mode is the default
            with np.load(files["inputs"]) as inputs:
                given = [inputs[key] for key in sorted(inputs)]
            found = model(given if len(given) > 1 else given[0])
            outputs = found if isinstance(found, list) else [found]
            np.savez(files["outputs"], *map(np.asarray, outputs))
            answer = ""
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
        keras.backend.clear_session()
        if number % FORGETS == 0 and keras.backend.backend() == "jax":
            import jax

            jax.clear_caches()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
