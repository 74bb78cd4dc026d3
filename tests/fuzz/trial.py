"""One spec before its oracles: what each of them said, and how long it took."""

from __future__ import annotations

import gc
import re
import signal
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from .case import Case, Skipped
from .compose import Way, all_ways
from .finish import grow
from .grow import ANY, SAMPLING, Profile
from .look import Crash
from .oracles import ALL, WITH_KERAS
from .profiles import CAUSAL, MASKED
from .shrink import shrunk

PATIENCE = 300  # seconds for one oracle
LIMITS = {  # of TensorFlow on a CPU, by what it says
    "CPU implementation does not yet support": "TensorFlow has this on a GPU alone",
    "Only ranks up to 6 supported": "TensorFlow has this for fewer axes",
    "Input dims must be <= 5": "TensorFlow has this for fewer axes",
}
COLLECT = 50  # specs between two looks for garbage


@dataclass(frozen=True)
class Disagreement:
    """An oracle that was not content, with the spec to show it."""

    oracle: str
    number: int
    text: str
    what: str

    def __str__(self) -> str:
        return f"[{self.oracle}] spec {self.number}: {self.what}\n{self.text}"


@dataclass
class Trial:
    """What came of one spec."""

    number: int
    text: str
    agreed: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def profile_of(random: Random) -> Profile:
    """One in five is full of masks; of one in ten no step sees the future, a few draw noise."""
    return random.choices((ANY, MASKED, CAUSAL, SAMPLING), (70, 20, 9, 1))[0]


def way_of(number: int) -> Way:
    """The operations take turns, and so do the ways to use each of them."""
    every = [*all_ways().values()]
    ways = every[number % len(every)]
    return ways[number // len(every) % len(ways)]


def spec(seed: str, number: int) -> str:
    """Spec number so-and-so of a seed. Raises `Crash`."""
    random = Random(f"{seed}/{number}")
    return grow(random, profile_of(random), way_of(number))


def trial(seed: str, number: int, oracles: Iterable[str]) -> Trial:
    """Grows a spec and asks the oracles."""
    begin = time.perf_counter()
    try:
        text = spec(seed, number)
    except Crash as crash:
        found = Trial(number, crash.text)
        found.disagreements.append(Disagreement("check", number, crash.text, _trouble(crash)))
        return found
    except Exception as error:  # a fault of this package
        found = Trial(number, "")
        found.disagreements.append(Disagreement("grow", number, "", _trouble(error)))
        return found
    found = asked(Case(text, number), oracles)
    found.seconds["grow"] = time.perf_counter() - begin - sum(found.seconds.values())
    return found


def asked(case: Case, oracles: Iterable[str]) -> Trial:
    """The oracles' answers about a case."""
    found = Trial(case.seed, case.text)
    wanted = [*oracles]
    if any(name in WITH_KERAS for name in wanted) and not _built(case, found):
        wanted = [name for name in wanted if name not in WITH_KERAS]
    for name in wanted:
        _ask(case, name, found)
    if any(name in WITH_KERAS for name in wanted):
        _tidy(case.seed)
    return found


def _tidy(number: int) -> None:
    """Forgets the models. To look for garbage takes longer than a trial: that is done now and then,
    and not among what the frameworks made when they were imported."""
    import keras

    keras.backend.clear_session(free_memory=False)
    if number % COLLECT == 0:
        gc.collect()
        gc.freeze()


def _built(case: Case, found: Trial) -> bool:
    """Whether there is a model; what prevents it is reported once and not by each oracle."""
    begin = time.perf_counter()
    try:
        with _patience():
            assert case.found is not None
    except Skipped as why:
        found.skipped.append(("build", str(why)))
        return False
    except Exception as error:
        limit = next((why for said, why in LIMITS.items() if said in str(error)), None)
        if limit is None and "is not in [0, " in str(error) and case.run.ties:
            limit = "argmax of what is almost equal, as an id"
        if limit:
            found.skipped.append(("build", limit))
        else:
            found.disagreements.append(Disagreement("build", case.seed, case.text, _trouble(error)))
        return False
    finally:
        found.seconds["build"] = time.perf_counter() - begin
    return True


def _ask(case: Case, name: str, found: Trial) -> None:
    begin = time.perf_counter()
    try:
        with _patience():
            what = ALL[name](case)
    except Skipped as why:
        found.skipped.append((name, str(why)))
    except Exception as error:
        found.disagreements.append(Disagreement(name, case.seed, case.text, _trouble(error)))
    else:
        if what is None:
            found.agreed.append(name)
        else:
            found.disagreements.append(Disagreement(name, case.seed, case.text, what))
    found.seconds[name] = time.perf_counter() - begin


def smallest(disagreement: Disagreement) -> str:
    """The disagreement's spec, made small."""
    oracle = disagreement.oracle
    names = ["shapes"] if oracle == "build" else [oracle]

    def fails(text: str) -> bool:
        found = asked(Case(text, disagreement.number), names).disagreements
        return any(_kind(other) == _kind(disagreement) for other in found)

    return shrunk(disagreement.text, fails)


def _kind(disagreement: Disagreement) -> tuple[str, str]:
    raised = re.match(r"raised \w+", disagreement.what)
    return disagreement.oracle, raised.group() if raised else "differs"


def _trouble(error: BaseException) -> str:
    """An exception and where it was raised, in a few lines."""
    cause = error.__cause__ or error
    frames = traceback.extract_tb(cause.__traceback__)[-3:]
    places = " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[::-1]
    )
    return f"raised {type(cause).__name__}: {str(cause)[:400]} ({places})"


@contextmanager
def _patience() -> Iterator[None]:
    """What hangs is a disagreement, too."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"no answer in {PATIENCE} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


__all__ = ["ALL", "Disagreement", "Trial", "asked", "smallest", "spec", "trial"]
