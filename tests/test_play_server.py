"""The playground's server: who may ask, what is no request, and many at once."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from playing import SPEC, ask, post, raw, serving

from seqspec.play import Desk, Question, Server, desk, listen
from seqspec.play.answers import ANSWERS, Answer
from seqspec.play.desk import examples
from seqspec.play.server import MOST_BYTES


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


class TestWhoMayAsk:
    def test_the_page_and_all_that_it_names(self, server: Server) -> None:
        status, page, headers = ask(server, "GET", "")
        assert status == 200
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        found = {"", *re.findall(r'(?:src|href)="([^"]*)"', page.decode())}
        pending = [*found]
        for name in pending:
            text = ask(server, "GET", name)[1].decode()
            pending += set(re.findall(r'from "\./([^"]*)"', text)) - set(pending)
        assert {*pending, "start"} == {*server.files}
        assert "//" not in re.sub(r"http://www.w3.org/\S+", "", page.decode())

    @pytest.mark.parametrize(
        "path", ["/", "/{}x/", "/{:.10}/", "//{}/", "/x/{}/", "{}", "/\xe9/", "*"]
    )
    def test_without_the_token_nothing_is_told(self, server: Server, path: str) -> None:
        request = (
            f"GET {path.format(server.token)} HTTP/1.0\r\nHost: 127.0.0.1:{server.port}\r\n\r\n"
        )
        reply = raw(server, request.encode("latin-1"))
        assert b" 403 " in reply.partition(b"\r\n")[0] or path == "//{}/"
        assert (b"<html" in reply) == (path == "//{}/")  # the library reads two as one

    @pytest.mark.parametrize(
        "host",
        [None, "", "evil.example", "evil.example:{}", "127.0.0.1", "127.0.0.1:1", "[::1]:{}"],
    )
    def test_another_host_is_refused(self, server: Server, host: str | None) -> None:
        host = host and host.format(server.port)
        assert ask(server, "GET", "", Host=host)[0] == 403
        assert ask(server, "POST", "check", SPEC, Host=host, Origin=f"http://{host}")[0] == 403

    def test_two_hosts_are_refused_and_localhost_is_this_one(self, server: Server) -> None:
        own, name = f"127.0.0.1:{server.port}", f"localhost:{server.port}"
        assert ask(server, "GET", "", Host=[own, own])[0] == 403
        assert ask(server, "POST", "check", SPEC, Host=name, Origin=f"http://{name}")[0] == 200

    @pytest.mark.parametrize(
        "origin",
        [None, "null", "http://evil.example", "https://127.0.0.1:{}", "http://localhost:{}"],
    )
    def test_another_origin_is_refused(self, server: Server, origin: str | None) -> None:
        origin = origin and origin.format(server.port)
        assert ask(server, "POST", "check", SPEC, Origin=origin)[0] == 403
        assert ask(server, "GET", "", Origin=origin)[0] == (403 if origin else 200)

    def test_tokens_differ_and_are_long(self) -> None:
        with listen(desk(None)) as one, listen(desk(None)) as other:
            assert one.token != other.token
            assert len(one.token) >= 20
            assert one.server_address[0] == "127.0.0.1"


class TestRequests:
    @pytest.mark.parametrize(
        "method", ["PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "X" * 99]
    )
    def test_other_methods(self, server: Server, method: str) -> None:
        assert ask(server, method, "check")[0] == 501

    @pytest.mark.parametrize(
        ("method", "name"),
        [
            ("GET", "check"), ("POST", ""), ("POST", "start"), ("GET", "index.html"),
            ("GET", "../desk.py"), ("GET", "%2e%2e/desk.py"), ("GET", "play.js/"), ("GET", "?"),
            ("GET", "/etc/passwd"), ("POST", "__init__"), ("POST", "?check"), ("GET", "\xff"),
        ],
    )  # fmt: skip
    def test_other_addresses(self, server: Server, method: str, name: str) -> None:
        path = f"/{server.token}/{name}".encode("latin-1")
        head = f"Host: 127.0.0.1:{server.port}\r\nOrigin: http://127.0.0.1:{server.port}"
        reply = raw(
            server, b"%b %b HTTP/1.0\r\n%b\r\n\r\n" % (method.encode(), path, head.encode())
        )
        assert b" 404 " in reply.partition(b"\r\n")[0]

    def test_too_long_is_refused_before_it_is_read(self, server: Server) -> None:
        for length in (MOST_BYTES + 1, 10**30):
            data = f"POST /{server.token}/check HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            data += f"Origin: http://127.0.0.1:{server.port}\r\nContent-Length: {length}\r\n\r\n"
            assert b" 413 " in raw(server, data.encode())

    def test_too_long_is_told_to_one_who_sends_it_all(self, server: Server) -> None:
        status, body, _ = ask(server, "POST", "check", b"#" * (MOST_BYTES + 10_000_000))
        assert (status, b"200,000 characters" in body) == (413, True)

    def test_what_just_fits_is_read_and_judged(self, server: Server) -> None:
        found = post(server, "check", "é" * (MOST_BYTES // 2))
        assert [problem["text"][:12] for problem in found["problems"]] == ["error[E006]:"]

    @pytest.mark.parametrize("length", ["-1", "1e3", "", "\u00b2", "5, 5", "+5", "0x5"])
    def test_a_length_that_is_none(self, server: Server, length: str) -> None:
        assert ask(server, "POST", "check", SPEC, Content_Length=length)[0] == 400

    def test_no_length_and_two(self, server: Server) -> None:
        assert ask(server, "POST", "check", SPEC, Content_Length=["5", "5"])[0] == 400
        assert ask(server, "POST", "check", SPEC, Content_Length=None)[0] == 411
        assert ask(server, "POST", "check", SPEC, Transfer_Encoding="chunked")[0] == 411

    def test_bytes_that_are_no_text(self, server: Server) -> None:
        status, body, headers = ask(server, "POST", "check", b"in 6\n\xff")
        assert (status, headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert b"line 2 has the byte 0xff" in body

    def test_a_text_that_ends_early(self, server: Server) -> None:
        data = f"POST /{server.token}/check HTTP/1.0\r\nHost: 127.0.0.1:{server.port}\r\n"
        data += f"Origin: http://127.0.0.1:{server.port}\r\nContent-Length: 99\r\n\r\nin 6"
        assert b" 400 " in raw(server, data.encode())

    @pytest.mark.parametrize(
        "data",
        [b"", b"\r\n\r\n", b"\x00\xff\xfe", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
         b"GET /" + b"a" * 70_000 + b" HTTP/1.0\r\n\r\n",
         b"GET / HTTP/1.0\r\n" + b"a: b\r\n" * 200 + b"\r\n",
         b"GET / HTTP/1.0\r\na: " + b"b" * 70_000 + b"\r\n\r\n"],
    )  # fmt: skip
    def test_what_is_no_request(
        self, server: Server, data: bytes, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert b" 200 " not in raw(server, data)
        assert post(server, "check", SPEC)["ok"]
        assert capfd.readouterr() == ("", "")

    def test_too_many_things_behind_the_name(self, server: Server) -> None:
        assert ask(server, "POST", f"check?{'&'.join(['a=1'] * 11)}", SPEC)[0] == 400
        assert ask(server, "POST", "check?level=7&nothing&settings", SPEC)[0] == 200


class TestManyAtOnce:
    def test_one_that_takes_long_holds_up_no_other(self) -> None:
        begun, over = Event(), Event()

        def wait(at: Desk, question: Question) -> Answer:
            begun.set()
            assert over.wait(60)
            return Answer(b"at last")

        with serving(answers={**ANSWERS, "wait": wait}) as server, ThreadPoolExecutor() as pool:
            slow = pool.submit(ask, server, "POST", "wait", "")
            assert begun.wait(60)
            with socket.create_connection(("127.0.0.1", server.port)) as silent:
                silent.sendall(b"GET /")  # and never the rest
                assert post(server, "check", SPEC)["ok"]
            assert not slow.done()
            over.set()
            assert slow.result()[1] == b"at last"

    def test_answers_are_not_mixed_up(self, server: Server) -> None:
        texts = [path.read_text(encoding="utf-8") for path in examples()[:12]]
        texts += [text.replace("->", "-> denes ->", 1) for text in texts]
        alone = [ANSWERS["check"](server.desk, Question(text)).body for text in texts]
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda text: ask(server, "POST", "check", text)[1], texts * 2))
        assert found == alone * 2

    def test_a_reader_that_goes_away(
        self, server: Server, capfd: pytest.CaptureFixture[str]
    ) -> None:
        head = f"POST /{server.token}/check HTTP/1.0\r\nHost: 127.0.0.1:{server.port}\r\n"
        head += f"Origin: http://127.0.0.1:{server.port}\r\nContent-Length: {len(SPEC)}\r\n\r\n"
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", server.port)) as connection:
                linger = b"\1\0\0\0\0\0\0\0"  # ends with a reset
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                connection.sendall(f"{head}{SPEC}".encode())
        assert post(server, "check", SPEC)["ok"]
        assert capfd.readouterr() == ("", "")

    def test_a_fault_of_the_program_is_told_in_a_line(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        def broken(at: Desk, question: Question) -> Answer:
            raise ValueError("a fault")

        with serving(answers={"check": broken}) as server:
            status, body, _ = ask(server, "POST", "check", SPEC)
        assert (status, b"ValueError" in body) == (500, True)
        assert capfd.readouterr() == ("", "seqspec: ValueError: a fault\n")
