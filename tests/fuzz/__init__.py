"""Finds the compiler's faults: random specs, held against what must be true of every spec.

`python -m tests.fuzz --graphs N --seed S` grows N specs and asks the oracles about each; spec
number K of a seed is always the same one, and `--only K` makes it alone. `grow` writes specs out
of what the operations declare, so that a new operation is covered on the day it is declared.
"""
