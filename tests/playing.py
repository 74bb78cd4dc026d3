"""A playground that is served, and requests to it."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import urlencode

from seqspec.play import Desk, Server, desk, listen
from seqspec.play.answers import ANSWERS, Answers

SPEC = "in 10x6 -> lstm 8 -> take last 3"


@contextmanager
def serving(at: Desk | None = None, answers: Answers = ANSWERS) -> Iterator[Server]:
    with listen(at or desk(None), answers=answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


Reply = tuple[int, bytes, dict[str, str]]


def ask(
    server: Server,
    method: str,
    name: str,
    body: str | bytes | None = None,
    *,
    path: str = "",
    **headers: str | list[str] | None,
) -> Reply:
    """A request as a browser sends it; `headers` says otherwise, and None leaves one out."""
    data = body.encode() if isinstance(body, str) else body
    sent: dict[str, str | list[str] | None] = {"Host": f"127.0.0.1:{server.port}"}
    if method == "POST":
        sent["Origin"] = f"http://127.0.0.1:{server.port}"
    if data is not None:
        sent["Content-Length"] = str(len(data))
    sent |= {key.replace("_", "-"): value for key, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest(method, path or f"/{server.token}/{name}", skip_host=True)
    for key, values in sent.items():
        for value in [values] if isinstance(values, str) else values or []:
            connection.putheader(key, value)
    connection.endheaders(data)
    response = connection.getresponse()
    reply = response.status, response.read(), dict(response.headers)
    connection.close()
    return reply


def post(server: Server, name: str, text: str, **given: str) -> Any:
    name += f"?{urlencode(given)}" * bool(given)
    status, body, _ = ask(server, "POST", name, text)
    assert status == 200, body
    return json.loads(body)


def raw(server: Server, data: bytes, *, end: bool = True) -> bytes:
    """What comes back for bytes that need not be a request."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(data)
        if end:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))
