"""For each code a spec that gives it, and the same spec mended: what `seqspec explain` shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Any

from seqspec.codes import Code
from seqspec.data.arrays import of
from seqspec.data.check import check_columns
from seqspec.diagnostics import Problem
from seqspec.driver import Checked, check_source
from seqspec.files import LIBRARY, library
from seqspec.limits import DEFAULT_LIMITS, Limits
from seqspec.source import Source

NAME = "example.seq"


@dataclass(frozen=True)
class Example:
    """A spec, the same without its fault, the files beside it, and bounds that make it short.

    `data` has lists of numbers that are held to the spec, as `--data` holds arrays.
    """

    faulty: str
    mended: str
    files: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = DEFAULT_LIMITS
    data: Mapping[str, Any] = field(default_factory=dict)
    mended_data: Mapping[str, Any] | None = None

    def check(self, *, mended: bool = False) -> Checked:
        """What there is to say about one of the two."""
        text = self.mended if mended else self.faulty
        checked = check_source(Source(NAME, text), read=self._read, limits=self.limits)
        data = self.data if self.mended_data is None or not mended else self.mended_data
        if not data:
            return checked
        found = check_columns(checked.needed(), {name: of(name, a) for name, a in data.items()})
        return checked.replace(diagnostics=(*checked.diagnostics, *found))

    def _read(self, asked: str, using: str) -> tuple[str, str]:
        if asked.startswith(LIBRARY):
            return library(asked)
        if asked.startswith(".."):
            raise Problem(Code.OUTSIDE_PROJECT, f"{asked} lies outside the spec's folder")
        if asked not in self.files:
            raise Problem(Code.UNREADABLE, f"there is no file {asked}")
        return asked, self.files[asked]


_BLOCKS = {"blocks.seq": "block cell(n) = lstm {n} -> dropout 0.2\n"}

EXAMPLES = {
    Code.NO_MODEL: Example("let units = 64", "let units = 64\nin 6 -> dense {units}"),
    Code.CHARACTER: Example("in 6 → dense 3", "in 6 -> dense 3"),
    Code.SYNTAX: Example("in 6 -> -> dense 3", "in 6 -> dense 3"),
    Code.UNCLOSED: Example("in 10x6 -> add _ (lstm 6", "in 10x6 -> add _ (lstm 6)"),
    Code.TOO_DEEP: Example(
        "in 6 -> ((((dense 3))))", "in 6 -> dense 3", limits=Limits(nesting=3)
    ),
    Code.TOO_LONG: Example(
        "# a comment that is much longer than the whole text may be\nin 6 -> dense 3",
        "in 6 -> dense 3",
        limits=Limits(source_characters=40),
    ),
    Code.BAD_NAME: Example(
        "myState = in 10x6\nmyState -> lstm 3", "my_state = in 10x6\nmy_state -> lstm 3"
    ),
    Code.UNKNOWN_OPERATION: Example("in 6 -> denes 3", "in 6 -> dense 3"),
    Code.UNKNOWN_NAME: Example(
        "head = in 10x6\nhead -> add _ haed", "head = in 10x6\nhead -> add _ head"
    ),
    Code.REDEFINED: Example(
        "x = in 6\nx = x -> dense 3\nx -> relu", "x = in 6\nh = x -> dense 3\nh -> relu"
    ),
    Code.RESERVED: Example(
        "shared relu = dense 3\nin 6 -> relu", "shared layer = dense 3\nin 6 -> layer"
    ),
    Code.UNKNOWN_PARAMETER: Example(
        "let units = 64\nin 6 -> dense {unit}", "let units = 64\nin 6 -> dense {units}"
    ),
    Code.PARAMETER_UNSET: Example(
        "let units\nin 6 -> dense {units}", "let units = 64\nin 6 -> dense {units}"
    ),
    Code.MANY_VALUES: Example(
        "h = in 10x6 -> (lstm 8 -> as skips) * 3\nout y = skips -> dense 3",
        "h = in 10x6 -> (lstm 8 -> as skips) * 3\nout y = add skips -> dense 3",
    ),
    Code.BLOCK_ARGUMENTS: Example(
        "block two(n, m=3) = dense {n} -> dense {m}\nin 6 -> two",
        "block two(n, m=3) = dense {n} -> dense {m}\nin 6 -> two 8",
    ),
    Code.RECURSIVE: Example(
        "block again(n) = dense {n} -> again {n}\nin 6 -> again 3", "in 6 -> (dense 3) * 2"
    ),
    Code.UNKNOWN_WORD: Example("in 10x6 -> lstm 64 both", "in 10x6 -> lstm 64 bi"),
    Code.UNKNOWN_KEY: Example("in 6 -> dense 3 bais=no", "in 6 -> dense 3 bias=no"),
    Code.MISSING_ARGUMENT: Example("in 10x6 -> lstm", "in 10x6 -> lstm 64"),
    Code.TOO_MANY_ARGUMENTS: Example("in 6 -> dense 3 4", "in 6 -> dense 3 -> dense 4"),
    Code.WRONG_KIND: Example('in 6 -> dense "3"', "in 6 -> dense 3"),
    Code.OUT_OF_RANGE: Example("in 6 -> dropout 20", "in 6 -> dropout 0.2"),
    Code.GIVEN_TWICE: Example("in 10x6 -> lstm 64 units=32", "in 10x6 -> lstm 64"),
    Code.EXPRESSION: Example(
        "let zero = 0\nin 6 -> dense {1 / zero}", "let one = 1\nin 6 -> dense {1 / one}"
    ),
    Code.BAD_COMBINATION: Example("in 10x6 -> lstm 8 bi reverse", "in 10x6 -> lstm 8 bi"),
    Code.NEEDS_SEQUENCE: Example(
        "in 10x6 -> take last -> lstm 8", "in 10x6 -> take last -> repeat 5 -> lstm 8"
    ),
    Code.SHAPES_DIFFER: Example("in 10x6 -> add _ (lstm 8)", "in 10x6 -> add _ (lstm 6)"),
    Code.WRONG_DTYPE: Example("in 10 tokens -> lstm 8", "in 10 tokens -> embed 1000 64 -> lstm 8"),
    Code.OUTSIDE: Example("in 10x6 -> take last 11", "in 10x6 -> take last 10"),
    Code.TOO_SHORT: Example("in 10x6 -> conv 8 11", "in 10x6 -> conv 8 11 same"),
    Code.RESHAPE: Example("in 10x6 -> reshape 7x8", "in 10x6 -> reshape 15x4"),
    Code.UNKNOWN_SIZE: Example(
        "in Tx6 -> flatten -> dense 3", "in Tx6 -> pool mean -> dense 3"
    ),
    Code.NO_STATE: Example("in 10x6 -> dense 3 -> final", "in 10x6 -> lstm 3 -> final"),
    Code.STATE_DIFFERS: Example(
        "enc = in 10x6 -> lstm 8\nout y = in 5x6 -> lstm 9 from=enc",
        "enc = in 10x6 -> lstm 8\nout y = in 5x6 -> lstm 8 from=enc",
    ),
    Code.NEEDS_BATCH: Example(
        "in 10x6 -> lstm 8 stateful", "in 10x6 batch=32 -> lstm 8 stateful"
    ),
    Code.WRONG_RANK: Example("in 28x28 -> conv 8 3x3", "in 28x28x1 -> conv 8 3x3"),
    Code.FLOW_IGNORED: Example(
        "side = in 6\nin 6 -> dense 6 -> add side side",
        "side = in 6\nin 6 -> dense 6 -> add _ side",
    ),
    Code.NO_FLOW: Example("lstm 64 -> dense 3", "in 10x6 -> lstm 64 -> dense 3"),
    Code.UNREAD: Example(
        "ids  = in T tokens\nreal = in Tx3 -> dense 1\n"
        "out y = ids -> mask by=real -> unmask -> embed 10 4 -> lstm 3",
        "out y = in T tokens -> embed 10 4 mask -> lstm 3",
    ),
    Code.UNKNOWN_OUTPUT: Example(
        "out level = in 6 -> dense 1\ntrain levle loss=mse",
        "out level = in 6 -> dense 1\ntrain level loss=mse",
    ),
    Code.NO_LOSS: Example(
        "in 6 -> dense 1\ntrain optimizer=sgd", "in 6 -> dense 1\ntrain loss=mse optimizer=sgd"
    ),
    Code.UNREADABLE: Example(
        'use "block.seq"\nin 10x6 -> lstm 8', 'use "blocks.seq"\nin 10x6 -> cell 8', _BLOCKS
    ),
    Code.CYCLIC_USE: Example(
        f'use "{NAME}"\nin 10x6 -> lstm 8', "in 10x6 -> lstm 8", {NAME: f'use "{NAME}"\n'}
    ),
    Code.OUTSIDE_PROJECT: Example(
        'use "../blocks.seq"\nin 10x6 -> lstm 8', 'use "blocks.seq"\nin 10x6 -> cell 8', _BLOCKS
    ),
    Code.LIMIT: Example("in 6 -> (dense 6) * 50000", "in 6 -> (dense 6) * 5"),
    Code.NO_ARRAY: Example(
        "words = in 4\nspeed = in 2\nconcat words speed -> dense 1",
        "words = in 4\nwords -> dense 1",
        data={"words": [[1, 2, 3, 4]]},
    ),
    Code.ARRAY_KIND: Example(
        "in 2 -> dense 1",
        "in 2 -> dense 1",
        data={"x": [["a", "b"]]},
        mended_data={"x": [[0, 1]]},
    ),
    Code.ARRAY_SHAPE: Example(
        "in 3x1 -> lstm 2", "in 3x2 -> lstm 2", data={"x": [[[1, 2], [3, 4], [5, 6]]]}
    ),
    Code.ARRAY_LENGTH: Example(
        "in 2 -> dense 1\ntrain loss=mse",
        "in 2 -> dense 1\ntrain loss=mse",
        data={"x": [[1, 2], [3, 4]], "y": [1]},
        mended_data={"x": [[1, 2], [3, 4]], "y": [1, 0]},
    ),
    Code.ARRAY_IDS: Example(
        "in T tokens -> embed 100 8", "in T tokens -> embed 101 8", data={"x": [[7, 100, 3]]}
    ),
    Code.ARRAY_NUMBERS: Example(
        "in 3x1 -> lstm 2", "in 3x1 -> mask nan -> lstm 2", data={"x": [[[1.5], [nan], [2.5]]]}
    ),
    Code.TARGET_SHAPE: Example(
        "in 2 -> dense 1\ntrain loss=mse",
        "in 2 -> dense 3\ntrain loss=mse",
        data={"x": [[1, 2]], "y": [[3, 4, 5]]},
    ),
    Code.TARGET_VALUES: Example(
        "in 2 -> dense 2 softmax\ntrain loss=sparse",
        "in 2 -> dense 3 softmax\ntrain loss=sparse",
        data={"x": [[1, 2]], "y": [2]},
    ),
    Code.UNREAD_ARRAY: Example(
        "in 2 -> dense 1",
        "in 2 -> dense 1",
        data={"x": [[1, 2]], "weight": [1]},
        mended_data={"x": [[1, 2]]},
    ),
    Code.UNUSED: Example(
        "spare = in 4 -> relu\nout y = in 6 -> dense 5", "out y = in 6 -> dense 5"
    ),
    Code.MASK_LOST: Example(
        "in 10x6 -> mask 0 -> flatten -> dense 3", "in 10x6 -> mask 0 -> pool mean -> dense 3"
    ),
    Code.HALF_READ: Example(
        "in 10x6 -> lstm 8 bi -> take last", "in 10x6 -> lstm 8 bi -> final"
    ),
    Code.PROBABILITIES: Example(
        "in 6 -> dense 3\ntrain loss=sparse optimizer=adam",
        "in 6 -> dense 3\ntrain loss=sparse logits=yes optimizer=adam",
    ),
    Code.ONE_CLASS: Example("in 6 -> dense 1 softmax", "in 6 -> dense 1 sigmoid"),
    Code.ONE_STEP: Example("in 1x6 -> attend heads=2", "in 10x6 -> attend heads=2"),
    Code.LIFTED: Example("in 6 -> lstm 8", "in 6x1 -> lstm 8"),
    Code.LEFT_OUT: Example(
        "h = in 5 -> (dense 5 -> as k -> dense 5) * 2\nout y = add k",
        "h = in 5 -> (dense 5 -> as k) * 2\nout y = add k",
    ),
}  # fmt: skip
