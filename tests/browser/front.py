"""A proxy in front of the app, as an institution has one: it says who is asking, and lets nobody else say it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_END = b"\r\n\r\n"


@contextmanager
def proxy(port: int, headers: dict[str, str]) -> Iterator[str]:
    """Hand every request on to this port of this computer, with these headers and without any of their names before."""
    started: queue.Queue[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(port, headers, started)), daemon=True)
    thread.start()
    own, loop, stop = started.get(timeout=60)
    try:
        yield f"http://127.0.0.1:{own}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


async def _serve(port: int, headers: dict[str, str], started: queue.Queue) -> None:
    stop = asyncio.Event()
    open_ones: set[asyncio.Task] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(asyncio.current_task())
        await _one(reader, writer, port, headers)
        open_ones.discard(asyncio.current_task())

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    started.put((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), stop))
    await stop.wait()
    server.close()
    for task in list(open_ones):
        task.cancel()
    await asyncio.gather(*open_ones, return_exceptions=True)


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, headers: dict[str, str]) -> None:
    """One connection is one request, or one websocket."""
    writers = [writer]
    try:
        head = await reader.readuntil(_END)
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writers.append(back)
        back.write(_with(head, headers))
        await asyncio.gather(_pump(reader, back), _pump(there, writer))
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
        pass
    finally:
        for one in writers:
            one.close()
        await asyncio.gather(*(one.wait_closed() for one in writers), return_exceptions=True)


def _with(head: bytes, headers: dict[str, str]) -> bytes:
    first, *lines = head[: -len(_END)].split(b"\r\n")
    ours = {name.casefold().encode() for name in headers}
    upgrade = any(line.lower().startswith(b"upgrade:") for line in lines)
    dropped = ours if upgrade else ours | {b"connection"}
    kept = [line for line in lines if line.split(b":")[0].lower() not in dropped]
    added = [f"{name}: {value}".encode() for name, value in headers.items()]
    closing = [] if upgrade else [b"Connection: close"]
    return b"\r\n".join([first, *kept, *added, *closing]) + _END


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        writer.close()
