"""The sample review, taken the whole way: the same services a user calls, on the invented records that ship."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from review.domain.charting import Answer, ChartEntry
from review.domain.errors import AlreadyExists, BadInput
from review.domain.finding import Finding
from review.domain.screening import Decision, Role, Stage, Verdict
from review.resources import data_dir
from review.services import (
    chart,
    collect,
    flow,
    full_text_intake,
    fulltext,
    protocol,
    rank,
    sample_papers,
    screen,
    works,
)
from review.services import project as projects
from review.services.charting import comparison
from review.services.collect import Origin
from review.services.manuscript import building, paper
from review.services.project import Progress, Project, silent

PRESET = "lstv-machine-learning"
EXPORTS = (("pubmed.nbib", "pubmed"), ("arxiv.xml", "arxiv"), ("scopus.ris", "scopus"), ("ieee.bib", "ieee"))
FORMATS = ("docx", "pdf", "html", "tex", "md")
_WHO = "Ana Sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """What the sample left behind: its folder, the diagram, the manuscript and its documents; `linted` is said of its paper."""

    root: Path
    files: tuple[Path, ...]
    findings: tuple[Finding, ...]
    linted: tuple[Finding, ...] = ()
    was_there: bool = False


def build(folder: Path, *, progress: Progress = silent) -> DemoReport:
    """Make the sample review in a new folder; one that is there already is left as it is and only named.

    It is made beside the folder and moved there when it is complete, so that a stopped run leaves no half review.
    """
    place = folder.resolve()
    if (place / projects.CONFIG).exists():
        return DemoReport(root=place, files=_made(place), findings=(), was_there=True)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise AlreadyExists(place, hint="Choose another folder for the sample.")
    unfinished = place.with_name(f".{place.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    project = projects.create(unfinished, preset=PRESET, name=place.name)
    try:
        findings, linted = _whole_way(project, progress)
    finally:
        project.close()
    if place.exists():
        place.rmdir()
    unfinished.rename(place)
    return DemoReport(root=place, files=_made(place), findings=findings, linted=linted)


def _made(root: Path) -> tuple[Path, ...]:
    """What a reader wants to open: the diagram, the manuscript and its documents."""
    found = [*root.glob("flow.*"), root / "paper" / paper.MANUSCRIPT, *(root / "paper" / paper.BUILD).glob("*")]
    return tuple(sorted((path for path in found if path.is_file()), key=lambda path: (len(path.parts), path.name)))


def _whole_way(project: Project, progress: Progress) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    sample = data_dir("templates") / "sample"
    progress("Freezing the protocol", 0.02)
    protocol.freeze(project, who=_WHO)
    exports = project.root / "exports"
    exports.mkdir()
    shutil.copyfile(sample / "README.md", project.root / "README.md")
    for name, _ in EXPORTS:
        shutil.copyfile(sample / name, exports / name)
    for at, (name, source) in enumerate(EXPORTS):
        progress(f"Importing {name}", 0.05 + at * 0.02)
        collect.import_file(project, exports / name, origin=Origin(source=source))
    progress("Looking for duplicates", 0.15)
    works.dedup(project)
    progress("Ranking by the protocol's words", 0.25)
    rank.rank(project)
    progress("Screening titles and abstracts", 0.35)
    _decide(project, sample / "decisions-title-abstract.csv", Stage.TITLE_ABSTRACT)
    progress("Reading full texts", 0.45)
    _retrieve(project, sample / "retrieval.csv")
    _bring_papers(project)
    _decide(project, sample / "decisions-full-text.csv", Stage.FULL_TEXT)
    rank.rank(project)
    progress("Charting", 0.55)
    _chart(project, sample / "charting.csv")
    _chart(project, sample / "charting-second.csv")
    _settle(project)
    progress("Drawing the flow diagram", 0.6)
    diagrams = tuple(project.root / f"flow.{suffix}" for suffix in ("svg", "png", "pdf", "csv", "json"))
    findings = flow.write(project, diagrams)
    progress("Writing the manuscript", 0.7)
    place = paper.create(project, Path("paper"))
    built = building.build(project, place, FORMATS)
    progress("Done", 1.0)
    return (*findings, *built.findings), built.linted


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as handle:
        yield from csv.DictReader(handle)


def _resolved(project: Project, path: Path) -> list[tuple[str, dict[str, str]]]:
    """Each row with the record its `match` names."""
    rows = list(_rows(path))
    found = collect.find_records(project, [row["match"] for row in rows])
    for number, row in enumerate(rows, start=2):
        if row["match"] not in found:
            raise BadInput(path.name, f"line {number}: no record matches {row['match']!r}.")
    return [(found[row["match"]], row) for row in rows]


def _decide(project: Project, path: Path, stage: Stage) -> None:
    """The reviewers' decisions first; then the adjudicator's, who settles the conflicts they made."""
    resolved = _resolved(project, path)
    for role in (Role.REVIEWER, Role.ADJUDICATOR):
        decisions = [
            Decision(
                record_id=record,
                stage=stage,
                reviewer=row["reviewer"],
                role=role,
                verdict=Verdict(row["verdict"]),
                reason=row["reason"],
                note=row["note"],
            )
            for record, row in resolved
            if row["role"] == role
        ]
        screen.decide_all(project, decisions)


def _retrieve(project: Project, path: Path) -> None:
    for record, row in _resolved(project, path):
        fulltext.set_retrieval(project, record, row["status"], person=_WHO, note=row["note"])


def _bring_papers(project: Project) -> None:
    """The files of a few reports, each of which says by its DOI which one it is."""
    texts = dict(sample_papers.texts())
    found = collect.find_records(project, list(texts))
    work_of = works.works(project).work_of
    shown = works.read(project, [work_of[record] for record in found.values()])
    uploads = []
    for doi, text in texts.items():
        record = shown[work_of[found[doi]]]
        name = f"{record.short_citation.replace(' et al.', '')}.pdf"
        uploads.append(full_text_intake.Upload(name=name, data=sample_papers.drawn(record, doi, text)))
    for taken in full_text_intake.take(project, uploads, person=_WHO):
        if taken.work not in shown:
            raise BadInput(taken.name, taken.message)


def _chart(project: Project, path: Path) -> None:
    entries = [
        ChartEntry(
            record_id=record,
            field_id=row["field_id"],
            reviewer=row["reviewer"],
            value=row["value"],
            answer=Answer(row["answer"]) if row["answer"] else None,
            unit=row["unit"],
            quote=row["quote"],
            page=row["page"],
        )
        for record, row in _resolved(project, path)
    ]
    chart.save(project, entries)
    for who in sorted({entry.reviewer for entry in entries}):
        chart.hand_in(project, [entry.record_id for entry in entries if entry.reviewer == who], reviewer=who)


def _settle(project: Project) -> None:
    """Where the two who charted a study differ, they agree on what the first of them had written."""
    for work in comparison.comparable(project):
        for one in comparison.compared(project, work):
            if one.open:
                first = min((entry for entry in one.answers.values() if entry), key=lambda e: e.number)
                comparison.settle(project, [comparison.as_settled(first, one, first.reviewer)], role=Role.REVIEWER)
