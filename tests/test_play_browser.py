"""The playground in a browser, as people use it: headless Chromium, where it is installed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import seqspec
from seqspec.play import Desk, listen
from seqspec.source import Source

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "playground"
FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SPEC = "in 10x6 -> lstm 8 -> take last 3"
WIDE, LOW = {"width": 1120, "height": 620}, {"width": 360, "height": 900}
CONTRASTS = (Path(__file__).parent / "contrasts.js").read_text(encoding="utf-8")

sync_api.expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a page that begins with the README's first spec."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    spec = text.partition("```seq\n")[2].partition("```")[0]
    with listen(Desk(Source("trend.seq", spec))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


class Pages:
    """Makes pages, and knows what went wrong in them."""

    def __init__(self, browser: Any, url: str) -> None:
        self.browser, self.url = browser, url
        self.faults: list[str] = []
        self.requests: list[str] = []

    def open(self, fragment: str = "", **settings: Any) -> Any:
        """A page in a profile of its own, when its first answer is there."""
        context = self.browser.new_context(**{"viewport": WIDE, **settings})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: self.faults.append(message.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(self.url + fragment)
        answered(page)
        return page


@pytest.fixture
def pages(browser: Any, url: str) -> Iterator[Pages]:
    made = Pages(browser, url)
    yield made
    for context in browser.contexts:
        context.close()
    assert made.faults == []
    assert made.requests
    own = (url, f"blob:{url.rsplit('/', 2)[0]}")
    assert [address for address in made.requests if not address.startswith(own)] == []


def expect(thing: Any) -> Any:
    return sync_api.expect(thing)


def answered(page: Any) -> None:
    expect(page.locator("#verdict")).not_to_be_empty()


def text_of(page: Any) -> str:
    return str(page.locator("#text").input_value())


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.className"))


def write(page: Any, text: str) -> None:
    """Another text in place of the one that is there, at once."""
    page.locator("#text").focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


class TestByKeyboardAlone:
    def test_from_an_error_to_a_picture(self, pages: Pages) -> None:
        page = pages.open()
        assert focused(page) == "text"
        page.keyboard.press("Control+A")
        page.keyboard.type("in 10x6 -> lstm 8\n  -> tak last 3")
        expect(page.locator("#verdict")).to_have_text("1 error")
        problem = page.locator("#problems li")
        expect(problem).to_contain_text("--> trend.seq:2:6")
        drawn = problem.locator("pre").inner_text().splitlines()
        assert drawn[3].index("tak") == drawn[4].index("^^^")
        expect(page.locator("#marks .error")).to_have_text("tak")
        expect(page.locator("#told")).to_have_text("1 error. error[E101]: there is no operation or "
                                                   "value `tak`")  # fmt: skip
        assert page.locator("#text").get_attribute("aria-invalid") == "true"
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        assert focused(page) == "place"
        page.keyboard.press("Enter")
        selection = "[document.activeElement.selectionStart, document.activeElement.selectionEnd]"
        assert page.evaluate(selection) == [23, 26]
        page.keyboard.type("take")
        expect(page.locator("#verdict")).to_have_text("output (3, 8), 480 parameters")
        expect(page.locator("#problems li")).to_have_count(0)
        assert page.locator("#text").get_attribute("aria-invalid") == "false"
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        assert focused(page) == "tab-layers"
        for tab in ("tab-unrolled", "tab-graph"):
            page.keyboard.press("ArrowRight")
            assert focused(page) == tab
            shown(page, page.locator(f"#{tab.removeprefix('tab-')} img"))
        page.keyboard.press("End")
        assert focused(page) == "tab-source"
        expect(page.locator("#source pre")).to_contain_text("layers.LSTM(8")
        page.keyboard.press("ArrowRight")
        assert focused(page) == "tab-layers"
        page.keyboard.press("Tab")
        assert focused(page) == "layers"
        expect(page.locator("#layers")).to_be_visible()
        expect(page.locator("#source")).to_be_hidden()

    def test_a_fix_is_written_and_taken_back(self, pages: Pages) -> None:
        page = pages.open()
        write(page, "in 6 -> denes 3")
        page.get_by_role("button", name="Write dense").press("Enter")
        expect(page.locator("#verdict")).to_have_text("output (3), 21 parameters")
        assert (text_of(page), focused(page)) == ("in 6 -> dense 3", "text")
        page.keyboard.press("Control+Z")
        expect(page.locator("#verdict")).to_have_text("1 error")
        assert text_of(page) == "in 6 -> denes 3"

    def test_settings_and_level(self, pages: Pages) -> None:
        page = pages.open()
        write(page, "let n\nin Tx6 -> lstm {n} -> conv 2 3 same -> take last")
        expect(page.locator("#verdict")).to_have_text("1 error")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Shift+Tab")
        assert focused(page) == "settings"
        page.keyboard.type("n=4 -D T=10 k=1")
        expect(page.locator("#verdict")).to_contain_text("-D k: the spec has no parameter or")
        settings = page.locator("#settings")
        expect(settings).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#text")).to_have_attribute("aria-invalid", "false")
        expect(page.locator("#problems li")).to_have_count(0)
        for _ in range(4):
            page.keyboard.press("Backspace")
        expect(page.locator("#verdict")).to_have_text("output (2), 202 parameters")
        expect(settings).to_have_attribute("aria-invalid", "false")
        expect(page.locator("#layers thead")).to_contain_text("steps")
        page.keyboard.press("Tab")
        assert focused(page) == "level"
        page.keyboard.press("ArrowDown")
        expect(page.locator("#layers thead")).not_to_contain_text("steps")
        expect(page.locator("#layers .totals")).not_to_contain_text("as written")
        page.get_by_role("tab", name="Keras").click()
        expect(page.locator("#source pre")).to_contain_text("shape=(10, 6)")

    def test_tab_indents_and_there_are_two_ways_out(self, pages: Pages) -> None:
        page = pages.open()
        write(page, "in 6\n")
        page.keyboard.press("Tab")
        page.keyboard.type("-> dense 3")
        assert text_of(page) == "in 6\n  -> dense 3"
        page.keyboard.press("Shift+Tab")
        assert focused(page) == "level"
        page.keyboard.press("Tab")
        assert focused(page) == "text"
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowLeft")  # Escape holds for the next key alone
        page.keyboard.press("Tab")
        assert text_of(page) == "in 6\n  -> dense   3"

    def test_every_control_is_reached_and_has_a_name_and_a_ring(self, pages: Pages) -> None:
        page = pages.open()
        write(page, "in 6 -> denes 3")
        expect(page.locator("#problems li")).to_have_count(1)
        page.keyboard.press("Shift+Tab")
        reached = {focused(page)}
        for _ in range(6):
            page.keyboard.press("Shift+Tab")
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring == "solid"
            reached.add(focused(page))
        assert reached == {
            "examples", "copy-link", "copy-spec", "save-seq", "save-keras", "settings", "level",
        }  # fmt: skip
        tree = page.locator("body").aria_snapshot()
        for line in ('heading "seqspec play"', 'combobox "Example"', 'textbox "Spec"', "status",
                     'textbox "Settings"', 'combobox "Level"',
                     'button "Copy link"', 'tab "Layers" [selected]', 'tabpanel "Layers"',
                     'list "Errors, warnings and notes"'):  # fmt: skip
            assert line in tree, tree


class TestPage:
    def test_shapes_stand_behind_lines(self, pages: Pages) -> None:
        page = pages.open("#spec=")
        write(page, "x = in 10x6\ny = x -> lstm 8\n")
        expect(page.locator("#paint .shape")).to_have_text(["  (10, 6)", "  (10, 8)"])
        expect(page.locator("#numbers")).to_have_text("1\n2\n3")
        expect(page.locator("#paint .operation")).to_have_text(["in", "lstm"])

    def test_what_was_right_stays_while_there_are_errors(self, pages: Pages) -> None:
        page = pages.open()
        write(page, f"{SPEC} -> nothing")
        expect(page.locator("#layers .note")).to_have_text("From before the errors:")
        expect(page.locator("#layers tbody tr")).to_have_count(11)
        page.get_by_role("tab", name="Graph").click()
        expect(page.locator("#graph")).to_have_text("The spec has errors.")

    def test_an_example_is_opened(self, pages: Pages) -> None:
        page = pages.open()
        page.locator("#examples").focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#text")).to_have_value(
            (ROOT / "specs/origin/answer_many_to_many.seq").read_text(encoding="utf-8")
        )
        assert focused(page) == "examples"
        page.locator("#examples").select_option("convolution/wavenet")
        expect(page.locator("#verdict")).to_contain_text("wave (")
        page.locator("#text").press("Control+Z")
        page.locator("#text").press("Control+Z")
        assert "let units = 64" in text_of(page)

    def test_a_link_holds_the_spec(self, pages: Pages) -> None:
        text = "# 🎻 für alle\nin 10x6 -> gru 3\n"
        page = pages.open()
        page.locator("#text").fill(text)
        page.get_by_role("button", name="Copy link").click()
        expect(page.locator("#said")).to_have_text("Copied a link to the spec.")
        link = page.evaluate("navigator.clipboard.readText()")
        assert link.startswith(f"{pages.url}#spec=")
        followed = pages.open(link.removeprefix(pages.url))
        assert text_of(followed) == text
        followed.evaluate("location.hash = '#spec=aW4gMw'")
        expect(followed.locator("#text")).to_have_value("in 3")
        followed.evaluate("location.hash = '#spec=%%%'")
        expect(followed.locator("#said")).to_have_text("The link is damaged: it holds no spec.")
        page.locator("#text").fill("")
        page.locator("#text").press("Control+V")
        assert text_of(page) == text
        assert not [address for address in pages.requests if "spec=" in address.partition("#")[0]]

    def test_a_link_holds_what_is_set(self, pages: Pages) -> None:
        page = pages.open()
        page.locator("#settings").fill("units=16 T={2 * 6}")
        page.locator("#level").select_option("0")
        page.get_by_role("button", name="Copy link").click()
        link = page.evaluate("navigator.clipboard.readText()")
        followed = pages.open(link.removeprefix(pages.url))
        expect(followed.locator("#settings")).to_have_value("units=16 T={2 * 6}")
        expect(followed.locator("#level")).to_have_value("0")
        expect(followed.locator("#verdict")).to_have_text(
            "level (1), path (3, 8), 5,673 parameters"
        )
        followed.wait_for_url("**&settings=units%3D16+T%3D%7B2+*+6%7D&level=0")
        followed.reload()
        expect(followed.locator("#settings")).to_have_value("units=16 T={2 * 6}")
        followed.evaluate("location.hash = '#spec=aW4gMw'")
        expect(followed.locator("#text")).to_have_value("in 3")
        expect(followed.locator("#settings")).to_have_value("")
        expect(followed.locator("#level")).to_have_value("1")
        expect(followed.locator("#verdict")).to_have_text("output (3), 0 parameters")
        followed.locator("#settings").fill("T=3")
        followed.locator("#examples").select_option("origin/one_to_one")
        expect(followed.locator("#settings")).to_have_value("")

    def test_the_page_that_is_loaded_again_has_the_text(self, pages: Pages) -> None:
        page = pages.open()
        write(page, SPEC)
        expect(page.locator("#verdict")).to_have_text("output (3, 8), 480 parameters")
        page.wait_for_url("**#spec=aW4g*")
        page.reload()
        answered(page)
        assert text_of(page) == SPEC

    def test_files_are_saved(self, pages: Pages, tmp_path: Path) -> None:
        page = pages.open()
        write(page, SPEC)
        for name, kind in (("Save .seq", "seq"), ("Save .keras", "keras")):
            with page.expect_download() as download:
                page.get_by_role("button", name=name).press("Enter")
            assert download.value.suggested_filename == f"trend.{kind}"
            download.value.save_as(tmp_path / f"trend.{kind}")
        assert (tmp_path / "trend.seq").read_text() == SPEC
        from keras.saving import load_model

        assert load_model(tmp_path / "trend.keras").output_shape == (None, 3, 8)
        write(page, "in 6 -> denes 3")
        page.get_by_role("button", name="Save .keras").press("Enter")
        expect(page.locator("#said")).to_have_text("the spec has errors")
        assert pages.faults.pop().startswith("Failed to load resource")

    def test_the_source_is_copied(self, pages: Pages) -> None:
        page = pages.open()
        write(page, SPEC)
        page.get_by_role("tab", name="Keras").click()
        page.locator("#source").get_by_role("button", name="Copy").click()
        expect(page.locator("#said")).to_have_text("Copied the source.")
        assert page.evaluate("navigator.clipboard.readText()") == seqspec.emit(SPEC).replace(
            "`model`", "`trend`"
        ).replace('name="model"', 'name="trend"')

    def test_an_answer_that_comes_too_late_is_dropped(self, pages: Pages) -> None:
        page = pages.open()
        held: list[Any] = []
        page.route("**/check", lambda route: held.append(route) if not held else route.continue_())
        write(page, "in 6 -> denes 3")
        page.wait_for_timeout(50)
        while not held:
            page.wait_for_timeout(50)
        write(page, SPEC)
        expect(page.locator("#verdict")).to_have_text("output (3, 8), 480 parameters")
        late = {"ok": False, "verdict": "too late", "problems": [], "shapes": [], "table": None}
        held[0].fulfill(body=json.dumps(late))
        page.wait_for_timeout(300)
        expect(page.locator("#verdict")).to_have_text("output (3, 8), 480 parameters")

    def test_texts_are_shown_and_never_obeyed(self, pages: Pages) -> None:
        page = pages.open()
        hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
        write(page, f"in 6 -> dense 3 # {hostile}\nin 6 -> {hostile}")
        expect(page.locator("#problems")).to_contain_text("onerror")
        write(page, f"# {hostile}\nin 6 -> dense 3")
        for view in ("Graph", "Keras"):
            page.get_by_role("tab", name=view).click()
            expect(page.locator("[role=tabpanel]:not([hidden]) :is(img, pre)")).to_be_visible()
        assert page.title() == "seqspec play"
        assert page.locator("body img").count() == 1
        assert page.locator("script").count() == 1

    def test_a_server_that_has_ended_is_told(self, pages: Pages) -> None:
        page = pages.open()
        page.route("**/check", lambda route: route.abort())
        write(page, SPEC)
        expect(page.locator("#verdict")).to_contain_text("`seqspec play` has ended")
        assert text_of(page) == SPEC
        assert pages.faults.pop().startswith("Failed to load resource")


class TestLooks:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_all_text_has_contrast(self, pages: Pages, scheme: str) -> None:
        page = pages.open(color_scheme=scheme)
        page.get_by_role("tab", name="Keras").click()
        expect(page.locator("#source pre")).to_contain_text("import keras")
        found = page.evaluate(CONTRASTS)
        text = (
            'use "x.seq" # what\nlet n = 1\nin 6 -> denes {n}\nin 6 -> take last\nin 6 -> dense 3'
        )
        write(page, text)
        expect(page.locator("#problems li")).not_to_have_count(0)
        found += page.evaluate(CONTRASTS)
        assert len(found) > 100
        assert [(ratio, what) for ratio, what in found if ratio < 4.5] == []

    @pytest.mark.parametrize("width", [320, 560, 640, 1120])
    def test_nothing_is_cut_off_when_it_is_narrow_or_enlarged(
        self, pages: Pages, width: int
    ) -> None:
        page = pages.open(viewport={"width": width, "height": 600})
        write(page, f"{SPEC} -> {'nothing' * 30}")
        expect(page.locator("#problems li")).to_have_count(1)
        for tab in page.get_by_role("tab").all():
            tab.click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        (spec, result) = (page.locator(f".{name}").bounding_box() for name in ("spec", "result"))
        assert (spec["x"] == result["x"]) == (width < 960)

    def test_the_caret_stays_in_sight(self, pages: Pages) -> None:
        """The textarea is as large as its text; what scrolls is around it."""
        page = pages.open()
        write(page, "".join(f"# {n}\n" for n in range(80)))
        page.keyboard.insert_text("x" * 200)
        page.keyboard.type("yz")
        sheet, editor = (page.locator(f".{name}").bounding_box() for name in ("sheet", "editor"))
        assert sheet["y"] < editor["y"]
        assert sheet["x"] < editor["x"]
        assert sheet["y"] + sheet["height"] <= editor["y"] + editor["height"] + 300
        page.keyboard.press("Control+Home")
        assert page.locator(".editor").evaluate("(e) => e.scrollTop") < 20

    def test_the_pictures_of_the_readme(self, request: pytest.FixtureRequest, update: bool) -> None:
        if not update:
            for name in ("light", "dark", "narrow"):
                assert (PICTURES / f"{name}.png").read_bytes().startswith(b"\x89PNG")
                assert f"docs/playground/{name}.png" in (ROOT / "README.md").read_text(
                    encoding="utf-8"
                )
            return
        pages = request.getfixturevalue("pages")
        page = pages.open()
        take(page, "light")
        page = pages.open(color_scheme="dark")
        page.get_by_role("tab", name="Unrolled").click()
        page.locator("#text").fill("# many to many, shorter\nin 6x1 -> lstm 1 -> take last 3\n")
        shown(page, page.locator("#unrolled img"))
        expect(page.locator("#verdict")).to_contain_text("(3, 1)")
        take(page, "dark")
        page = pages.open(viewport=LOW)
        page.locator("#text").fill("in 10x6 -> take last\n  -> lstm 8\n")
        expect(page.locator("#problems li")).to_have_count(1)
        take(page, "narrow")


def shown(page: Any, image: Any) -> None:
    """Waits until a picture is there and drawn, and says what it shows."""
    expect(image).to_be_visible()
    assert image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 100
    assert "(" in image.get_attribute("alt")


def take(page: Any, name: str) -> None:
    page.locator("#text").evaluate(
        "(area) => { area.blur(); area.style.caretColor = 'transparent'; }"
    )
    file = PICTURES / f"{name}.png"
    page.screenshot(path=file)
    assert file.stat().st_size < 120_000
