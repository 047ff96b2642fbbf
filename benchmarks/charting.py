"""What we claim about charting: 200 included studies × 60 fields × 2 people, in time and memory.

Run: python benchmarks/charting.py [--studies N] [--fields N]

The review is invented: every study has a PDF of twelve pages, both people fill in every field with its words and page, and
differ in one answer of twenty. Times are the median of several runs and the slowest of them.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from review.domain.charting import ChartEntry
from review.domain.screening import Decision, Stage, Verdict
from review.services import bundle, chart, collect, facts, full_texts, included, maps, protocol, screen, works
from review.services.charting import comparison, drafts, exports, texts
from review.services.collect import Origin
from review.services.project import Project, create
from review.storage import full_texts as stored
from review.storage.full_texts import KEPT, FileFact

WHO = ("Ana", "Bo")
OPTIONS = ("retrospective", "prospective", "cross-sectional", "other")
SCANS = ("CT", "MRI", "X-ray")
PAGES = 12
WORDS = [
    "the",
    "cohort",
    "held",
    "patients",
    "who",
    "were",
    "scanned",
    "in",
    "one",
    "of",
    "several",
    "hospitals",
    "and",
    "read",
    "by",
    "two",
    "radiologists",
]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--studies", type=int, default=200)
    options.add_argument("--fields", type=int, default=60)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = invented(Path(folder) / "review", studies=asked.studies, fields=asked.fields)
        print(f"{asked.studies} studies, {asked.fields} fields, {len(WHO)} people, {PAGES} pages of text each")
        measured(project, Path(folder))
        project.close()
    print(f"memory at its highest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def invented(root: Path, *, studies: int, fields: int) -> Project:
    """A review whose studies are all included and charted by both."""
    root.mkdir(parents=True)
    (root / "protocol.yaml").write_text(protocol_text(fields), encoding="utf-8")
    project = create(root)
    protocol.freeze(project)
    entries = (
        f"TY  - JOUR\nID  - {n}\nTI  - Invented study number {n} of {WORDS[n % len(WORDS)]}\nAU  - Writer{n}, Ada\n"
        f"PY  - {2010 + n % 15}\nJO  - Invented\nDO  - 10.5555/chart.{n}\nAB  - {' '.join(WORDS)} {n}.\nER  - \n"
        for n in range(studies)
    )
    collect.import_bytes(project, "\n".join(entries).encode(), file_name="a.ris", origin=Origin(source="pubmed"))
    found = list(works.works(project).members)
    for stage in Stage:
        said = [Decision(record_id=w, stage=stage, reviewer="Ana", verdict=Verdict.INCLUDE, shown=w) for w in found]
        screen.decide_all(project, said)
    with_texts(project, found)
    luck = random.Random(7)
    for who in WHO:
        given = [entry for work in found for entry in answers(project, work, who, luck)]
        chart.save(project, given)
        chart.hand_in(project, found, reviewer=who)
    return project


def protocol_text(fields: int) -> str:
    kinds = (
        "kind: number, unit: patients",
        f"kind: choice, options: [{', '.join(OPTIONS)}]",
        "kind: yes_no",
        f"kind: multi, options: [{', '.join(SCANS)}]",
        "kind: text",
        "kind: number, unit: per cent",
    )
    lines = "\n".join(
        f"    - {{id: f{n}, label: Field {n}, {kinds[n % len(kinds)]}, section: Part {n // 10}}}" for n in range(fields)
    )
    return (
        "title: Invented\nquestion: What?\npcc: {population: p, concept: c, context: x}\n"
        "sources:\n  - {name: pubmed, label: PubMed, kind: database, query: spine}\n"
        "criteria:\n  exclude:\n    - {id: E1, label: other, text: not this}\n"
        f"screening: {{reviewers_per_record: 1}}\ncharting:\n  people_per_study: 2\n  fields:\n{lines}\n"
    )


def with_texts(project: Project, found: list[str]) -> None:
    """A text of twelve pages for each study, as it was read from its PDF; the PDFs themselves are not needed here."""
    luck = random.Random(3)
    said = []
    for n, work in enumerate(found):
        pages = [" ".join(luck.choices(WORDS, k=600)) + f". We read {1000 + n} patients." for _ in range(PAGES)]
        digest = f"{n:064x}"
        path = stored.path_of(project.root / full_texts.FOLDER, digest).with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"pages": pages, "title": ""}), encoding="utf-8")
        said.append(
            FileFact(
                sha256=digest,
                record_id=work,
                status=KEPT,
                name=f"{n}.pdf",
                size=1,
                pages=PAGES,
                origin="",
                who="Ana",
                note="",
            )
        )
    stored.append(project.store, said)


def answers(project: Project, work: str, who: str, luck: random.Random) -> Iterator[ChartEntry]:
    """One person's answers to a study; of twenty, one differs from the other person's."""
    for at, field in enumerate(chart.form(project).fields):
        mine = at + (who == "Bo" and luck.random() < 0.05)
        value = {
            "number": str(100 + mine),
            "choice": OPTIONS[mine % len(OPTIONS)],
            "yes_no": ("yes", "no")[mine % 2],
            "multi": SCANS[mine % len(SCANS)],
        }.get(str(field.kind), f"words {mine}")
        yield ChartEntry(
            record_id=work, field_id=field.id, reviewer=who, value=value, quote="the cohort held patients", page="1"
        )


def measured(project: Project, folder: Path) -> None:
    works_of_it = [study.record_id for study in chart.studies(project)]
    numbers = iter(range(10_000_000))

    def forget() -> None:
        """As after somebody's answer: everything is computed anew."""
        project._answers.clear()  # noqa: SLF001

    def one_study() -> None:
        work = works_of_it[next(numbers) % len(works_of_it)]
        drafts.counts(project, reviewer="Ana")
        drafts.filled(project, work, reviewer="Ana")
        texts.suggestions(project, work)

    def anew(ask: Callable[[], object]) -> Callable[[], object]:
        def asked() -> object:
            forget()
            return ask()

        return asked

    def type_one() -> None:
        n = next(numbers)
        work = works_of_it[n % 5]
        entry = ChartEntry(record_id=work, field_id="f4", reviewer="Ana", value=f"typed {n}", quote="the cohort held")
        drafts.keep(project, entry, typed_at=float(n))

    said(40, "a box kept as it is typed", type_one)
    said(5, "the page of one study, everything computed anew", anew(one_study))
    said(10, "the page of another study", one_study)
    said(5, "the whole page Chart, run again by the server", page(project))
    said(5, "one study compared", lambda: comparison.compared(project, works_of_it[0]))
    said(3, "agreement by field", lambda: comparison.agreement(project))
    said(3, "evidence map of two fields, everything computed anew", anew(lambda: maps.map_of(project, "f1", "f3")))
    said(5, "evidence map of two other fields", lambda: maps.map_of(project, "f0", "f1"))
    said(3, "table of included studies", lambda: included.studies(project))
    said(3, "facts of the manuscript", lambda: facts.facts(project))
    said(2, "every answer as JSON", lambda: exports.long_json(project))
    said(2, "workbook with every answer", lambda: exports.table_file(project, ".xlsx"))
    said(2, "map for EPPI-Mapper", lambda: exports.eppi_json(project))
    said(1, "export of the bundle", lambda: bundle.export(project, folder / "review.zip"))
    said(1, "verification of the bundle", lambda: verified(folder / "review.zip"))
    print(f"the bundle: {(folder / 'review.zip').stat().st_size / 1e6:.1f} MB")


def page(project: Project) -> Callable[[], object]:
    """The page Chart as the server runs it, once it has run for this person before."""
    import os

    from streamlit.testing.v1 import AppTest

    from review.app import frame

    os.environ[frame.PROJECT] = str(project.root)
    at = AppTest.from_file(str(Path(frame.__file__).with_name("main.py")), default_timeout=60)
    at.query_params["reviewer"] = "Ana"
    at.run()
    at = at.switch_page("views/chart.py").run()
    if at.exception:
        raise SystemExit(str(at.exception))
    return at.run


def verified(path: Path) -> None:
    found = bundle.verify(path)
    if found:
        raise SystemExit(f"{found[0]}")


def said(times: int, what: str, act: Callable[[], object]) -> None:
    """Print the median, the slowest and the processor's time of several runs: others may keep the computer busy."""
    taken, worked = [], []
    for _ in range(times):
        began, idle = time.perf_counter(), time.process_time()
        act()
        taken.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - idle))
    shown = f"{statistics.median(taken):>9.1f} ms, slowest {max(taken):>9.1f} ms, processor {statistics.median(worked):>8.1f} ms"
    print(f"{what:<54} {shown} ({times} times)", flush=True)


if __name__ == "__main__":
    main()
