"""Take the pictures of the app's pages that the documentation shows, in light and in dark, from the invented sample review.

Run: python docs/pictures.py [--only ADDRESS]…   (needs Chromium and playwright; writes docs/images/pages and docs/pages.md)
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from review.app.menu import PAGES
from review.services import collect, demo, protocol, rank, works
from review.services.collect import Origin
from review.services.project import create

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "images" / "pages"
PAST = "Ana Sample"  # has a history
WHO = "Dana Novak"  # has judged nothing in the sample, and so has something to do everywhere


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", action="append", default=[], metavar="ADDRESS")
    asked = options.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "sample"
        demo.build(root)
        unscreened(root, Path(folder) / "unscreened")
        with (
            serving(root) as address,
            serving(Path(folder) / "unscreened") as beginning,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme=scheme)
                for entry in PAGES:
                    if not asked.only or entry.address in asked.only:
                        at = beginning if entry.address == "screen" else address
                        take(
                            context,
                            f"{at}/{entry.address}?reviewer={PAST if entry.address == 'history' else WHO}",
                            FOLDER / f"{entry.address}-{scheme}.jpg",
                        )
                context.close()
            browser.close()
    (HERE / "pages.md").write_text(listed(), encoding="utf-8")


def unscreened(sample: Path, root: Path) -> None:
    """The records of the sample in a review that nobody has screened."""
    project = create(root, preset="lstv-machine-learning")
    protocol.freeze(project)
    for path in sorted((sample / "exports").iterdir()):
        if path.suffix in {".nbib", ".xml", ".ris", ".bib"}:
            collect.import_file(project, path, origin=Origin(source=path.stem))
    works.dedup(project)
    rank.rank(project)
    project.close()


def take(context: BrowserContext, address: str, file: Path) -> None:
    page = context.new_page()
    page.goto(address)
    page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')", timeout=60_000)
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')", timeout=60_000)
    page.wait_for_timeout(1_500)  # what is drawn after the run: tables, the card
    page.screenshot(path=file, type="jpeg", quality=70)
    page.close()


def listed() -> str:
    """The page of pictures."""
    lines = [
        "# The pages of the app",
        "",
        "From the invented sample review, in light and in dark. Written by `docs/pictures.py`.",
    ]
    for entry in PAGES:
        lines += ["", f"## {entry.title}", ""]
        lines += [f"![{entry.title}, {s}](images/pages/{entry.address}-{s}.jpg)" for s in ("light", "dark")]
    return "\n".join(lines) + "\n"


@contextmanager
def serving(root: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    code = "import sys; from pathlib import Path; from review.app.server import serve; "
    code += "serve(Path(sys.argv[1]), port=int(sys.argv[2]), open_browser=False)"
    with subprocess.Popen([sys.executable, "-c", code, str(root), str(port)]) as server:  # noqa: S603 - our own program
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(240):
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()  # noqa: S310 - this computer
                    break
                except OSError:
                    time.sleep(0.25)
            yield address
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
