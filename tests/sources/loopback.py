"""A real HTTP server on a free port of this machine: it answers what it is told to, and misbehaves on demand."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it arrived; `at` is read from the clock under test."""

    path: str
    parameters: dict[str, str]
    method: str
    agent: str
    at: float


@dataclass(frozen=True)
class Reply:
    """An answer. `cut` sends only so many bytes of the announced ones, `length` announces another number of bytes,
    `reset` breaks the connection in the middle, `delay` waits first.
    """

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    length: int | None = None
    reset: bool = False
    delay: float = 0.0


Answer = Callable[[Asked], Reply]
Spoil = Callable[[Reply], Reply]


@dataclass
class _Trouble:
    spoil: Spoil
    where: Callable[[Asked], bool]
    times: int


class Loopback:
    """What the server was asked, how it answers, and the troubles still to come."""

    def __init__(self, answer: Answer, now: Callable[[], float] = time.monotonic) -> None:
        self.answer = answer
        self.now = now
        self.asked: list[Asked] = []
        self.address = ""
        self._troubles: list[_Trouble] = []
        self._lock = threading.Lock()

    def spoil(self, spoil: Spoil, *, times: int = 1, where: Callable[[Asked], bool] = lambda _asked: True) -> None:
        """Spoil the next so many answers to requests of this kind."""
        self._troubles.append(_Trouble(spoil, where, times))

    def reply(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            trouble = next((t for t in self._troubles if t.times and t.where(asked)), None)
            if trouble:
                trouble.times -= 1
            reply = self.answer(asked)
        return trouble.spoil(reply) if trouble else reply

    def gaps(self) -> list[float]:
        times = [asked.at for asked in self.asked]
        return [b - a for a, b in pairwise(times)]


def status(number: int, body: bytes = b"no", **headers: str) -> Spoil:
    """Answer with this status instead."""
    return lambda _reply: Reply(body, status=number, headers={k.replace("_", "-"): v for k, v in headers.items()})


def body(data: bytes) -> Spoil:
    """Answer with these bytes and status 200 instead."""
    return lambda _reply: Reply(data)


@contextmanager
def serving(loopback: Loopback) -> Iterator[Loopback]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def _answer(self, form: str) -> None:
            parts = urlsplit(self.path)
            asked = Asked(
                path=parts.path,
                parameters=dict(parse_qsl(parts.query) + parse_qsl(form)),
                method=self.command,
                agent=self.headers.get("User-Agent", ""),
                at=loopback.now(),
            )
            self._send(loopback.reply(asked))

        def _send(self, reply: Reply) -> None:
            time.sleep(reply.delay)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            whole = reply.cut is None and not reply.reset
            self.wfile.write(reply.body if whole else reply.body[: reply.cut or len(reply.body) // 2])
            if reply.reset:
                # An RST instead of a decent end.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            if not whole or reply.length is not None:
                self.close_connection = True

        def log_message(self, *_arguments: object) -> None:
            """Silence."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: object) -> None:
            """A client that went away is part of the tests."""

    with Server(("127.0.0.1", 0), Handler) as server:
        loopback.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield loopback
        finally:
            server.shutdown()
            thread.join()
