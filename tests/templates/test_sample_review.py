"""The sample review holds together: files, overlaps, decisions, charting; and all of it is visibly invented."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from functools import cache

import pytest

from review import plugins
from review.domain.charting import Answer, FieldKind, check_value
from review.domain.finding import Finding
from review.domain.protocol import Protocol
from review.domain.protocol_check import check
from review.domain.record import Record
from review.domain.screening import Decision, Role, Stage, Standing, Verdict, outcome
from review.evidence.proportions import wilson
from review.resources import data_dir, read_yaml

SAMPLE = data_dir("templates") / "sample"
COUNTS = {"pubmed.nbib": 65, "arxiv.xml": 35, "scopus.ris": 60, "ieee.bib": 25}
READERS = {"pubmed.nbib": "nbib", "arxiv.xml": "arxiv_atom", "scopus.ris": "ris", "ieee.bib": "bibtex"}
NOTICE = "Invented record of the Scopewright sample; not a real study"
WORKS, RECORDS = 152, 185


def text(name: str) -> str:
    return (SAMPLE / name).read_text(encoding="utf-8")


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def protocol() -> Protocol:
    document = read_yaml((data_dir("protocols") / "lstv-machine-learning.yaml").read_text(encoding="utf-8"))
    found, _ = check(document.tree, line=document.line)
    assert found is not None
    return found


@cache
def records() -> tuple[Record, ...]:
    """All records, through the program's own readers."""
    found: list[Record] = []
    for name, reader in READERS.items():
        source = name.split(".")[0]
        for item in plugins.load("review.formats", reader).read((SAMPLE / name).read_bytes(), source):
            assert not isinstance(item, Finding), f"{name}: {item.message}"
            found.append(item)
    return tuple(found)


@cache
def works() -> dict[str, str]:
    """The work of each record id, as deduplication sees it."""
    from review.dedup.find import find_duplicates

    work = {record.record_id: record.record_id for record in records()}
    for group in find_duplicates(records()).groups:
        work.update(dict.fromkeys(group.members, group.members[0]))
    return work


@cache
def lookup() -> dict[str, set[str]]:
    """The works that carry a DOI, PMID, arXiv number or exact title."""
    found: dict[str, set[str]] = defaultdict(set)
    for record in records():
        for name in (record.doi, record.pmid, record.arxiv_id, record.title.rstrip(".")):
            if name:
                found[name].add(works()[record.record_id])
    return found


def work_of(match: str) -> str:
    found = lookup()[match]
    assert len(found) == 1, f"{match!r} names {len(found)} works"
    return next(iter(found))


def decisions(name: str, stage: Stage) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = defaultdict(list)
    for number, row in enumerate(rows(name), 1):
        work = work_of(row["match"])
        found[work].append(
            Decision(
                record_id=work,
                stage=stage,
                reviewer=row["reviewer"],
                verdict=Verdict(row["verdict"]),
                reason=row["reason"],
                role=Role(row["role"]),
                number=number,
            )
        )
    return found


def standings(name: str, stage: Stage, *, with_adjudicator: bool = True) -> dict[str, Standing]:
    return {
        work: outcome(
            work,
            stage,
            [d for d in made if with_adjudicator or d.role is Role.REVIEWER],
            reviewers_needed=protocol().screening.reviewers_per_record,
        ).standing
        for work, made in decisions(name, stage).items()
    }


TITLES, FULL = "decisions-title-abstract.csv", "decisions-full-text.csv"


def test_each_file_holds_as_many_entries_as_the_readme_says() -> None:
    begins = {"pubmed.nbib": r"^PMID- ", "arxiv.xml": r"<entry>", "scopus.ris": r"^TY  - ", "ieee.bib": r"^@"}
    assert {name: len(re.findall(mark, text(name), re.MULTILINE)) for name, mark in begins.items()} == COUNTS
    assert sum(COUNTS.values()) == RECORDS
    for name, count in COUNTS.items():
        assert f"| `{name}` | {count} records" in text("README.md")


@pytest.mark.parametrize("name", COUNTS)
def test_every_record_says_that_it_is_invented(name: str) -> None:
    assert text(name).count(NOTICE) == COUNTS[name]


@pytest.mark.parametrize("name", sorted(p.relative_to(SAMPLE).as_posix() for p in SAMPLE.rglob("*.*")))
def test_no_identifier_could_be_that_of_a_real_publication(name: str) -> None:
    content = text(name)
    assert set(re.findall(r"\b10\.\d{4,9}(?=/|`)", content)) <= {"10.5555"}
    assert all(pmid.startswith("990") for pmid in re.findall(r"^PMID- (\d+)", content, re.MULTILINE))
    assert all(number.startswith("2499.") for number in re.findall(r"arxiv\.org/abs/(\S+?)[\"<]", content))
    hosts = set(re.findall(r"https?://([\w.]+)", content))
    assert hosts <= {"example.org", "arxiv.org", "www.w3.org", "a9.com"}


def test_every_journal_names_itself_a_sample() -> None:
    journals = {record.journal for record in records() if record.journal}
    assert len(journals) >= 5
    assert all("Sample" in journal for journal in journals)


def test_the_readers_take_every_record() -> None:
    assert Counter(record.source for record in records()) == {
        name.split(".")[0]: count for name, count in COUNTS.items()
    }


def test_abstracts_are_as_long_as_abstracts_are_and_a_few_are_missing() -> None:
    lengths = [len(record.abstract.split()) for record in records() if record.abstract]
    assert 5 <= sum(not record.abstract for record in records()) <= 12
    assert sum(length < 80 for length in lengths) <= 1  # the conference abstract that is excluded for it
    assert max(lengths) <= 200
    assert len({record.abstract for record in records()}) > 140


def test_copies_are_found_and_nothing_else_is_joined() -> None:
    assert len(set(works().values())) == WORKS
    by_work: dict[str, set[str]] = defaultdict(set)
    for record in records():
        by_work[works()[record.record_id]].add(record.source)
    assert sum(len(sources) - 1 for sources in by_work.values()) == RECORDS - WORKS, "a file repeats a record"


def test_copies_differ_as_real_exports_do() -> None:
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records():
        groups[works()[record.record_id]].append(record)
    copies = [group for group in groups.values() if len(group) > 1]
    assert len(copies) == 31
    assert any(len(group) == 3 for group in copies)
    assert any(len({r.title.rstrip(".") for r in group}) > 1 for group in copies), "casing"
    assert any(len({bool(r.doi) for r in group}) > 1 for group in copies), "a missing DOI"
    assert any(len({r.year for r in group}) > 1 for group in copies), "preprint and article"


def test_two_people_judged_every_work_at_title_and_abstract() -> None:
    made = decisions(TITLES, Stage.TITLE_ABSTRACT)
    assert set(made) == set(works().values())
    for judged in made.values():
        assert sorted(d.reviewer for d in judged if d.role is Role.REVIEWER) == ["Ana Sample", "Ben Sample"]


@pytest.mark.parametrize(
    ("name", "stage", "conflicts"), [(TITLES, Stage.TITLE_ABSTRACT, 8), (FULL, Stage.FULL_TEXT, 2)]
)
def test_a_third_person_settled_exactly_the_conflicts(name: str, stage: Stage, conflicts: int) -> None:
    before = standings(name, stage, with_adjudicator=False)
    in_conflict = {work for work, standing in before.items() if standing is Standing.CONFLICT}
    settled = {work for work, made in decisions(name, stage).items() for d in made if d.role is Role.ADJUDICATOR}
    assert in_conflict == settled
    assert len(settled) == conflicts
    assert all(standing.settled for standing in standings(name, stage).values())


def test_full_texts_are_those_that_went_forward_and_were_retrieved() -> None:
    after = standings(TITLES, Stage.TITLE_ABSTRACT)
    forward = {work for work, standing in after.items() if standing is Standing.INCLUDED}
    status = {work_of(row["match"]): row["status"] for row in rows("retrieval.csv")}
    assert set(status) == forward
    assert Counter(status.values()) == {"retrieved": 27, "not_retrieved": 2}
    read = {work for work, state in status.items() if state == "retrieved"}
    assert set(decisions(FULL, Stage.FULL_TEXT)) == read


def test_every_full_text_exclusion_has_one_criterion_and_all_seven_occur() -> None:
    reasons = set()
    for made in decisions(FULL, Stage.FULL_TEXT).values():
        for decision in made:
            assert bool(decision.reason) == (decision.verdict is Verdict.EXCLUDE)
        found = outcome(made[0].record_id, Stage.FULL_TEXT, made, reviewers_needed=2)
        reasons |= {found.reason} - {""}
    assert reasons == {criterion.id for criterion in protocol().exclude}


def test_reasons_at_title_and_abstract_are_criteria_of_the_protocol() -> None:
    for row in rows(TITLES):
        assert bool(row["reason"]) == (row["verdict"] == "exclude")
        assert not row["reason"] or protocol().exclusion(row["reason"])


def test_the_charted_works_are_the_included_ones() -> None:
    included = {work for work, s in standings(FULL, Stage.FULL_TEXT).items() if s is Standing.INCLUDED}
    assert {work_of(row["match"]) for row in rows("charting.csv")} == included
    assert len(included) == 14


def test_every_charted_value_fits_its_field_and_no_field_is_answered_twice() -> None:
    seen = set()
    for row in rows("charting.csv"):
        field = protocol().form.field(row["field_id"])
        assert field is not None, row["field_id"]
        assert (row["match"], field.id) not in seen
        seen.add((row["match"], field.id))
        assert bool(row["value"]) != bool(row["answer"])
        if row["answer"]:
            assert Answer(row["answer"])
            assert not row["quote"]
        else:
            assert check_value(field, row["value"]) == row["value"]
            assert row["unit"] == field.unit
            assert row["quote"] or field.kind is not FieldKind.NUMBER, "a number rests on a quote"
        assert bool(row["quote"]) == bool(row["page"])


def test_every_quote_stands_in_the_record_it_is_taken_from() -> None:
    said: dict[str, str] = defaultdict(str)
    for record in records():
        said[works()[record.record_id]] += f" {record.title} {record.abstract}"
    for row in rows("charting.csv"):
        folded = re.sub(r"\s+", " ", said[work_of(row["match"])])
        assert row["quote"] in folded, row


def test_charted_numbers_stand_in_their_quotes_or_are_counted_from_them() -> None:
    """Sums, halves and words such as "two centres" are the only numbers that are not printed as digits."""
    loose = []
    for row in rows("charting.csv"):
        field = protocol().form.field(row["field_id"])
        assert field is not None
        if field.kind is not FieldKind.NUMBER or not row["value"]:
            continue
        digits = {float(d) for d in re.findall(r"\d+(?:\.\d+)?", row["quote"].replace(",", ""))}
        value = float(row["value"])
        if not {value, value / 100, value * 100} & digits and field.id not in {"n_raters", "n_centres", "n_vendors"}:
            loose.append((row["field_id"], value))
    assert sorted(loose) == [
        ("lstv_drop", 12.0),
        ("lstv_drop", 16.0),
        ("lstv_drop", 25.9),
        ("n_lstv_patients", 48.0),
        ("n_patients", 900.0),
        ("n_patients", 1902.0),
        ("n_patients", 3450.0),
    ]


def test_the_sensitivities_of_a_sample_paper_come_from_its_counts_and_are_those_of_its_abstract() -> None:
    """Whoever recomputes them, as the linter teaches, must not find the sample impossible."""
    cells = re.findall(
        r"^\| (.+?) hospitals? \| (\d+) \| (\d+) \| ([\d.]+)% \| ([\d.]+) to ([\d.]+) \|$",
        text("papers/jsr.2024.1042.md"),
        re.MULTILINE,
    )
    *hospitals, together = [(int(n), int(hits), tuple(map(float, printed))) for _, n, hits, *printed in cells]
    assert len(hospitals) == 3
    for n, hits, printed in (*hospitals, together):
        assert tuple(round(100 * share, 1) for share in (hits / n, *wilson(hits, n))) == printed
    assert tuple(map(sum, zip(*(row[:2] for row in hospitals), strict=True))) == together[:2]
    told = "{}%, {}% and {}%".format(*(printed[0] for _, _, (*printed,) in hospitals))
    said = [record.abstract for record in records() if record.doi == "10.5555/jsr.2024.1042"]
    assert len(said) == 2
    for abstract in said:
        assert f"{together[0]} patients had LSTV" in abstract
        assert f"Sensitivity was {together[2][0]}% (95% CI {together[2][1]} to {together[2][2]})" in abstract
        assert f"three hospitals was {told}" in abstract
