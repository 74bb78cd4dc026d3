"""The pictures of the gallery in `docs/pictures/`; `pytest --update-golden` makes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.geometry import faults
from golden import compare
from test_gallery import FACTS, SPECS

from seqspec import UsageError, driver
from seqspec.draw import picture

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
LARGEST = 40_000  # bytes
PAGE = PICTURES / "README.md"


def target(path: str) -> Path:
    return PICTURES / Path(path).with_suffix(".svg")


@pytest.mark.parametrize("path", sorted(FACTS))
def test_the_picture_of_a_spec(path: str, update: bool) -> None:
    checked = driver.check(SPECS / path)
    spec = checked.sources[0].text
    svg = picture(driver.optimized(checked.needed(), 1), spec=spec)
    target(path).parent.mkdir(parents=True, exist_ok=True)
    compare(target(path), svg, update=update)
    assert len(svg) < LARGEST
    assert faults(svg) == []


@pytest.mark.parametrize("path", sorted(FACTS))
def test_other_pictures_of_a_spec(path: str) -> None:
    """As it is written, and in the other way."""
    written = driver.check(SPECS / path).needed()
    assert faults(picture(written)) == []
    assert faults(picture(written, "graph")) == []
    try:
        svg = picture(written, "unrolled")
    except UsageError:
        return
    assert faults(svg) == []


def test_the_page_of_pictures(update: bool) -> None:
    lines = ["# The gallery in pictures", "", "Drawn by `seqspec draw`.", ""]
    group = ""
    for path in sorted(FACTS):
        if path.partition("/")[0] != group:
            group = path.partition("/")[0]
            lines += [f"## {group.replace('_', ' ')}", ""]
        first = (SPECS / path).read_text(encoding="utf-8").partition("\n")[0]
        name = Path(path).with_suffix("")
        lines += [f"[{name}](../../specs/{path}): {first.lstrip('# ')}", ""]
        lines += [f"![{name}]({name}.svg)", ""]
    compare(PAGE, "\n".join(lines), update=update)


def test_there_are_no_others() -> None:
    found = {path for path in PICTURES.rglob("*") if path.is_file()}
    assert found == {PAGE, *(target(path) for path in FACTS)}
