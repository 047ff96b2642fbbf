"""Thousands of full texts as files by hash: how long taking them, reading them and opening the pages takes, and memory.

Run: python benchmarks/full_text.py [--files 5000] [--megabytes 2] [--rounds 3] [--no-browser] [--project DIR] [--bundle]

Each file is a PDF of ten pages of text, filled up to that size with bytes of noise, and finds its report by the DOI and
title on its first page. `taken` is from the bytes to the committed fact: checked, hashed, written to the disk, its text
read and matched. `read` is the text of a report by page, `bytes` the file itself with its hash proved, `picture` a page
drawn. `pages` are measured in a real Chromium as benchmarks/pages.py does. The bar is one second for each page. With
--project the review is built in that folder and stays; one that was built there before is measured as it is. With --bundle
the review is packed with all its full texts and verified, beside the floor on the same disk: the same files copied one by one,
and their hashes taken. Needs twice the room. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from keypress import FLAGS, SERVE, WORDS, serving
from pages import measure
from playwright.sync_api import sync_playwright

from review.app import menu
from review.domain.screening import Decision, Stage, Verdict
from review.services import bundle, collect, flow, full_texts, fulltext, protocol, screen, works
from review.services.collect import Origin
from review.services.full_text_intake import Upload, take
from review.services.project import Project, create, open_project
from review.services.pseudonyms import Packing

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.pdfs import paper

BATCH = 50
SHOWN = ("full-text", "conflicts", "flow", "overview", "people")
DECIDED = 10  # every tenth is decided by both


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--files", type=int, default=5_000)
    options.add_argument("--megabytes", type=float, default=2.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--no-browser", action="store_true")
    options.add_argument("--bundle", action="store_true")
    options.add_argument("--project", type=Path)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = asked.project or Path(folder) / "many"
        titles = [] if root.exists() else build(root, asked.files)
        project = open_project(root)
        found: dict[str, object] = {"files": asked.files, "megabytes": asked.megabytes}
        found |= bring(project, titles, asked.megabytes) if titles else {}
        found |= ask(project)
        found |= bundled(project) if asked.bundle else {}
        found["database_megabytes"] = round((root / "review.sqlite").stat().st_size / 1024**2, 1)
        found["processor_seconds"] = round(time.process_time(), 1)
        project.close()
        if not asked.no_browser:
            found["pages_ms"] = opened(root, asked.rounds)
    print(json.dumps(found))


def build(root: Path, count: int) -> list[str]:
    """A review whose works all came to full text; their titles, the number of each being that of its DOI."""
    draw = random.Random(0)
    project = create(root, preset="lstv-machine-learning")
    text = project.protocol_path.read_text(encoding="utf-8")
    project.protocol_path.write_text(text.replace("pilot_records: 50", "pilot_records: 0"), encoding="utf-8")
    protocol.freeze(project)
    titles = [f"{' '.join(draw.choices(WORDS, k=11))} in cohort {n}" for n in range(count)]
    entries = [
        f"TY  - JOUR\nID  - {n}\nTI  - {title}\nAU  - Sample, {chr(65 + n % 26)}\nPY  - {2000 + n % 25}\n"
        f"AB  - {' '.join(draw.choices(WORDS, k=200))}\nDO  - 10.5555/full.{n}x\nER  - \n"
        for n, title in enumerate(titles)
    ]
    collect.import_bytes(project, "\n".join(entries).encode(), file_name="scopus.ris", origin=Origin(source="scopus"))
    every = list(works.works(project).members)
    for stage, some in ((Stage.TITLE_ABSTRACT, every), (Stage.FULL_TEXT, every[::DECIDED])):
        for who in ("Ana", "Bo"):
            screen.decide_all(project, [_said(work, who, stage) for work in some])
    project.close()
    return titles


def _said(work: str, who: str, stage: Stage) -> Decision:
    return Decision(record_id=work, shown=work, stage=stage, reviewer=who, verdict=Verdict.INCLUDE)


def bring(project: Project, titles: list[str], megabytes: float) -> dict[str, object]:
    outcomes: dict[str, int] = {}
    seconds = 0.0
    body = [f"Sentence {n} of an invented paper about the spine and what was measured." for n in range(45)]
    for start in range(0, len(titles), BATCH):
        uploads = [
            Upload(
                name=f"{n}.pdf",
                data=_padded(paper(titles[n], doi=f"10.5555/full.{n}x", body=body, pages=10), megabytes),
            )
            for n in range(start, min(start + BATCH, len(titles)))
        ]
        begun = time.perf_counter()
        for taken in take(project, uploads, person="Ana"):
            outcomes[taken.outcome] = outcomes.get(taken.outcome, 0) + 1
        seconds += time.perf_counter() - begun
    return {
        "outcomes": outcomes,
        "taken_seconds": round(seconds, 1),
        "taken_ms_each": round(1000 * seconds / len(titles), 1),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _padded(data: bytes, megabytes: float) -> bytes:
    """The PDF with a comment of noise before its table, as large as a picture would make it; its places stay right."""
    noise = os.urandom(max(0, int(megabytes * 1024**2) - len(data))).replace(b"\n", b" ").replace(b"\r", b" ")
    at = data.rindex(b"xref\n0 ")
    head, tail = data[:at], data[at:]
    begins = at + len(noise) + 2
    return head + b"%" + noise + b"\n" + tail.replace(b"startxref\n%d" % at, b"startxref\n%d" % begins)


def ask(project: Project) -> dict[str, object]:
    draw = random.Random(1)
    some = draw.sample(sorted(full_texts.with_files(project)), 20)
    calls: dict[str, Callable[[str], object]] = {
        "standings_ms": lambda _work: fulltext.standings(project),
        "flow_ms": lambda _work: flow.counts(project),
        "read_ms": lambda work: full_texts.pages(project, work),
        "bytes_ms": lambda work: full_texts.pdf_bytes(project, work),
        "picture_ms": lambda work: full_texts.picture(project, work, 3),
    }
    return {name: _times(call, some) for name, call in calls.items()}


def bundled(project: Project) -> dict[str, object]:
    """Seconds and the processor's seconds of each way over all the bytes, one after the other."""
    files = sorted((project.root / full_texts.FOLDER).glob("*/*.pdf"))
    out = project.root.with_name("packed.zip")
    found: dict[str, object] = {"gigabytes": round(sum(file.stat().st_size for file in files) / 1e9, 2)}
    steps: dict[str, Callable[[], object]] = {
        "hashes_taken": lambda: [_hash(file) for file in files],
        "copied": lambda: _copied(files, out),
        "export": lambda: bundle.export(project, out, packing=Packing(full_texts=True)),
        "verify": lambda: bundle.verify(out),
    }
    try:
        for name, act in steps.items():
            begun, worked = time.perf_counter(), _worked()
            act()
            taken = {"seconds": round(time.perf_counter() - begun, 1), "processor": round(_worked() - worked, 1)}
            peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
            found[name] = taken | {"peak_megabytes": peak}
    finally:
        out.unlink(missing_ok=True)
    return found


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copied(files: list[Path], out: Path) -> None:
    """Every file behind the other into one, as any program would have to write them at least."""
    with out.open("wb") as into:
        for file in files:
            with file.open("rb") as data:
                shutil.copyfileobj(data, into, 1024**2)


def _times(call: Callable[[str], object], some: list[str]) -> dict[str, float]:
    times = []
    for work in some:
        begun = time.perf_counter()
        call(work)
        times.append(1000 * (time.perf_counter() - begun))
    return {"median": round(statistics.median(times), 1), "longest": round(max(times), 1)}


def opened(root: Path, rounds: int) -> dict[str, dict[str, float]]:
    with serving(["-c", SERVE, str(root)]) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        found = measure(browser, address, [entry for entry in menu.PAGES if entry.address in SHOWN], rounds)
        browser.close()
    return found


if __name__ == "__main__":
    main()
