"""One real, labelled set taken the whole way, with the time of each step.

    python benchmarks/whole_way.py ../shared/data/ranking/dev/Cohen_ADHD.csv.xz [--keep DIR]

Import, dedup, rank, the real labels replayed as two reviewers who disagree on some, a third who settles, full text,
ten studies charted, flow, manuscript, PDF, and the bundle opened elsewhere. The set's records and labels are real;
who disagreed, the reasons for exclusion and the charted values are drawn with a fixed seed, for the set has none.
"""

from __future__ import annotations

import argparse
import csv
import io
import lzma
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from review.domain.charting import ChartEntry, FieldKind
from review.domain.flow import identities
from review.domain.screening import Decision, Role, Stage, Verdict
from review.services import (
    bundle,
    chart,
    collect,
    facts,
    flow,
    fulltext,
    overview,
    project,
    protocol,
    rank,
    screen,
    works,
)
from review.services.collect import Origin
from review.services.manuscript import building, paper
from review.services.project import Project

csv.field_size_limit(10**9)
DISAGREE = 0.08  # of the records, at title and abstract
PASS = 0.04  # irrelevant records that still look relevant by their abstract
REASONS = ("E1", "E2", "E3", "E4")
CHARTED = 10
Answer = TypeVar("Answer")


@dataclass(slots=True)
class WholeWay:
    """What came of it: the project's folder, its bundle, and the seconds each step took."""

    root: Path
    bundle: Path
    labels: dict[str, bool]
    seconds: dict[str, float] = field(default_factory=dict)

    def step(self, name: str, do: Callable[[], Answer]) -> Answer:
        started = time.perf_counter()
        answer = do()
        self.seconds[name] = time.perf_counter() - started
        return answer


def run(data: Path, folder: Path, *, formats: tuple[str, ...] = ("docx", "pdf", "html", "tex", "md")) -> WholeWay:
    """Take one labelled set (`record_id,title,abstract,label_included`, .csv.xz) the whole way in a new folder."""
    text, labels = _without_labels(data)
    way = WholeWay(root=folder / "review", bundle=folder / "review.zip", labels=labels)
    made = way.step("new", lambda: project.create(way.root, preset="lstv-machine-learning"))
    try:
        way.step("freeze", lambda: protocol.freeze(made, who="Ana"))
        origin = Origin(source="export", reported=len(labels))
        way.step("import", lambda: collect.import_bytes(made, text, file_name="export.csv", origin=origin))
        way.step("dedup", lambda: works.dedup(made))
        way.step("rank", lambda: rank.rank(made))
        way.step("screen", lambda: _screen(made, labels))
        way.step("rank again", lambda: rank.rank(made))
        way.step("full text", lambda: _full_text(made, labels))
        way.step("chart", lambda: _chart(made))
        way.step(
            "flow", lambda: flow.write(made, [way.root / f"flow.{s}" for s in ("svg", "png", "pdf", "csv", "json")])
        )
        place = way.step("paper new", lambda: paper.create(made, Path("paper")))
        way.step("paper build", lambda: building.build(made, place, formats))
        way.step("status", lambda: overview.status(made))
        way.step("export", lambda: bundle.export(made, way.bundle))
        way.step("verify", lambda: bundle.verify(way.bundle))
    finally:
        made.close()
    return way


def _without_labels(data: Path) -> tuple[bytes, dict[str, bool]]:
    """The set as an export a reviewer would be handed, and what is known of each record."""
    with lzma.open(data, "rt", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    out = io.StringIO()
    writer = csv.DictWriter(out, ["record_id", "title", "abstract"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    labels = {f"export:{row['record_id']}": row["label_included"] == "1" for row in rows}
    return out.getvalue().encode("utf-8"), labels


def _relevant(made: Project, labels: dict[str, bool]) -> dict[str, bool]:
    return {work: any(labels[r] for r in members) for work, members in works.works(made).members.items()}


def _screen(made: Project, labels: dict[str, bool]) -> None:
    chance = random.Random(1)
    relevant = _relevant(made, labels)
    stage = Stage.TITLE_ABSTRACT
    said: list[Decision] = []
    for work in screen.queue(made, "Ana", stage):
        forward = relevant[work] or chance.random() < PASS
        differ = chance.random() < DISAGREE
        for who, verdict in (("Ana", forward), ("Ben", forward ^ differ)):
            choice = Verdict.INCLUDE if verdict else Verdict.EXCLUDE
            said.append(Decision(record_id=work, stage=stage, reviewer=who, verdict=choice))
    screen.decide_all(made, said)
    settled = [
        Decision(
            record_id=c.record_id,
            stage=stage,
            reviewer="Chris",
            role=Role.ADJUDICATOR,
            verdict=Verdict.INCLUDE if relevant[c.record_id] else Verdict.EXCLUDE,
        )
        for c in screen.conflicts(made, stage)
    ]
    screen.decide_all(made, settled)


def _full_text(made: Project, labels: dict[str, bool]) -> None:
    chance = random.Random(2)
    relevant = _relevant(made, labels)
    stage = Stage.FULL_TEXT
    said: list[Decision] = []
    for number, work in enumerate(screen.queue(made, "Ana", stage)):
        if not relevant[work] and number % 10 == 0:
            fulltext.set_retrieval(made, work, "not_retrieved", person="Ana")
            continue
        reason = "" if relevant[work] else chance.choice(REASONS)
        other = reason if chance.random() > DISAGREE or not reason else chance.choice(REASONS)
        for who, why in (("Ana", reason), ("Ben", other)):
            choice = Verdict.EXCLUDE if why else Verdict.INCLUDE
            said.append(Decision(record_id=work, stage=stage, reviewer=who, verdict=choice, reason=why))
    screen.decide_all(made, said)
    for c in screen.conflicts(made, stage):
        settled = Decision(
            record_id=c.record_id,
            stage=stage,
            reviewer="Chris",
            role=Role.ADJUDICATOR,
            verdict=Verdict.EXCLUDE,
            reason=c.decisions[0].reason,
        )
        screen.decide(made, settled)


def _chart(made: Project) -> None:
    chance = random.Random(3)
    entries = []
    for work in flow.included(made)[:CHARTED]:
        for item in chart.form(made).fields:
            value = {FieldKind.NUMBER: str(chance.randint(20, 3000)), FieldKind.YES_NO: "yes"}.get(item.kind, "")
            if item.kind in (FieldKind.CHOICE, FieldKind.MULTI):
                value = chance.choice(item.options)
            if value:
                entries.append(
                    ChartEntry(
                        record_id=work, field_id=item.id, reviewer="Ana", value=value, quote="as drawn", page="1"
                    )
                )
    chart.save(made, entries)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--keep", type=Path, help="work in this new folder and leave everything there")
    given = parser.parse_args()
    for data in given.data:
        with tempfile.TemporaryDirectory() as folder:
            way = run(data, (given.keep or Path(folder)) / data.name.split(".")[0])
            made = project.open_store_for(way.root)
            counts = flow.counts(made)
            broken = [i.id for i in identities(counts) if not i.holds]
            print(f"{data.name}: {len(way.labels):,} records, {sum(way.seconds.values()):.1f} s in all")
            print("  " + "  ".join(f"{name} {seconds:.2f}" for name, seconds in way.seconds.items()))
            print(
                f"  identities broken: {broken or 'none'}; facts: {len(facts.facts(made))}; included {counts.new_studies}"
            )
            made.close()


if __name__ == "__main__":
    main()
