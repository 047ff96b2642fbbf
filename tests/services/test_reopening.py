"""What leaves the project opens in pandoc and in ASReview with as many records, the same titles, DOIs and labels."""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import pypandoc
import pytest
from servers import unavailable

from review.domain.record import Record
from review.domain.screening import Verdict
from review.formats import registry, screened
from review.formats.screened import Screened

ROOT = Path(__file__).resolve().parents[2]
ASREVIEW = ROOT / ".asreview" / "bin" / "python"
TITLES = (
    "Castellvi's classification: 50% of R&D in α-helix readers",
    "Müller–Lyer and naïve readers, “twice” {B}",
    "A_B and $5 of C#: x^2 ~ y \\ z",
    "Numbering of lumbar levels",
    "=cmd|' /C calc'!A0",
    "-5 degrees and +3 others @ home",
    "Editorial",
    "Editorial",
)
LABELS = (
    Verdict.INCLUDE,
    Verdict.EXCLUDE,
    None,
    Verdict.MAYBE,
    Verdict.INCLUDE,
    Verdict.EXCLUDE,
    None,
    Verdict.EXCLUDE,
)
READS = """
import json, sys, warnings
warnings.simplefilter("ignore")
from asreview.data.loader import load_records
found = {}
for path in sys.argv[1:]:
    records = load_records(path, dataset_id="d")
    found[path] = [[r.title, r.abstract, r.authors, r.year, r.doi, r.included] for r in records]
print(json.dumps(found))
"""


def invented() -> list[Record]:
    return [
        Record(
            source="pubmed" if n % 2 else "scopus",
            source_id=str(n),
            title=title,
            abstract=f"{title}. We studied {n} patients; p < 0.05 & more.",
            authors=("Müller, Jörg", "O'Neil, A.-M.", "World Health Organization"),
            year=2015 + n,
            journal="Journal of Invented Spine",
            volume="3",
            issue="2",
            pages="11-19",
            doi=f"10.5555/inv_{n}(a)",
            pmid=str(900 + n),
            keywords=("spine", "50% off"),
            type="article-journal",
            notes="kept; as it was",
        )
        for n, title in enumerate(TITLES)
    ]


def real(shared: Path) -> list[Record]:
    """Real records of three databases."""
    folder = shared / "data" / "formats" / "dev"
    paths = [*sorted((folder / "nbib").iterdir())[:6], *sorted((folder / "ris").glob("*scopus*.ris"))[:2]]
    items = [one for p in paths for one in registry.read(p.read_bytes(), source=p.stem, file_name=p.name)]
    found = {one.record_id: one for one in items if isinstance(one, Record) and one.title}
    assert len(found) > 20
    return list(found.values())


def letters(text: str) -> str:
    """As titles are compared: a program may show markup, dashes and quotation marks its own way."""
    text = re.sub(r"<[^<>]+>", "", text)
    return "".join(sign for sign in unicodedata.normalize("NFKD", text).casefold() if sign.isalnum())


def written(records: Sequence[Record], folder: Path, endings: Sequence[str]) -> dict[str, Path]:
    paths = {ending: folder / f"records{ending}" for ending in endings}
    for ending, path in paths.items():
        path.write_bytes(registry.write(records, ending))
    return paths


def reopened_in_pandoc(path: Path, form: str) -> list[Mapping[str, str]]:
    items: list[Mapping[str, str]] = json.loads(pypandoc.convert_file(str(path), "csljson", format=form))
    return items


FORMS = (("ris", ".ris"), ("bibtex", ".bib"), ("biblatex", ".bib"), ("csljson", ".json"))


@pytest.mark.parametrize(("form", "ending"), FORMS)
def test_pandoc_reads_as_many_records_with_their_titles_and_dois(form: str, ending: str, tmp_path: Path) -> None:
    records = invented()
    items = reopened_in_pandoc(written(records, tmp_path, [ending])[ending], form)
    assert len(items) == len(records)
    assert sorted(letters(item["title"]) for item in items) == sorted(letters(one.title) for one in records)
    assert sorted(item["DOI"] for item in items) == sorted(one.doi for one in records)


@pytest.mark.shared
@pytest.mark.parametrize(("form", "ending"), FORMS)
def test_pandoc_reads_real_records_too(form: str, ending: str, tmp_path: Path, shared: Path) -> None:
    records = real(shared)
    items = reopened_in_pandoc(written(records, tmp_path, [ending])[ending], form)
    assert len(items) == len(records)
    assert sorted(item.get("DOI", "") for item in items) == sorted(one.doi for one in records)


def read_by_asreview(paths: Sequence[Path]) -> dict[str, list[list[object]]]:
    if not ASREVIEW.exists():
        unavailable("ASReview is not here: make .asreview")
    done = subprocess.run(
        [ASREVIEW, "-c", READS, *paths],
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
        cwd=paths[0].parent,
        env={"HOME": str(paths[0].parent)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, list[list[object]]] = json.loads(done.stdout)
    return found


@pytest.mark.shared
def test_asreview_reads_as_many_records_with_their_labels(tmp_path: Path, shared: Path) -> None:
    plain = written(invented(), tmp_path, [".csv", ".tsv", ".xlsx", ".ris"])
    items = [Screened(record=one, label=label) for one, label in zip(invented(), LABELS, strict=True)]
    more = real(shared)
    items += [Screened(record=one, label=LABELS[n % len(LABELS)]) for n, one in enumerate(more)]
    labelled = {ending: tmp_path / f"labelled{ending}" for ending in screened.READ_BY["asreview"]}
    for ending, path in labelled.items():
        path.write_bytes(screened.write(items, program="asreview", ending=ending))
    found = read_by_asreview([*plain.values(), *labelled.values()])
    numbers = [{Verdict.INCLUDE: 1, Verdict.EXCLUDE: 0}.get(one.label) if one.label else None for one in items]
    for path in plain.values():
        assert [row[5] for row in found[str(path)]] == [None] * len(TITLES)
    for ending, path in labelled.items():
        rows = found[str(path)]
        assert len(rows) == len(items), ending
        assert [row[5] for row in rows] == numbers, ending
        for row, one in zip(rows, items, strict=True):
            assert letters(str(row[0])) == letters(one.record.title), ending
            assert row[3] == one.record.year, ending
            assert (row[4] or "") == one.record.doi, ending
