"""A real Chromium and the real server on a free port of this computer."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from servers import free_port, unavailable

from review.services import collect, protocol, rank, works
from review.services.collect import Origin
from review.services.project import create

CARD = "[data-testid=screening-card]"
VERDICTS = {"i": "include", "e": "exclude", "m": "maybe"}
# Whether the card has drawn the record it shows: before that a press decides nothing, for nobody has seen it yet.
DRAWN = f"""
window.drawn = () => {{
  const id = document.querySelector("{CARD}")?.dataset.recordId
  return Boolean(id) && document.querySelector(".screening")?.screeningCard?.painted === id
}}
"""
# Writes down, before the app sees it, which record was shown when a key went down, and whether it had been drawn.
WATCH = f"""
window.pressed = [];
window.addEventListener("keydown", (event) => {{
  const card = document.querySelector("{CARD}");
  window.pressed.push([event.key, card ? card.dataset.recordId : null, window.drawn()]);
}}, true);
"""
PATIENCE = 120_000  # milliseconds; when all is well nobody waits so long
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


class Patient:
    """A browser whose pages wait for as long as a busy machine may take."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    def new_context(self, **options: Any) -> Any:
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(DRAWN)
        return context

    def new_page(self, **options: Any) -> Any:
        page = self._browser.new_page(**options)
        page.set_default_timeout(PATIENCE)
        page.add_init_script(DRAWN)
        return page


@pytest.fixture(scope="session")
def browser() -> Iterator[Patient]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        unavailable("Chromium is not installed")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=program, args=_FLAGS, timeout=PATIENCE)
        yield Patient(found)
        found.close()


class Served:
    """A project served at one address; the server can be killed, as by a power cut, and started again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            self._choose()
            self.start()
        except Ended:  # between asking for a port and listening there, another program may have taken it
            self._choose()
            self.start()

    def _choose(self) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        code = "import sys; from pathlib import Path; from review.app.server import serve; "
        code += "serve(Path(sys.argv[1]), port=int(sys.argv[2]), open_browser=False)"
        self.program = subprocess.Popen([sys.executable, "-c", code, str(self.root), str(self.port)])
        answers(f"{self.address}/_stcore/health", self.program)

    def kill(self) -> None:
        self.program.kill()
        self.program.wait(timeout=60)

    def stop(self) -> None:
        self.program.terminate()
        try:
            self.program.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """The address at which a project is served while the block runs."""
    served = Served(root)
    try:
        yield served.address
    finally:
        served.stop()


class Ended(Exception):
    """The server ended before it answered."""


def answers(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    for _ in range(800):
        if server.poll() is not None:
            raise Ended
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.25)
    pytest.fail("the server did not answer within minutes")


@pytest.fixture(scope="session")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of sixty invented records, ranked. Each test screens it under a name of its own."""
    return sixty_records(tmp_path_factory.mktemp("browser") / "sixty")


def sixty_records(root: Path) -> Path:
    project = create(root)
    text = project.protocol_path.read_text(encoding="utf-8")
    assert "reviewers_per_record: 2" in text
    project.protocol_path.write_text(
        text.replace("reviewers_per_record: 2", "reviewers_per_record: 9"), encoding="utf-8"
    )
    entries = [
        f"TY  - JOUR\nID  - {n}\nTI  - Record {n} &lt;script&gt;window.hacked=1&lt;/script&gt; *on* bones\n"
        f"AB  - Abstract {n} about {'spine' if n % 3 else 'heart'} imaging.\nDO  - 10.5555/sixty.{n}\nER  - \n"
        for n in range(60)
    ]
    protocol.freeze(project)
    collect.import_bytes(project, "\n".join(entries).encode(), file_name="sixty.ris", origin=Origin(source="pubmed"))
    works.dedup(project)
    if len(works.works(project).members) < 60:  # their titles are alike
        for group in works.groups(project):
            works.undo_group(project, group.group_id, person="Ana")
    rank.rank(project)
    project.close()
    return root


@pytest.fixture(scope="session")
def address(sixty: Path) -> Iterator[str]:
    with serving(sixty) as found:
        yield found
