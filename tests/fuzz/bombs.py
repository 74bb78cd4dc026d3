"""Texts that ask for too much, each in a process of its own whose time and memory are bounded.

`python -m tests.fuzz.bombs` runs them all, as a user's text goes: checked, every diagnostic
told, and where there is a graph, its table, source and JSON made and the JSON read again. It
prints what each one cost; status 1 says that one of them met a bound or raised something.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import seqspec
from seqspec import Graph
from seqspec.diagnostics import render
from seqspec.table import render_table

MEMORY = 1 << 30  # bytes of address space, the interpreter's own included
SECONDS = 120  # of processor time: far above the slowest, for machines that are slow
MANY = 100_000


def lines(form: str, count: int) -> str:
    """A line for each number from 0; `{0}` is the number and `{1}` the one after it."""
    return "\n".join(form.format(number, number + 1) for number in range(count))


def nested(depth: int, before: str, inner: str) -> str:
    """So many groups in each other."""
    return f"{before * depth}{inner}{')' * depth}"


SUM = "+".join(["6", *["0"] * 245])  # as long as an expression may be
LONG = "b" * 500_000
PARAMETERS = ",".join(f"p{i}" for i in range(1000))

NESTING = {
    "parentheses": f"in 6 -> {'(' * 10_000}dense 3{')' * 10_000}",
    "only opened": f"in 6 -> {'(' * 10_000}",
    "only closed": f"in 6 -> dense 3{')' * 10_000}",
    "opened in each line": "x = in 6 -> (dense 3\n" * 20_000,
    "opened statements": "x = (in 6 -> relu\n" * 20_000,
    "operands": f"in 6 -> {nested(70, 'add _ (', 'relu')}",
    "operands as deep as may be": f"in 6 -> {nested(39, 'add _ (', f'dense {{{SUM}}}')}",
    "each": f"in 2x6 -> {nested(1000, 'each (', 'dense 2')}",
    "each as deep as may be": f"in 1x1x6 -> {nested(39, 'each (', 'dense 2')}",
    "feedback": f"in 1x6 -> {nested(1000, 'feedback 2 (', 'dense 6')}",
    "expression parentheses": f"in 6 -> dense {{{'(' * 200}1{')' * 200}}}",
    "expression powers": f"in 6 -> dense {{{'**'.join('1' * 160)}}}",
    "expression signs": f"in 6 -> dense {{{'-' * 400}1}}",
    "nested blocks": f"block b0(n) = relu\n{lines('block b{1}(n) = b{0} 1', 2000)}"
    "\nin 6 -> b2000 1",
    "nested blocks as deep as may be": "block b0(n) = relu\n"
    f"{lines('block b{1}(n) = b{0} {{n}}', 38)}\nin 6 -> (b38 1) * 800",
}
REPETITION = {
    "copies": "in 6 -> (dense 3) * 1000000000",
    "copies of copies": "in 6 -> ((( _ ) * 20000) * 20000)",
    "names in copies": "in 6 -> (((_ -> as x) * 300) * 300) -> dense 3",
    "names in a block": "block b(n) = _ -> as x -> _ -> x\nin 6 -> (((b 1) * 140) * 140)",
    "faults in copies": "in 6 -> (((nothing) * 20000) * 20000)",
    "expressions in copies": lines(
        "y{0} = in 6 -> (dropout {{0 * (" + "+".join(["0"] * 230) + ")}}) * 800", 24
    ),
    "doubling groups": f"in 6 -> {'(' * 39}relu{') * 2' * 39}",
    "doubling blocks": f"block b0(n) = relu\n{lines('block b{1}(n) = b{0} 1 -> b{0} 1', 38)}"
    "\nin 6 -> b38 3",
    "doubling branches": "block b0(n) = relu\n"
    f"{lines('block b{1}(n) = add (b{0} 1) (b{0} 1)', 30)}\nin 6 -> b30 3",
    "doubling shared chains": f"shared b0 = relu\n{lines('shared b{1} = b{0} -> b{0}', 38)}"
    "\nin 6 -> b38",
    "mutually recursive blocks": "block a(n) = b {n} -> b {n}\nblock b(n) = a {n} -> a {n}"
    "\nin 6 -> a 3",
    "recursive shared chain": "shared s = s -> s\nin 6 -> s",
    "a value read again and again": "x0 = in 6 -> ((_ -> as x) * 19000)\n"
    + lines("y{0} = add x", 15_000),
    "values by their index": "x0 = in 6 -> ((_ -> as x) * 19000)\n"
    + lines("y{0} = x.{0} -> relu", 9000),
    "merges of many values": "x = in 6\n" + f"y = add {'x ' * 4900}\n" * 24,
    "runs": "in 1x6 -> feedback 1000000000 (dense 6)",
    "runs of nothing": "in 1x6 -> feedback 1000000000 (_) next=(_)",
    "parameters in copies": f"{lines('let a{0}=3', 19_000)}\nin 6 -> (((_) * 280) * 280)",
    "parameters of a block": f"block b({PARAMETERS}) = _\n"
    f"in 6 -> (((b {'1 ' * 1000}) * 280) * 280)",
    "definitions": f"{lines('let a{0} = 3', 9000)}\n{lines('block b{0}(p=1) = relu', 9000)}\n"
    f"in 6 -> {' -> '.join(f'b{i}' for i in range(800))}",
}
SIZES = {
    "repeat": "in 6 -> repeat 1000000000000",
    "weights": "in 6 -> dense 100000000 -> dense 100000000",
    "doubling widths": f"x0 = in 6\n{lines('x{1} = concat x{0} x{0}', 200)}",
    "doubling steps": f"x0 = in Tx6\n{lines('x{1} = concat time x{0} x{0}', 200)}\nout x200",
    "product of dimensions": f"in {'x'.join(f'D{i}' for i in range(2000))} -> flatten",
    "product of sums": f"x0 = in AxBx3\n{lines('x{1} = x{0} -> pad 1 -> upsample 2', 40)}\n"
    "out y = x40 -> reshape ?x3 -> permute 2x1 -> flatten",
    "sum of dimensions": lines("s{0} = in T{0}x6", 3000)
    + f"\nout y = concat time {' '.join(f's{i}' for i in range(3000))}",
    "quotients": f"in Tx6 {'-> take ::2 -> pad end 1 ' * 400}",
    "quotients of sums": "y0 = in Tx6\ns = in Sx6\n"
    f"{lines('y{1} = concat time y{0} s -> pool max 2', 430)}\nout y430",
    "axes": f"in {'x'.join(['1'] * 1000)} -> relu",
    "sizes of many axes": f"in {'x'.join(['1000000000'] * 600)} -> relu",
    "digits": f"in 6 -> dense {'9' * 5000}",
    "digits of a size": f"in {'9' * 5000}x3 -> dense 3",
    "digits of a multiple": f"in {'9' * 5000}*Tx3 -> dense 3",
    "digits of a slice": f"in 9x3 -> take {'9' * 5000}:",
    "digits of an index": f"x = in 9x3\ny = x.{'9' * 5000}",
    "digits of a count": f"in 6 -> (dense 3) * {'9' * 5000}",
    "digits of an expression": f"in 6 -> dense {{{'9' * 499}}}",
    "a million digits": f"in 6 -> dense {'9' * 900_000}",
    "infinite": "let a = 1e999\nin {a}x6 -> dense {a}",
    "larger than float32": "in 6 -> scale 1e39",
    "padding": "in Tx6 -> pad end 99999999999999999999",
    "powers": "in 6 -> dense {9 ** 9 ** 9 ** 9}",
    "rounding": "in 6 -> dense {round(5, -(10 ** 12))}",
    "name of a dimension": f"in {'T' * 400_000}x3 -> relu",
}
LENGTH = {
    "longer than allowed": f"in 6 -> dense 3 # {'x' * 2_000_000}",
    "same line again": "x = in 6 -> dense 3\n" * 50_000,
    "faulty line again": "x = = in 6\n" * 90_000,
    "unknown operations": lines("x{0} = in 6 -> nothing", 40_000),
    "unknown operations in a line": f"in 6 -> {' -> '.join(f'no{i}' for i in range(60_000))}",
    "unknown operations in groups": "x = concat "
    + " ".join(
        f"(concat {' '.join(f'(in 6 -> no{i}_{j})' for i in range(4900))})" for j in range(6)
    ),
    "unknown values": lines("x{0} = x{1}", 60_000),
    "unknown parameters": f"{lines('let a{0} = 3', 9000)}\n{lines('y{0} = in {{b{0}}}', 9000)}",
    "words alike": f"{lines('let ' + 'a' * 50 + '{0}=3', 3000)}\n"
    + lines("x{0} = in 6 -> dense {{" + "a" * 45 + "b{0}}}", 5000),
    "letters alike": f"{lines('ab' * 25 + '{0} = in 6', 3000)}\n"
    + lines("x{0} = " + "ba" * 25 + "{0}", 5000),
    "blank lines": "\n" * MANY + "in 6 -> dense 3",
    "blank lines before an arrow": "in 6" + "\n" * MANY + "-> dense 3",
    "blank lines after a fault": "x = = 1\n" + "\n" * 900_000,
    "comments": "in 6\n" + "# c\n" * MANY + "-> dense 3",
    "comments of nothing": "in 6 -> dense 3\n" + "#\n" * 200_000,
    "spaces": f"x = {' ' * 900_000}in 6",
    "spaces in parentheses": f"x = = 1\na({' ' * 900_000}\ny = in 6 = 3",
    "spaces in a stage": f"x = in 6{' ' * 500_000}batch=3\n" + lines("y{0} = x -> lstm 3 no", 9000),
    "long line": f"in 6 {'-> relu ' * MANY}",
    "arguments": f"in 6 -> dense {'3 ' * MANY}",
    "operand arguments": f"x = in 6\ny = add {'x ' * MANY}",
    "list": f"in 6 -> dense 3 name={','.join('a' * MANY)}",
    "metrics": f"in 6 -> dense 3\ntrain loss=mse metrics={','.join(['mae'] * MANY)}",
    "train arguments": f"in 6 -> dense 3\ntrain {'loss=mse ' * MANY}",
    "train statements": "in 6 -> dense 3\n" + "train loss=mse\n" * 60_000,
    "outputs": "x = in 6\n" + "out x\n" * MANY,
    "outputs of one value": "x = in 6\n" + lines("out y{0} = x", 19_000),
    "outputs of many": "x = in 6\n" + lines("out y{0} = x -> relu", 9900),
    "values that live long": lines("x{0} = in 6", 4900)
    + f"\nout y = add {' '.join(f'x{i}' for i in range(4900))}",
    "vectors read as steps": lines("x{0} = in 6 -> reverse", 9000),
    "blocks that nothing uses": lines("block a{0}(n) = dense 3", 19_000) + "\nin 6 -> relu",
    "used files": 'use "nowhere.seq"\n' * 50_000,
    "different used files": lines('use "no{0}.seq"', 50_000),
    "long word": f"in 6 -> {'a' * 900_000}",
    "long word before a parenthesis": f"x = in 6 -> {'a' * 900_000} ) x",
    "long names": f"{'a' * 400_000} = in 6\nb = {'a' * 399_999}b -> relu",
    "long layer name": f"in 6 -> dense 3 name={'a' * 900_000}",
    "long string": f'let a = "{LONG}"\nin 6 -> dense {{a}}',
    "long string again": f'let a = "{LONG}"\n' + lines("x{0} = in 6 -> dense {{a}}", 9000),
    "long string as an operation": f'let a = "{LONG}"\n' + lines("x{0} = in 6 -> {{a}}", 9000),
    "open strings": 'x = in 6 -> dense 3 "abc\n' * 30_000,
    "strings": '"a" ' * 200_000,
    "quotes": '"' * 100_001,
    "braces": f"in 6 -> dense {'{' * MANY}",
    "braces in each line": "in 6 -> dense {\n" * 60_000,
    "braces and sizes": f"in 6 -> dense {'{1}x' * MANY}",
    "sizes": "1x" * MANY,
    "colons": f"in 6 -> take {':' * MANY}",
    "dots": "a." * MANY,
    "minus": "-" * MANY,
    "equals": "a=" * MANY,
    "words of statements": "let out block use in -> ( ) = { " * 30_000,
}
CHARACTERS = {
    "nothing": "",
    "nul": "in 6 -> dense 3\0",
    "nul in a comment": "in 6 -> dense 3 # \0",
    "bidirectional": "in 6 -> \u202edense 3",
    "bidirectional in a comment": "in 6 -> dense 3 # \u2066 -> relu",
    "half a pair": "in 6 -> \ud800",
    "half a pair in a comment": "in 6 # \udcff",
    "byte order mark": "\ufeffin 6 -> dense 3",
    "returns": "in 6\r-> dense 3",
    "return in a comment": "in 6 # six values\r-> dense 3",
    "returns and line feeds": "in 6\r\n-> dense 3\r\n\r\n",
    "separators": "in 6\u2028-> dense 3\x0c\x0b\x1c\x85",
    "separator in a comment": "in 6 # six values\u2028-> dense 3",
    "terminal codes": "in 6 # \x1b[31m",
    "terminal codes in one character": "in 6 # \x9b31m",
    "digits of other scripts": "in ٣ -> dense ３",
    "letters of other scripts": "in 6 -> dеnse 3",
    "no width": "in 6 -> den\u200bse 3",
    "composed": "in 6 -> dens\u0065\u0301 3",
}  # fmt: skip
TEXTS = {**NESTING, **REPETITION, **SIZES, **LENGTH, **CHARACTERS}
FINE = {
    "operands as deep as may be", "nested blocks as deep as may be", "expressions in copies",
    "parameters in copies", "definitions", "values by their index", "doubling steps", "quotients",
    "blank lines", "blank lines before an arrow", "comments", "comments of nothing", "spaces",
    "metrics", "outputs of one value", "outputs of many", "values that live long",
    "names in copies", "names in a block", "product of sums", "blocks that nothing uses",
    "long layer name", "returns and line feeds",
}  # fmt: skip


class Outcome(NamedTuple):
    """What became of a text, and what that cost."""

    ok: bool
    codes: list[str]
    diagnostics: int
    longest: int  # characters of a message
    seconds: float
    mebibytes: float


def tried(text: str) -> Outcome:
    """What becomes of a text in this process."""
    begin = time.process_time()
    found = seqspec.check(text)
    told = [render(diagnostic, found.sources) for diagnostic in found.diagnostics]
    json.dumps([diagnostic.to_json(found.sources) for diagnostic in found.diagnostics])
    if found.graph is not None:
        render_table(found.graph)
        compile(seqspec.emit(found.graph), "<emitted>", "exec", dont_inherit=True)
        again = Graph.model_validate_json(found.graph.model_dump_json())
        assert again == found.graph
    codes = sorted({diagnostic.code.id for diagnostic in found.diagnostics})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.process_time() - begin
    return Outcome(found.ok, codes, len(told), max(map(len, told), default=0), seconds, peak)


def bounded(name: str) -> None:
    """Prints the outcome of a text, or what was raised, under the bounds. Never returns."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 10))
        print(json.dumps(tried(TEXTS[name])), flush=True)
    except BaseException:
        print(json.dumps(traceback.format_exc()[-2000:]), flush=True)
    finally:
        os._exit(0)


def serve() -> None:
    """Answers lines that name texts, each in a copy of this process: all imports are done once."""
    tried("x = in 6 -> no\ny = (")
    tried("in 6 -> dense 3")
    for line in sys.stdin:
        process = os.fork() or bounded(line.strip())
        _, status = os.waitpid(process, 0)
        if status:
            print(json.dumps(f"it ended with status {status}"), flush=True)


@cache
def server() -> subprocess.Popen[str]:
    """The process that answers this one; it knows nothing of pytest and frameworks."""
    return subprocess.Popen(
        [sys.executable, "-P", __file__, "--serve"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def outcome(name: str) -> Outcome:
    """The outcome in a process of its own. Raises `RuntimeError` with what went wrong there."""
    process = server()
    assert process.stdin
    assert process.stdout
    print(name, file=process.stdin, flush=True)
    answer = json.loads(process.stdout.readline())
    if isinstance(answer, str):
        raise RuntimeError(answer)
    return Outcome(*answer)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.bombs", description=__doc__)
    parser.add_argument("--only", choices=TEXTS, metavar="NAME", help="one of them, unbounded")
    parser.add_argument("--serve", action="store_true", help="answer names with outcomes in JSON")
    given = parser.parse_args(arguments)
    if given.serve:
        serve()
        return 0
    if given.only:
        print(tried(TEXTS[given.only]))
        return 0
    print(f"{'text':34} {'ok':5} {'diagnostics':>11} {'seconds':>8} {'MiB':>5}")
    faults, costs = 0, []
    for name in TEXTS:
        try:
            found = outcome(name)
        except RuntimeError as error:
            faults += 1
            print(f"{name:34} {error}")
            continue
        costs.append((found.seconds, found.mebibytes))
        print(
            f"{name:34} {found.ok!s:5} {found.diagnostics:11,} {found.seconds:8.1f} "
            f"{found.mebibytes:5.0f}",
            flush=True,
        )
    seconds, mebibytes = zip(*costs, strict=True)
    print(
        f"{len(TEXTS)} texts in {sum(seconds):.0f} s: {max(seconds):.1f} s and "
        f"{max(mebibytes):.0f} MiB at most, {faults} faults"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
