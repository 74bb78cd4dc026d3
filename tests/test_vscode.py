"""The extension in a real VS Code, in a browser: `VSCODE_SERVER` is its `server-main.js`.

CONTRIBUTING.md says where that is to be had; without it, these tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SERVER = os.environ.get("VSCODE_SERVER", "")
ROOT = Path(__file__).parents[1]
EXTENSION = ROOT / "editors" / "vscode"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    not (SERVER and CHROMIUM), reason="needs VSCODE_SERVER and Chromium"
)
sync_api = pytest.importorskip("playwright.sync_api")

FAULTY = "# wrong\nmyIn = in 10x6\nout y = myIn->lsmt 64 -> take last -> dense 1\n"
COMMAND = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "seqspec", "lsp"]


class Code:
    """VS Code with the extension, and a folder that holds one spec."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.work = folder, folder / "work"
        self.work.mkdir()
        self.arguments = [
            "node", SERVER, "--accept-server-license-terms", "--without-connection-token",
            "--extensions-dir", str(folder / "extensions"),
            "--server-data-dir", str(folder / "data"),
        ]  # fmt: skip

    def install(self, command: list[str]) -> None:
        subprocess.run(["npm", "run", "package"], cwd=EXTENSION, check=True, capture_output=True)
        package = str(EXTENSION / "seqspec.vsix")
        subprocess.run(
            [*self.arguments, "--install-extension", package], check=True, capture_output=True
        )
        settings = self.folder / "data" / "data" / "Machine" / "settings.json"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps({"seqspec.command": command}))

    def serve(self) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        with subprocess.Popen(
            [*self.arguments, "--host", "127.0.0.1", "--port", port],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ) as process:  # fmt: skip
            assert process.stdout
            assert any("Extension host agent listening" in line for line in process.stdout)
            url = f"http://127.0.0.1:{port}/"
            assert urllib.request.urlopen(url).status == 200
            yield f"{url}?folder={self.work}"
            process.terminate()


@pytest.fixture(params=[COMMAND], ids=["server"])
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    code = Code(tmp_path)
    code.install(request.param)
    (code.work / "a.seq").write_text(FAULTY)
    for url in code.serve():
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--disable-gpu"])
            page = browser.new_page(viewport={"width": 1300, "height": 800})
            page.set_default_timeout(60_000)
            page.goto(url)
            page.get_by_role("button", name="Yes, I trust the authors").click()
            page.get_by_role("treeitem", name="a.seq").dblclick()
            yield page
            browser.close()


LINES = """() => [...document.querySelectorAll(".editor-instance .view-line")]
  .sort((a, b) => a.getBoundingClientRect().y - b.getBoundingClientRect().y)
  .map((line) => line.innerText.replaceAll("\\u200a", "").replaceAll("\\xa0", " ").trimEnd())"""


def lines(page: Any) -> list[str]:
    """What the editor shows, shapes included, without the hair spaces around those."""
    return list(page.evaluate(LINES))


def until(page: Any, expected: list[str]) -> None:
    """Waits for lines, and tells what the editor has when they do not come."""
    for _ in range(200):
        if lines(page)[: len(expected)] == expected:
            return
        page.wait_for_timeout(200)
    assert lines(page) == expected


def go(page: Any, place: str) -> None:
    page.keyboard.press("Control+G")
    page.locator(".quick-input-box input").fill(f":{place}")
    page.keyboard.press("Enter")
    page.locator(".editor-instance .native-edit-context, .editor-instance textarea").first.focus()


def command(page: Any, name: str) -> None:
    page.keyboard.press("F1")
    page.locator(".quick-input-box input").fill(f">{name}")
    page.locator(".quick-input-list .monaco-list-row").first.wait_for()
    page.keyboard.press("Enter")


def test_from_errors_to_shapes(page: Any) -> None:
    errors = page.locator(".squiggly-error")
    sync_api.expect(errors).to_have_count(2, timeout=60_000)
    go(page, "2:2")
    page.keyboard.press("Control+.")
    page.get_by_text("Write `my_in`, in 2 places").wait_for()
    page.keyboard.press("Enter")
    until(page, ["# wrong", "my_in = in 10x6(10, 6)",
                 "out y = my_in(10, 6)->lsmt 64 -> take last -> dense 1"])  # fmt: skip
    command(page, "Fix All")
    shaped = "my_in(10, 6)->lstm 64(10, 64) -> take last(64) -> dense 1(1)"
    until(page, ["# wrong", "my_in = in 10x6(10, 6)", f"out y = {shaped}"])
    sync_api.expect(errors).to_have_count(0, timeout=60_000)
    command(page, "Format Document")
    shaped = shaped.replace(")->", ") -> ")
    until(page, ["# wrong", "my_in = in 10x6(10, 6)", f"out y = {shaped}"])
    go(page, "2:2")
    page.keyboard.press("F2")
    page.locator(".rename-box input").fill("given")
    page.keyboard.press("Enter")
    shaped = shaped.replace("my_in", "given")
    until(page, ["# wrong", "given = in 10x6(10, 6)", f"out y = {shaped}"])
    command(page, "seqspec: Restart the language server")
    go(page, "4:1")
    page.keyboard.type("out z = given -> ls")
    page.locator(".suggest-widget .monaco-list-row", has_text="lstm").first.wait_for()


@pytest.mark.parametrize("page", [["seqspec-that-is-not-there", "lsp"]], indirect=True)
def test_what_is_missing_is_told(page: Any) -> None:
    told = page.locator(".notification-list-item", has_text="pip install")
    sync_api.expect(told).to_contain_text(
        "`seqspec-that-is-not-there` does not start", timeout=60_000
    )
    assert "undefined" not in told.inner_text()
