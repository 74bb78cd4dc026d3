"""The bounds that keep untrusted text from hanging the compiler or exhausting memory."""

from __future__ import annotations

from seqspec.record import Record, option


class Limits(Record):
    """What one spec may ask for. Every bound is settable from Python; the defaults are generous."""

    source_characters: int = option(1_000_000, "characters of a spec and of what it uses, together")
    nesting: int = option(
        40, "groups, blocks and chains inside operations, one in the other; and in an expression "
        "signs, powers and parentheses"
    )  # fmt: skip
    expression_characters: int = option(500, "characters of what stands in `{ }`")
    number: int = option(10**12, "the largest number that a parameter or an expression may be")
    nodes: int = option(20_000, "operations, when all blocks and copies are written out")
    inputs: int = option(100_000, "values that the operations read, all together")
    depth: int = option(900, "operations one behind the other: plain Keras loads no more")
    axes: int = option(6, "axes of a value; TensorFlow's kernels take no more for every operation")
    size: int = option(10**9, "numbers that a value holds for a sample")
    parameters: int = option(
        2 * 10**9, "numbers that the weights hold, all together; counted before anything is built"
    )
    config_characters: int = option(50_000_000, "bytes of a saved model's config")
    use_depth: int = option(20, "files that use each other, one behind the other")
    errors: int = option(1_000, "errors that are told in one run")


DEFAULT_LIMITS = Limits()
