"""Numbers of a text written another way: as parameters, with `{i}`, with `let`."""

from __future__ import annotations

import re
from random import Random

_NUMBER = re.compile(r"(?<=[ =x])[1-9](?=$|[ )x\n])")  # an argument, or a size of a shape


def _one(random: Random, text: str) -> re.Match[str] | None:
    found = [*_NUMBER.finditer(text)]
    return random.choice(found) if found else None


def _put(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def with_parameter(random: Random, text: str, forms: tuple[str, ...]) -> str:
    """One number in one of the forms, as `{i + 3}` for 3."""
    match = _one(random, text)
    return _put(text, match, random.choice(forms) % int(match.group())) if match else text


def parametrised(random: Random, text: str, name: str) -> tuple[str, int]:
    """One number as a parameter, and the value that it must have; any value where there is none."""
    match = _one(random, text)
    if match is None:
        return text, 1
    number = int(match.group())
    if random.random() < 0.3:
        return _put(text, match, f"{{{name} + 1}}"), number - 1
    return _put(text, match, f"{{{name}}}"), number


def with_let(random: Random, lines: list[str]) -> list[str]:
    """Sometimes a `let` for a number of one of the lines."""
    if random.random() > 0.25:
        return lines
    place = random.randrange(len(lines))
    if lines[place].startswith(("block", "shared")):
        return lines
    match = _one(random, lines[place])
    if match is None:
        return lines
    number = int(match.group())
    form, value = random.choice(
        (("{n0}", number), ("{n0 - 1}", number + 1), ("{n0 * 2 // 2}", number))
    )
    changed = [*lines]
    changed[place] = _put(lines[place], match, form)
    return [f"let n0 = {value}", *changed]
