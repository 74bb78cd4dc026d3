"""The playground: what its page is told about texts, and the command that serves it."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from interrupt import heed
from playing import SPEC, ask, post, serving
from test_readme import shown_below

import seqspec
from seqspec.diagnostics import UsageError, render
from seqspec.play import Desk, Question, Server, desk, listen
from seqspec.play.desk import LIMITS, examples
from seqspec.source import Source
from seqspec.table import render_table


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


class TestAnswers:
    def test_a_fault_is_as_the_terminal_shows_it(self, server: Server) -> None:
        text = "let n = 3\nin 6 -> denes {n}"
        found = post(server, "check", text)
        checked = seqspec.check(text)
        assert [p["text"] for p in found["problems"]] == [
            render(d, checked.sources) for d in checked.diagnostics
        ]
        assert found["problems"][0]["place"] == {"start": 18, "end": 23}
        assert found["problems"][0]["fixes"] == [{"start": 18, "end": 23, "text": "dense"}]
        assert (found["ok"], found["verdict"], found["table"]) == (False, "1 error", None)

    def test_places_are_counted_as_browsers_count(self, server: Server) -> None:
        (problem,) = post(server, "check", "# 🎻🎻\nin 6 -> denes 3")["problems"]
        assert problem["place"]["start"] == len("# 🎻🎻\nin 6 -> ".encode("utf-16-le")) // 2

    def test_a_fault_in_another_file_is_marked_where_that_is_used(self, tmp_path: Path) -> None:
        (tmp_path / "blocks.seq").write_text("block b(n) = lstm 8 -> dense {n}\n")
        (tmp_path / "main.seq").write_text('use "blocks.seq"\r\nin 5 -> dense 3 -> b 4\r\n')
        with serving(desk(str(tmp_path / "main.seq"))) as server:
            start = json.loads(ask(server, "GET", "start")[1])
            assert (start["stem"], "\r" in start["text"]) == ("main", False)
            (problem,) = post(server, "check", start["text"])["problems"]
            assert problem["place"] == {"start": start["text"].index("b 4"), "end": 39}
            outside = post(server, "check", 'use "../../blocks.seq"')["problems"][0]["text"]
            assert "lies outside" in outside

    def test_without_a_file_no_file_is_read(self, server: Server) -> None:
        found = post(server, "check", 'use "README.md"\nin 6 -> dense 3')
        assert "a text that stands in no file can use no file" in found["problems"][0]["text"]
        library = 'use "std/transformer.seq"\nin 6x4 -> post_norm_encoder 4 2 8'
        assert post(server, "check", library)["ok"]

    def test_the_shape_stands_behind_each_line(self, server: Server) -> None:
        text = "block b(n) = dense {n} # 🎻\nin 10x6\n  -> b 3 -> b 4\n  -> nothing\n  -> b 5"
        found = post(server, "check", text)
        assert found["shapes"] == [
            {"at": len("block b(n) = dense {n} # 🎻") + 1, "text": "(10, 3) | (10, 4)"},
            {"at": text.index("\n  -> b 3") + 1, "text": "(10, 6)"},
            {"at": text.index("\n  -> nothing") + 1, "text": "(10, 4)"},
        ]

    def test_the_table_is_that_of_show(self, server: Server) -> None:
        table = post(server, "check", SPEC)["table"]
        checked = seqspec.check(SPEC)
        shown = render_table(checked.built(1), checked.needed())
        cells = [cell for row in (table["head"], *table["rows"]) for cell in row]
        assert re.sub(r"[\s─]+", "", shown) == re.sub(
            r"\s+", "", f"model model{''.join(cells)}{table['totals']}"
        )

    def test_pictures_are_drawings_with_words(self, server: Server) -> None:
        for kind in ("unrolled", "graph"):
            found = post(server, kind, SPEC)
            assert ElementTree.fromstring(found["svg"]).tag.endswith("svg")
            assert "(3, 8)" in found["words"]
        status, body, _ = ask(server, "POST", "unrolled", "in 9" + " -> dense 3" * 90)
        assert (status, b"cannot be unrolled" in body) == (422, True)

    def test_the_source_is_that_of_emit(self, server: Server) -> None:
        assert post(server, "source", SPEC)["text"] == seqspec.emit(SPEC)

    def test_the_file_is_that_of_save(self, server: Server, tmp_path: Path) -> None:
        status, body, headers = ask(server, "POST", "keras", SPEC)
        seqspec.save(SPEC, tmp_path / "model.keras")
        assert (status, headers["Content-Type"]) == (200, "application/octet-stream")
        assert body == (tmp_path / "model.keras").read_bytes()

    def test_what_is_set_is_that_of_the_command(self, server: Server, tmp_path: Path) -> None:
        spec = "let act\nlet n = 2\nin Tx6 -> lstm {n} -> conv 2 3 {act} same -> take last"
        settings = {"act": "tanh", "n": "{2 * 3}", "T": "10"}
        given = "act=tanh  -D n={2 * 3} -DT=10"
        graph = seqspec.parse(spec, settings)
        for level in (0, 1):
            asked = {"settings": given, "level": str(level)}
            source = post(server, "source", spec, **asked)["text"]
            assert source == seqspec.emit(graph, optimize=level)
            totals = post(server, "check", spec, **asked)["table"]["totals"]
            assert totals in render_table(seqspec.check(spec, settings).built(level), graph)
            _, body, _ = ask(server, "POST", f"keras?{urlencode(asked)}", spec)
            seqspec.save(spec, tmp_path / "model.keras", settings, optimize=level)
            assert body == (tmp_path / "model.keras").read_bytes()

    def test_strings_and_braces_may_have_blanks(self) -> None:
        assert Question("", 'a="b c" d={1 + 2}').named == {"a": '"b c"', "d": "{1 + 2}"}

    @pytest.mark.parametrize("given", ["k=1", "n", "n=", "n=(", "T=0", "=", "n=1e99", "\0=\0"])
    def test_what_cannot_be_set(self, server: Server, given: str) -> None:
        spec = "let n = 2\nin Tx6 -> lstm {n}"
        found = post(server, "check", spec, settings=given)
        assert (found["ok"], found["set"], found["table"]) == (False, False, None)
        assert found["verdict"].startswith("-D ")
        status, body, _ = ask(server, "POST", f"source?{urlencode({'settings': given})}", spec)
        assert (status, body.decode()) == (422, found["verdict"])

    def test_a_file_that_is_too_large_for_a_page(self, server: Server) -> None:
        status, body, _ = ask(server, "POST", "keras", "in 10000 -> dense 10000")
        assert (status, b"use `seqspec compile`" in body) == (422, True)

    @pytest.mark.parametrize("name", ["unrolled", "graph", "source", "keras"])
    def test_nothing_is_made_of_faults(self, server: Server, name: str) -> None:
        assert ask(server, "POST", name, "in 6 -> denes")[:2] == (422, b"the spec has errors")

    @pytest.mark.parametrize(
        "text",
        ["", "\ufeff", "\0", "<script>alert(1)</script>", "in 6 -> dense 3 name=\"</svg><script>\"",
         "(" * 100_000, "{" * 9_000, "in 6" + " -> dense 3" * 4_000,
         "in 6 -> (dense 3) * 100000000",
         "\u202e\u2028", "# " + "🎻" * 50_000, "in 999999999999x999999999999",
         "\n".join(f"a{n} = in 6 -> x" for n in range(300)), "let n = {9**9**9}\nin {n}"],
        ids=lambda text: text[:9].encode("unicode_escape").decode(),
    )  # fmt: skip
    def test_hostile_texts(
        self, server: Server, text: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        found = post(server, "check", text)
        assert found["problems"] or found["ok"]
        for name in ("unrolled", "graph", "source"):
            status, body, headers = ask(server, "POST", name, text)
            assert status in (200, 422), body
            assert "html" not in headers["Content-Type"]
        assert capfd.readouterr() == ("", "")

    def test_what_the_page_begins_with(self, server: Server) -> None:
        start = json.loads(ask(server, "GET", "start")[1])
        assert len(start["examples"]) == len(examples()) > 100
        assert start["text"] in [example["text"] for example in start["examples"]]
        assert seqspec.check(start["text"]).ok
        assert "lstm" in start["operations"]
        assert not [e for e in start["examples"] if e["group"] == "outside"]


class TestCommand:
    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "seqspec", "play", *arguments]
        return subprocess.Popen(
            command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed
        )

    def test_it_says_its_address_and_ends_by_ctrl_c(self, tmp_path: Path) -> None:
        (tmp_path / "mine.seq").write_text(SPEC)
        with self.start(str(tmp_path / "mine.seq"), "--no-browser", "-DT=3", "-O0") as process:
            assert process.stdout
            url = process.stdout.readline().strip()
            port, token = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/([\w-]{20,})/", url).groups()  # type: ignore[union-attr]
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
            connection.request("GET", f"/{token}/start")
            start = json.load(connection.getresponse())
            assert (start["text"], start["settings"], start["level"]) == (SPEC, "T=3", 0)
            process.send_signal(signal.SIGINT)
            assert process.stderr
            out, err = process.stdout.read(), process.stderr.read()
        assert (process.returncode, out, err) == (0, "Ctrl-C ends it\n\nended\n", "")
        shown = shown_below("seqspec play --port 8000 --no-browser")
        assert re.sub(r":8000/[\w-]+/", f":{port}/{token}/", shown) == f"{url}\nCtrl-C ends it\n"
        assert [path.name for path in tmp_path.iterdir()] == ["mine.seq"]

    def test_the_browser_is_opened_unless_told_not_to(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from seqspec.cli import main

        def interrupted(server: Server) -> None:
            opened.wait(0 if quiet else 60)
            raise KeyboardInterrupt

        opened, urls = Event(), list[str]()
        monkeypatch.setattr("webbrowser.open", lambda url: (urls.append(url), opened.set()))
        monkeypatch.setattr(Server, "serve_forever", interrupted)
        for quiet in (True, False):
            assert main(["play", *["--no-browser"] * quiet]) == 0
            assert urls == [] if quiet else urls[0] in capsys.readouterr().out

    def test_what_cannot_be_begun(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            used = str(other.getsockname()[1])
            for arguments, message in (
                (("--port", used), f"seqspec: port {used} is in use; choose another with --port"),
                (("--port", "99999"), "`99999` is no port"),
                (("--port", "-1"), "`-1` is no port"),
                ((str(tmp_path / "no.seq"),), "there is no file"),
                (("-D", "n"), "-D n: write -D NAME=VALUE"),
            ):
                with self.start(*arguments, "--no-browser") as process:
                    out, err = process.communicate(timeout=60)
                assert (process.returncode, out) == (2, "")
                assert message in err
                assert "Traceback" not in err

    def test_a_port_that_is_used(self, server: Server) -> None:
        with pytest.raises(UsageError, match="is in use"):
            listen(desk(None), server.port)

    def test_a_file_that_is_too_long_is_told_on_the_page(self) -> None:
        long = Desk(Source("long.seq", "#" * (LIMITS.source_characters + 1)))
        assert not long.analyze(Question(long.start.text)).checked.ok
