"""Serves the page to one reader: on the loopback interface, to who knows the token."""

from __future__ import annotations

import errno
import hmac
import json
import secrets
import socketserver
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from seqspec.diagnostics import UsageError
from seqspec.files import decode
from seqspec.play.answers import ANSWERS, Answer, Answers
from seqspec.play.desk import LIMITS, Desk, Question

HOST = "127.0.0.1"
MOST_BYTES = 4 * LIMITS.source_characters  # UTF-8 takes four for a character at most
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Refused(Exception):
    """A request that gets no answer, and why; `unread` bytes of it are still to come."""

    def __init__(self, status: HTTPStatus, message: str, *, unread: int = 0) -> None:
        super().__init__(message)
        self.status, self.unread = status, unread


class Server(ThreadingHTTPServer):
    """A thread for each request: one that takes long holds up no other."""

    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"  # there it would share a port that is used

    def __init__(self, desk: Desk, port: int, answers: Answers) -> None:
        self.desk, self.answers = desk, answers
        self.files = {**_page(), "start": Answer(json.dumps(desk.describe()).encode())}
        self.token = secrets.token_urlsafe(16)
        super().__init__((HOST, port), Handler)

    def server_bind(self) -> None:
        """As the class above it, which also asks the network for this machine's name."""
        socketserver.TCPServer.server_bind(self)

    @property
    def port(self) -> int:
        """The port that it listens to."""
        return int(self.server_address[1])

    @property
    def hosts(self) -> set[str]:
        """What a browser that was sent nowhere else says whom it asks."""
        return {f"{name}:{self.port}".removesuffix(":80") for name in (HOST, "localhost")}

    @property
    def url(self) -> str:
        """The address of the page; nobody else can guess it."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that goes away is no fault; all else is said in a line."""
        error = sys.exception()
        if not isinstance(error, OSError):
            print(f"seqspec: {type(error).__name__}: {error}", file=sys.stderr)


def _page() -> dict[str, Answer]:
    """The files of the page by their addresses, which are all that is ever sent."""
    return {
        path.name.replace("index.html", ""): Answer(path.read_bytes(), _TYPES[path.suffix])
        for path in (Path(__file__).parent / "page").iterdir()
    }


def listen(desk: Desk, port: int = 0, answers: Answers = ANSWERS) -> Server:
    """A server that listens, to be served. Raises `UsageError` for a port that it cannot have."""
    try:
        return Server(desk, port, answers)
    except OSError as error:
        reason = "in use" if error.errno == errno.EADDRINUSE else f"not to be had: {error.strerror}"
        help = "choose another with --port, or none for any that is free"
        raise UsageError(f"port {port} is {reason}; {help}") from None


class Handler(BaseHTTPRequestHandler):
    """One request: who asks, what for, and the answer."""

    server: Server
    timeout = 30  # seconds that the reader may take to send the next piece

    def do_GET(self) -> None:
        """A file of the page."""
        self._serve()

    def do_POST(self) -> None:
        """An answer about the text that is sent."""
        self._serve()

    def _serve(self) -> None:
        try:
            self._send(HTTPStatus.OK, self._answer())
        except Refused as refused:
            self._send(refused.status, _plain(refused))
            self._discard(refused.unread)
        except UsageError as error:
            self._send(HTTPStatus.UNPROCESSABLE_ENTITY, _plain(error))
        except OSError:  # the reader is gone
            raise
        except Exception as error:
            print(f"seqspec: {type(error).__name__}: {error}", file=sys.stderr)
            message = f"seqspec has a fault of its own ({type(error).__name__}); please report it"
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, _plain(message))

    def _answer(self) -> Answer:
        asked = self._allowed()
        if self.command == "GET" and asked in self.server.files:
            return self.server.files[asked]
        name, _, query = asked.partition("?")
        if self.command == "POST" and name in self.server.answers:
            return self.server.answers[name](self.server.desk, _question(self._text(), query))
        raise Refused(HTTPStatus.NOT_FOUND, "there is nothing here")

    def _allowed(self) -> str:
        """What is asked for, behind the token. Raises `Refused` for who may not ask.

        A page from elsewhere knows no token; and should it learn one, then its name is in `Host`
        when its name leads here (DNS rebinding), and in `Origin` when it asks this address.
        """
        host, origin = self.headers.get_all("Host", []), self.headers.get_all("Origin", [])
        if len(host) != 1 or host[0] not in self.server.hosts:
            raise Refused(HTTPStatus.FORBIDDEN, f"this is {HOST}:{self.server.port} alone")
        _, token, name = [*self.path.split("/", 2), "", ""][:3]
        if not hmac.compare_digest(token.encode(), self.server.token.encode()):
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "This is the address of another run of `seqspec play`. Open the one that it has "
                "printed now; a link to a spec is opened by pasting it into the editor.",
            )
        if origin != [f"http://{host[0]}"] and (origin or self.command == "POST"):
            raise Refused(HTTPStatus.FORBIDDEN, "this is for the page from here alone")
        return name

    def _text(self) -> str:
        """The text that is sent. Raises `Refused` for what is too long, before it is read."""
        lengths = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers or not lengths:
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "say how long the text is: Content-Length")
        if not (len(lengths) == 1 and lengths[0].isascii() and lengths[0].isdigit()):
            raise Refused(HTTPStatus.BAD_REQUEST, "Content-Length is no number")
        length = int(lengths[0][:18])
        if length > MOST_BYTES:
            message = f"the text is longer than the {LIMITS.source_characters:,} characters that "
            message += "the page takes; use `seqspec check`"
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message, unread=length)
        data = self.rfile.read(length)
        if len(data) < length:
            raise Refused(HTTPStatus.BAD_REQUEST, "the text ends before its end")
        try:
            return decode(data, "the text")
        except UsageError as error:
            raise Refused(HTTPStatus.BAD_REQUEST, str(error)) from None

    def _discard(self, unread: int) -> None:
        """Reads what is still sent: a browser that cannot send it would not see the answer."""
        while unread > 0 and (piece := self.rfile.read(min(unread, 1 << 16))):
            unread -= len(piece)

    def _send(self, status: HTTPStatus, answer: Answer) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the library refuses by itself: requests that are none, and other methods."""
        self._send(HTTPStatus(code), _plain(HTTPStatus(code).phrase))

    def version_string(self) -> str:
        """What the answer says that it comes from."""
        return "seqspec"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a line for each pause in typing is not read."""


def _question(text: str, query: str) -> Question:
    """What is asked about a text, by what stands behind `?`: `settings=units%3D64&level=0`."""
    try:
        given = dict(parse_qsl(query, max_num_fields=10))
    except ValueError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, str(error)) from None
    return Question(text, given.get("settings", ""), 0 if given.get("level") == "0" else 1)


def _plain(message: object) -> Answer:
    return Answer(str(message).encode(errors="replace"), "text/plain; charset=utf-8")
