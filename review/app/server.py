"""Serving the app: Streamlit under uvicorn, with signing in where others may come in, and the ranking beside it."""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import os
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from review.app import frame, sign_in, warming
from review.domain.errors import ReviewError
from review.services import accounts, backup, identity, team
from review.services.identity import Mode, SignIn
from review.services.project import Project, open_project

if TYPE_CHECKING:
    import streamlit as st

_log = logging.getLogger(__name__)
_ENTRY = Path(__file__).resolve().parent / "main.py"
_ROUND = "MESSAGE_FLUSH_INTERVAL_SECS"
# Imported before the first visit, so that `gc.freeze` takes them out of every later collection.
_HEAVY = (
    "pandas",
    "pyarrow",
    "sklearn.linear_model",
    "scipy.sparse",
    "streamlit.elements.arrow",
    "review.render.plots",
)
_OPTIONS: dict[str, Any] = {
    "theme.light.primaryColor": "#2A6496",
    "theme.dark.primaryColor": "#2C74B8",
    # After every run Streamlit walks all objects while holding the interpreter: 40 of 70 ms of a key press.
    "runner.postScriptGC": False,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "viewer",  # a single "c" would otherwise offer to clear caches
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.maxUploadSize": 500,  # MB: the largest exports of a big review
    "server.disconnectedSessionTTL": 3600,  # seconds: a laptop may sleep over lunch
}


def serve(
    project_root: Path,
    host: str = "127.0.0.1",
    port: int = 8501,
    reviewer: str | None = None,
    *,
    open_browser: bool = True,
    listening: Callable[[], None] = lambda: None,
) -> None:
    """Serve the project until stopped with Ctrl-C; `listening` is called once the port is ours.

    Raises ReviewError when it may not, or cannot, listen there.
    """
    import uvicorn

    with contextlib.closing(open_project(project_root)) as project:  # say now what would fail at the first visit
        found = identity.settings(project_root)
        identity.check_start(project, found, host)
        with _listening(host, port) as listener:
            listening()
            _tell_the_pages(project_root, found, reviewer)
            place = Place(host, port, f"{identity.address(found, host, port)}/" if open_browser else "")
            app = _application(project, found, place)
            with _ranking_beside(project_root), _copies_beside(project), warming.beside(project_root):
                config = uvicorn.Config(app, log_level="warning", ws_max_size=256 * 2**20, ws_per_message_deflate=False)
                uvicorn.Server(config).run(sockets=[listener])


def _tell_the_pages(project_root: Path, found: SignIn, reviewer: str | None) -> None:
    """What the pages read at every run. The way to sign in stays as it was at the start, whatever becomes of the file."""
    name = team.clean_name(reviewer) if reviewer else ""
    os.environ[frame.PROJECT] = str(project_root.resolve())
    os.environ[identity.MODE] = str(found.mode)
    os.environ.pop(frame.REVIEWER, None)
    if name:
        os.environ[frame.REVIEWER] = name


@dataclass(frozen=True, slots=True)
class Place:
    """Where the app is served, and the address to open in a browser (empty: none)."""

    host: str
    port: int
    opened: str = ""


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(128)
        except (OSError, OverflowError) as error:
            raise ReviewError(
                f"Port {port} of {host} cannot be used: another program has it, perhaps this app in another window.",
                hint=f"Choose another one, for example --port {port + 1 if port < 65_535 else 8501}.",
            ) from error
        yield listener


def _application(project: Project, found: SignIn, place: Place) -> st.App:
    """The ASGI application, with everything heavy imported and set aside from garbage collection."""
    import streamlit as st
    from streamlit import config

    for option, value in _OPTIONS.items():
        config.set_option(option, value)
    config.set_option("server.address", place.host)
    config.set_option("server.port", place.port)
    config.set_option("server.allowedHosts", identity.hosts(found, place.host))
    for name in _HEAVY:
        importlib.import_module(name)

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any] | None]:
        if place.opened:
            webbrowser.open(place.opened)
        yield None

    by_password = found.mode is Mode.LOCAL
    app = st.App(
        _ENTRY,
        secrets=_provider(project, found, place) if found.mode is Mode.OIDC else None,
        routes=sign_in.routes(project, found) if by_password else None,
        middleware=[sign_in.gate(project)] if by_password else None,
        lifespan=lifespan,
        on_script_error=_said_kindly,
    )
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.001)  # seconds: a press waits for several short turns, and each turn at most so long
    _send_often()
    return app


def _send_often() -> None:
    """Streamlit sends what a run has made every 5 ms; a key press waits for two or three such rounds.

    It has no option for this, only a number in a module: where a later version has it no more, nothing is changed.
    """
    from streamlit.runtime import runtime

    if _ROUND in vars(runtime):
        vars(runtime)[_ROUND] = 0.001  # seconds


def _provider(project: Project, found: SignIn, place: Place) -> dict[str, Any]:
    """What Streamlit needs to ask the provider; only the address under which people come must be told to the provider."""
    return {
        "auth": {
            "redirect_uri": f"{identity.address(found, place.host, place.port)}/oauth2callback",
            "cookie_secret": accounts.key_for_cookies(project),
            "client_id": found.client_id,
            "client_secret": found.secret,
            "server_metadata_url": found.metadata_url,
        }
    }


def _said_kindly(error: Exception) -> bool:
    """Whatever no page expected: a sentence on the screen, the details in the terminal."""
    import streamlit as st

    from review.app.markup import plain

    if isinstance(error, ReviewError):
        st.error(plain(error), icon=":material/error:")
        return True
    _log.error("A page failed.", exc_info=error)
    st.error(
        "Something went wrong that this program did not expect. What you decided is stored. Load the page again; if "
        "it happens again, the terminal in which the app was started says more.",
        icon=":material/error:",
    )
    return True


@contextmanager
def _copies_beside(project: Project) -> Iterator[None]:
    """A dated copy of the database at the start and on every day that begins while the app runs."""
    try:
        backup.daily(project)
    except (ReviewError, OSError) as error:
        _log.warning("No copy of the database could be made: %s", error)
    stop = threading.Event()
    watcher = threading.Thread(target=backup.watch, args=(project, stop), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join(timeout=10)


@contextmanager
def _ranking_beside(project_root: Path) -> Iterator[None]:
    """Keep the order of the queue up to date in a process of its own; it ends when its input closes."""
    command = [sys.executable, "-m", "review", "rank", "--watch", "--project", str(project_root.resolve())]
    quiet = subprocess.DEVNULL
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)  # noqa: S603 - our own program
    try:
        yield
    finally:
        if worker.stdin:
            worker.stdin.close()
        worker.terminate()
        try:
            worker.wait(timeout=10)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
