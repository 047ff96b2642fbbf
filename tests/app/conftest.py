"""A small invented review, brought by the services to where every page has something to show."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from review.app import frame
from review.domain.charting import ChartEntry
from review.domain.screening import Decision, Stage, Verdict
from review.services import chart, collect, fulltext, protocol, screen, works
from review.services.collect import Origin
from review.services.project import Project, create, open_project

MAIN = Path(frame.__file__).resolve().parent / "main.py"
NASTY = "*Stars* _both_ <b>bold</b> <script>window.hacked=1</script> :red[no] $x$ [link](http://bad.example) R&D"
PROTOCOL = """\
title: "Counting *vertebrae*: a scoping review"
question: Which programs count vertebrae?
pcc: {population: People with spines, concept: Counting by a program, context: Anywhere}
sources:
  - {name: pubmed, label: PubMed, kind: database, query: "spine AND count"}
criteria:
  include:
    - {id: I1, label: Counts, text: The report counts vertebrae by a program.}
  exclude:
    - {id: E1, label: Not human, text: Animals or phantoms only.}
    - {id: E2, label: No program, text: "Counted by hand & eye <only>."}
screening: {reviewers_per_record: 2, instructions: "If unsure, say maybe."}
highlights: {include: [vertebrae, deep learning], exclude: [phantom]}
charting:
  fields:
    - {id: n_patients, label: Patients, kind: number, unit: patients, section: Size}
    - {id: design, label: Design, kind: choice, options: [prospective, retrospective], section: Study}
    - {id: tasks, label: Tasks, kind: multi, options: [detect, count], section: Study}
    - {id: open_code, label: Code is open, kind: yes_no, section: Study}
    - {id: searched, label: Day of data, kind: date, section: Study}
    - {id: remark, label: Remark, kind: text}
"""
# (title, abstract, verdict of Ana, of Bo)
RECORDS = (
    ("Counting vertebrae by deep learning", "We count vertebrae.", "include", "include"),
    ("A disputed phantom study of counting", "A phantom was counted.", "include", "exclude"),
    ("Counting sheep on hills", "Sheep were counted.", "exclude", "exclude"),
    ("Ribs and their numbers in children", "Ribs were numbered.", "include", "maybe"),
    (NASTY, f"An abstract with {NASTY} and vertebrae.", "", ""),
    ("A second open record on numbering", "Vertebrae, not invertebrates.", "", ""),
    ("A third open record, without words", "", "", ""),
)


def ris() -> bytes:
    entries = []
    for number, (title, abstract, _, _) in enumerate(RECORDS):
        entries.append(
            f"TY  - JOUR\nID  - r{number}\nTI  - {escape(title)}\nAU  - Sample, Ann\nPY  - 202{number % 5}\nJO  - Invented\n"
            f"DO  - 10.5555/inv.{number}\nAB  - {escape(abstract)}\nER  - \n"
        )
    return "\n".join(entries).encode()


def ids(project: Project) -> list[str]:
    """The works in the order of RECORDS."""
    shown = works.read(project, list(works.works(project).members))
    number = {record.doi.rpartition(".")[2]: work for work, record in shown.items()}
    return [number[str(at)] for at in range(len(RECORDS))]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reviewed(tmp_path_factory.mktemp("made") / "spines")


def reviewed(root: Path) -> Path:
    """A review in this folder that has something to show on every page."""
    root.mkdir()
    (root / "protocol.yaml").write_text(PROTOCOL, encoding="utf-8")
    project = create(root)
    protocol.freeze(project, who="Ana")
    collect.import_bytes(project, ris(), file_name="pubmed.ris", origin=Origin(source="pubmed"))
    works.dedup(project)
    found = ids(project)
    for work, (_, _, ana, bo) in zip(found, RECORDS, strict=True):
        for who, verdict in (("Ana", ana), ("Bo", bo)):
            if verdict:
                decide(project, who, work, Verdict(verdict), Stage.TITLE_ABSTRACT, note=f"{who}'s secret note")
    fulltext.set_retrieval(project, found[0], "retrieved", person="Ana")
    for who in ("Ana", "Bo"):
        decide(project, who, found[0], Verdict.INCLUDE, Stage.FULL_TEXT)
    chart.save(
        project,
        [
            ChartEntry(
                record_id=found[0], field_id="n_patients", reviewer="Bo", value="120", quote="120 patients", page="3"
            )
        ],
    )
    project.close()
    return root


def decide(project: Project, who: str, work: str, verdict: Verdict, stage: Stage, **more: Any) -> None:
    decision = Decision(record_id=work, stage=stage, reviewer=who, verdict=verdict, shown=work, **more)
    screen.decide(project, decision)


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """The review of one test; the pages open the same folder."""
    root = tmp_path / "spines"
    shutil.copytree(made, root)
    monkeypatch.setenv(frame.PROJECT, str(root))
    monkeypatch.delenv(frame.REVIEWER, raising=False)
    found = open_project(root)
    yield found
    found.close()
    frame.opened(str(root)).close()
    frame.opened.clear()


Visit = Callable[..., AppTest]


@pytest.fixture
def visit(project: Project) -> Visit:
    """Open one page as one person; screening in its plain form unless `basic` is false, for no script runs here."""

    def opened(file: str, who: str = "Ana", *, basic: bool = True) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        if basic:
            at.query_params["basic"] = "1"
        if who:
            at.query_params["reviewer"] = who
        at.run()
        return at.switch_page(f"views/{file}.py").run()

    return opened
