"""Runs the tests of a mutant in a fork of a process that has collected them all.

A fault in a function's body is put in place as the function's code. One in what runs at import
needs the modules anew: the fork forgets seqspec and the tests, and imports and collects again.
"""

from __future__ import annotations

import functools
import gc
import importlib
import importlib.abc
import importlib.util
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from .covered import QUIET, ROOT
from .mutants import Mutant

# Seconds of the processor, as the machine may be busy with other things.
SLOWEST = 10.0  # for one test, beside ten times what it took when it was recorded
BUDGET = 8.0  # for all tests of one mutant: one that is not noticed until then has survived
STUCK = 900  # seconds by the clock
MEMORY = 8 << 30  # bytes beyond what the process has already
SURVIVED, KILLED = 0, 1


@dataclass(frozen=True)
class Task:
    """A mutant (none to see that the tests pass) and the tests to run, in order."""

    mutant: Mutant | None
    tests: Sequence[tuple[str, float]]
    anew: bool


@dataclass(frozen=True)
class Outcome:
    """`verdict` is survived, killed or timed out; `by` the test that failed, or how many ran."""

    verdict: str
    by: str
    seconds: float


_Functions = dict[tuple[str, int, str], list[FunctionType]]


@dataclass(frozen=True)
class Known:
    """What is there once all tests are collected."""

    items: dict[str, pytest.Item]
    functions: _Functions
    caches: list[Any]


class Forks:
    """The pytest plugin that runs tasks in place of the tests that were collected."""

    def __init__(self, files: Iterable[str], tasks: Iterator[Task], done: Any) -> None:
        self.files, self.tasks, self.done = files, tasks, done

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for file in self.files:  # also those that are imported when they are needed
            importlib.import_module(_module(file))
        items = {item.nodeid: item for item in session.items}
        known = Known(items, _functions(), _caches())
        gc.freeze()
        for task in self.tasks:
            self.done(task, _forked(task, known))
        return True


def _forked(task: Task, known: Known) -> Outcome:
    begin = time.perf_counter()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        status = KILLED  # also where something fails that is not a test
        try:
            os.close(reader)
            _alone()
            watch = Watch(task, writer)
            status = _anew(task, watch) if task.anew else _in_place(task, watch, known)
            if status == SURVIVED:
                os.write(writer, f"{watch.run} of {len(task.tests)} tests".encode())
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        by = pipe.read()
    _, status = os.waitpid(child, 0)
    late = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGPROF)
    verdict = "survived" if status == SURVIVED else "timed out" if late else "killed"
    return Outcome(verdict, by, time.perf_counter() - begin)


def _alone() -> None:
    """Says nothing, takes no more than its share, and ends when the alarm rings."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.alarm(STUCK)


class Watch:
    """The pytest plugin of a fork: the tests of a task alone, in its order, until one fails."""

    def __init__(self, task: Task, writer: int) -> None:
        self.seconds, self.writer = dict(task.tests), writer
        self.end = math.inf if task.mutant is None else time.process_time() + BUDGET
        self.control = task.mutant is None
        self.failed = False
        self.run = 0

    @property
    def over(self) -> bool:
        return (self.failed and not self.control) or time.process_time() > self.end

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        found = {item.nodeid: item for item in items}
        items[:] = [found[test] for test in self.seconds if test in found]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_PROF, SLOWEST + 10 * self.seconds[item.nodeid])
        result = yield
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.run += 1
        item.session.shouldstop = self.over
        return result

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.failed = self.failed or report.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = True
            os.write(self.writer, f"{report.nodeid}\n".encode())


def _in_place(task: Task, watch: Watch, known: Known) -> int:
    """Runs items that are collected already, with the functions changed."""
    if task.mutant:
        for place, code in _codes(task.mutant.code):
            for function in known.functions.get((task.mutant.file, *place), ()):
                function.__code__ = code
    for cache in known.caches:
        cache.cache_clear()
    items = [known.items[test] for test in watch.seconds if test in known.items]
    items[0].config.pluginmanager.register(watch)
    for item in items:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        if watch.over:
            break
    return KILLED if watch.failed else SURVIVED


def _anew(task: Task, watch: Watch) -> int:
    """Imports and collects again, with one module changed."""
    files = [str(ROOT / test.partition("::")[0]) for test in watch.seconds]
    for name in [name for name in sys.modules if _to_forget(name)]:
        del sys.modules[name]
    with _imported(task.mutant):
        status = pytest.main([*QUIET, *dict.fromkeys(files)], [watch])
    passed = status in (pytest.ExitCode.OK, pytest.ExitCode.INTERRUPTED) and not watch.failed
    return SURVIVED if passed else KILLED


def _to_forget(name: str) -> bool:
    """Modules of seqspec, some of which are read when one looks into them, and of the tests."""
    if name.startswith(("seqspec", "tests.mutation")):
        return name.startswith("seqspec")
    return Path(getattr(sys.modules[name], "__file__", None) or "/").is_relative_to(ROOT)


@contextmanager
def _imported(mutant: Mutant | None) -> Iterator[None]:
    """Imports of the mutant's file give the mutant."""

    class Loader(SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType | None:
            return mutant.code if mutant else super().get_code(fullname)

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> Any:
            if mutant is None or fullname != _module(mutant.file):
                return None
            file = str(ROOT / mutant.file)
            return importlib.util.spec_from_file_location(
                fullname, file, loader=Loader(fullname, file)
            )

    sys.meta_path.insert(0, Finder())
    yield


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _caches() -> list[Any]:
    """What seqspec and the tests remember of earlier calls."""
    wrappers = [o for o in gc.get_objects() if isinstance(o, functools._lru_cache_wrapper)]
    return [o for o in wrappers if isinstance(o.__wrapped__, FunctionType) and _ours(o.__wrapped__)]


def _functions() -> _Functions:
    """The functions that there are, by file, line and name."""
    found: _Functions = {}
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and _ours(function):
            code = function.__code__
            file = Path(code.co_filename).relative_to(ROOT).as_posix()
            found.setdefault((file, code.co_firstlineno, code.co_qualname), []).append(function)
    return found


def _ours(function: FunctionType) -> bool:
    return Path(function.__code__.co_filename).is_relative_to(ROOT)


def _codes(code: CodeType) -> Iterator[tuple[tuple[int, str], CodeType]]:
    """The code of functions of a module and its classes, by line and name."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield (inner.co_firstlineno, inner.co_qualname), inner
            yield from _codes(inner)
