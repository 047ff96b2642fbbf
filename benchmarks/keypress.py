"""How long from a key press to the next title on the screen, with many records, in a real Chromium.

Run: python benchmarks/keypress.py [--records 20000] [--presses 60] [--basic] [--project DIR]

Measured inside the page, from the keydown event before the app sees it to the first look (setTimeout 0) at which the
card names another record. The first five presses are dropped. For the card there is also the time until the decision
was stored, from the keydown to the moment the database wrote beside it, and until the browser knew of it (its outbox is
empty). For plain buttons (`--basic`) the least page that Streamlit can draw is measured in the same run. Prints one JSON
object; the bar is a median of at most 15 ms and a 95th percentile of at most 40 ms for the card, 50 and 100 ms for plain
buttons. With --project it is measured on a copy of a review that was built before.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from review.services import collect, protocol, rank
from review.services.collect import Origin
from review.services.project import create

CARD = "[data-testid=screening-card]"
DROPPED = 5
PAUSE_MS = 250  # a very quick reader
BARS = {
    "card": {"median_ms": 15.0, "p95_ms": 40.0, "stored_median_ms": 50.0},
    "basic": {"median_ms": 50.0, "p95_ms": 100.0},
}
SERVE = "import sys; from pathlib import Path; from review.app.server import serve; "
SERVE += "serve(Path(sys.argv[1]), port=int(sys.argv[2]), open_browser=False)"
BARE = Path(__file__).with_name("bare_page.py")
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
STOPWATCH = f"""
window.times = [];
window.pressed = [];
window.known = [];
const held = () => Object.keys(localStorage).filter((key) => key.startsWith("scopewright/")).length;
window.addEventListener("keydown", () => {{
  const shown = () => document.querySelector("{CARD}")?.dataset.recordId;
  const before = shown(), start = performance.now();
  window.pressed.push([before, Date.now()]);
  const look = () => shown() && shown() !== before ? window.times.push(performance.now() - start) : setTimeout(look, 0);
  setTimeout(look, 0);
  const wait = () => held() ? setTimeout(wait, 0) : window.known.push(performance.now() - start);
  setTimeout(wait, 0);
}}, true);
"""
TEXT = """
spine vertebra lumbar sacral transitional label segmentation network cohort patients images reading scanner
agreement radiograph resonance tomography training validation error anatomy variant level numbering surgery
outcome pain children adults retrospective prospective model learning accuracy reference standard
"""
WORDS = TEXT.split()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--records", type=int, default=20_000)
    options.add_argument("--presses", type=int, default=60)
    options.add_argument("--basic", action="store_true", help="plain buttons instead of the card")
    options.add_argument("--project", type=Path)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "many"
        if asked.project:
            shutil.copytree(asked.project, root)
        else:
            build(root, asked.records)
        with serving(["-c", SERVE, str(root)]) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            form = "basic=1&" if asked.basic else ""
            times, pressed, known = measure(page, f"{address}/screen?{form}reviewer=Ana", asked.presses + DROPPED)
            browser.close()
        stored = until_stored(root, pressed)
    found = {"records": asked.records, "presses": len(times) - DROPPED, **summary(times)}
    found |= {f"stored_{name}": value for name, value in summary(stored).items()}
    if asked.basic:
        found |= {f"bare_{name}": value for name, value in bare(asked.presses + DROPPED).items()}
        found["of_bare"] = round(found["median_ms"] / found["bare_median_ms"], 2)
    else:
        found |= {f"known_{name}": value for name, value in summary(known).items()}
    bar = BARS["basic" if asked.basic else "card"]
    print(json.dumps({**found, "bar": bar, "met": all(found[name] <= limit for name, limit in bar.items())}))


def bare(presses: int) -> dict[str, float]:
    """The same presses on the least page of native buttons there can be."""
    with serving([str(BARE)]) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        times, _, _ = measure(browser.new_page(viewport={"width": 1280, "height": 900}), address, presses)
        browser.close()
    return summary(times)


def until_stored(root: Path, pressed: list[tuple[str, float]]) -> list[float]:
    """Milliseconds from each key press to the moment the database wrote beside its decision."""
    with closing(sqlite3.connect(root / "review.sqlite")) as database:
        at = dict(database.execute("SELECT record_id, at FROM decisions"))
    return [datetime.fromisoformat(at[record]).timestamp() * 1000 - when for record, when in pressed]


def summary(times: list[float]) -> dict[str, float]:
    kept = sorted(times[DROPPED:])
    return {
        "median_ms": round(statistics.median(kept), 1),
        "p95_ms": round(kept[max(0, -(-95 * len(kept) // 100) - 1)], 1),
        "max_ms": round(kept[-1], 1),
    }


def build(root: Path, count: int) -> None:
    """A project of invented records with abstracts of about 200 words, ranked once."""
    draw = random.Random(0)
    project = create(root, preset="lstv-machine-learning")
    entries = (
        f"TY  - JOUR\nID  - {n}\nTI  - {' '.join(draw.choices(WORDS, k=12))} {n}\nPY  - 2020\n"
        f"AB  - {' '.join(draw.choices(WORDS, k=200))}\nER  - \n"
        for n in range(count)
    )
    protocol.freeze(project)
    collect.import_bytes(project, "\n".join(entries).encode(), file_name="many.ris", origin=Origin(source="scopus"))
    rank.rank(project)
    project.close()


@contextmanager
def serving(program: list[str]) -> Iterator[str]:
    """A program of ours that serves at the port it is given last."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with subprocess.Popen([sys.executable, *program, str(port)]) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(240):
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.25)
            yield address
        finally:
            server.terminate()


def measure(page: Page, address: str, presses: int) -> tuple[list[float], list[tuple[str, float]], list[float]]:
    page.add_init_script(STOPWATCH)
    page.goto(address)
    page.get_by_role("button", name="Include").wait_for(timeout=120_000)
    page.wait_for_timeout(2_000)
    for press in range(presses):
        page.keyboard.press("iee"[press % 3])
        page.wait_for_function(f"window.times.length > {press}", timeout=30_000)
        page.wait_for_timeout(PAUSE_MS)
    page.wait_for_timeout(1_000)
    return page.evaluate("window.times"), page.evaluate("window.pressed"), page.evaluate("window.known")


if __name__ == "__main__":
    main()
