"""How long until each page of the app can be read, in a review of many records, in a real Chromium.

Run: python benchmarks/pages.py [--records 20000] [--rounds 5] [--project DIR] [--only ADDRESS]…

`load` is a browser that was never here before, from the address to the page; `switch` a click in the list of pages,
from the click to the page, with everything on it drawn and the program at rest: the median and the longest of some
rounds; `first` is the first switch to the page after the server started. For the screening page there is also the time
to the first title on the card. Milliseconds, measured within the browser. The bar is that no load and no switch takes
a second. Prints a table, and one JSON object at the end. With --project a review is measured that was built before.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import tempfile
from pathlib import Path

from keypress import CARD, FLAGS, SERVE, WORDS, serving
from playwright.sync_api import Browser, sync_playwright

from review.app.menu import PAGES, Entry
from review.domain.charting import ChartEntry
from review.domain.screening import Decision, Role, Stage, Verdict
from review.services import chart, collect, fulltext, protocol, rank, screen, works
from review.services.collect import Origin
from review.services.project import Project, create

BAR_MS = 1_000.0
WHO = "Ana"
START = "people"  # the page from which the first switch is made
AT_REST = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-stale=true], [data-testid=stSkeleton], [data-testid=stStatusWidget]')"""
# Clicks a link of the list of pages, and looks after every turn of the browser whether another page is there.
SWITCH = f"""(place) => new Promise((told) => {{
  const atRest = {AT_REST};
  const before = document.querySelector('h1').innerText;
  const begun = performance.now();
  [...document.querySelectorAll('[data-testid=stSidebar] a')].find((a) => a.pathname === place).click();
  const look = () => ![undefined, '', before].includes(document.querySelector('h1')?.innerText) && atRest()
    ? requestAnimationFrame(() => told(performance.now() - begun)) : setTimeout(look, 0);
  setTimeout(look, 0);
}})"""
# From the moment the browser began to ask for the page.
LOADED = f"""() => new Promise((told) => {{
  const atRest = {AT_REST};
  const look = () => document.querySelector('h1') && atRest()
    ? requestAnimationFrame(() => told(performance.now())) : setTimeout(look, 0);
  look();
}})"""
TITLED = f"""() => new Promise((told) => {{
  const look = () => document.querySelector('{CARD}')?.dataset.recordId
    ? requestAnimationFrame(() => told(performance.now())) : setTimeout(look, 0);
  look();
}})"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--records", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--project", type=Path)
    options.add_argument("--only", action="append", default=[], metavar="ADDRESS")
    asked = options.parse_args()
    entries = [entry for entry in PAGES if not asked.only or entry.address in (*asked.only, START)]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = asked.project or Path(folder) / "many"
        if not root.exists():
            build(root, asked.records)
        with serving(["-c", SERVE, str(root)]) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            found = measure(browser, address, entries, asked.rounds)
            browser.close()
    print(f"{'page':<12}{'load':>8}{'title':>8}{'first':>8}{'switch':>8}{'longest':>9}")
    for name, row in found.items():
        print(
            f"{name:<12}"
            + "".join(f"{row.get(k, ''):>{n}}" for k, n in (("load", 8), ("title", 8), ("first", 8), ("switch", 8)))
            + f"{row['longest']:>9}"
        )
    slow = {name: row for name, row in found.items() if max(row["load"], row["longest"], row["first"]) >= BAR_MS}
    print(json.dumps({"records": asked.records, "pages": found, "bar_ms": BAR_MS, "slower": sorted(slow)}))


def measure(browser: Browser, address: str, entries: list[Entry], rounds: int) -> dict[str, dict[str, float]]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/{START}?reviewer={WHO}")
    page.evaluate(LOADED)
    times: dict[str, list[float]] = {entry.address: [] for entry in entries}
    for _ in range(1 + rounds):
        for entry in sorted(entries, key=lambda entry: entry.address == START):
            times[entry.address].append(page.evaluate(SWITCH, f"/{entry.address}"))
            page.wait_for_timeout(200)
    page.close()
    found = {}
    for entry in entries:
        loads = [load(browser, f"{address}/{entry.address}?reviewer={WHO}", entry) for _ in range(max(1, rounds // 2))]
        first, *later = times[entry.address]
        found[entry.address] = {
            "load": round(statistics.median(whole for whole, _ in loads)),
            **({"title": round(statistics.median(title for _, title in loads))} if entry.address == "screen" else {}),
            "first": round(first),
            "switch": round(statistics.median(later)),
            "longest": round(max(later)),
        }
    return found


def load(browser: Browser, address: str, entry: Entry) -> tuple[float, float]:
    """How long a browser without anything kept takes to the whole page, and to the first title on the card."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(address, wait_until="commit")
        titled = page.evaluate(TITLED) if entry.address == "screen" else 0.0
        return page.evaluate(LOADED), titled


# The review


def build(root: Path, count: int) -> None:
    """A review half way: duplicates, two people who screened a tenth each, conflicts, full texts, charted studies."""
    draw = random.Random(0)
    project = create(root, preset="lstv-machine-learning")
    text = project.protocol_path.read_text(encoding="utf-8")
    project.protocol_path.write_text(text.replace("pilot_records: 50", "pilot_records: 0"), encoding="utf-8")
    protocol.freeze(project)
    entries = [
        f"TY  - JOUR\nID  - {n}\nTI  - {' '.join(draw.choices(WORDS, k=12))} {n}\nAU  - Sample, {chr(65 + n % 26)}\nPY  - {2000 + n % 25}\n"
        f"AB  - {' '.join(draw.choices(WORDS, k=200))}\nDO  - 10.5555/many.{n}\nER  - \n"
        for n in range(count)
    ]
    again = entries[:: max(1, count // 1_000)]
    for source, part in (("scopus", entries[len(again) :]), ("pubmed", [*entries[: len(again)], *again])):
        collect.import_bytes(project, "\n".join(part).encode(), file_name=f"{source}.ris", origin=Origin(source=source))
    works.dedup(project)
    every = list(works.works(project).members)
    share = count // 10
    reason = protocol.in_force(project).exclude[0].id
    for who, begin in (("Ana", 0), ("Bo", share // 4)):
        said = [
            (work, Verdict.INCLUDE if draw.random() < 0.1 else Verdict.EXCLUDE) for work in every[begin : begin + share]
        ]
        screen.decide_all(project, [_decision(who, work, verdict, Stage.TITLE_ABSTRACT) for work, verdict in said])
    for conflict in screen.conflicts(project, Stage.TITLE_ABSTRACT)[: share // 20]:
        settled = _decision("Cy", conflict.record_id, Verdict.INCLUDE, Stage.TITLE_ABSTRACT, role=Role.ADJUDICATOR)
        screen.decide(project, settled)
    passed = list(screen.outcomes(project, Stage.FULL_TEXT))
    for at, work in enumerate(passed[: len(passed) // 2]):
        fulltext.set_retrieval(project, work, "retrieved", person="Ana")
        for who in ("Ana", "Bo"):
            verdict = Verdict.EXCLUDE if at % 3 else Verdict.INCLUDE
            screen.decide(project, _decision(who, work, verdict, Stage.FULL_TEXT, reason=reason if at % 3 else ""))
    _chart(project)
    rank.rank(project)
    project.close()


def _decision(
    who: str, work: str, verdict: Verdict, stage: Stage, *, reason: str = "", role: Role = Role.REVIEWER
) -> Decision:
    return Decision(record_id=work, shown=work, stage=stage, reviewer=who, verdict=verdict, reason=reason, role=role)


def _chart(project: Project) -> None:
    fields = [field.id for field in protocol.in_force(project).form.fields if field.kind == "text"]
    said = [
        ChartEntry(record_id=study.record_id, field_id=field, reviewer="Ana", value="as reported", quote="as reported")
        for study in chart.studies(project)
        for field in fields
    ]
    chart.save(project, said)


if __name__ == "__main__":
    main()
