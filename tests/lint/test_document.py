"""The parsed manuscript: numbers with their units, what is never a count, sections, sentences, tables of every form."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.lint import document
from review.lint.numbers import Kind, numbers
from review.lint.sections import Role


def told(text: str) -> list[tuple[int, str]]:
    return [(int(n.value), n.unit) for n in numbers(text) if n.kind is Kind.COUNT]


@given(st.integers(min_value=21, max_value=9_999_999), st.sampled_from(["patients", "CT volumes", "masks", "series"]))
def test_a_count_is_read_however_its_thousands_are_parted(n: int, unit: str) -> None:
    grouped = f"{n:,}"
    forms = {
        grouped,
        grouped.replace(",", " "),
        grouped.replace(",", "\u202f"),
        grouped.replace(",", "’"),
        f"**{grouped}**",
    }
    for form in forms | {f"${grouped.replace(',', '{,}')}$"}:
        sentences = document.parse(f"# Results\n\nWe read {form} {unit} here.").sentences
        found = [x for s in sentences for x in s.numbers if x.kind is Kind.COUNT]
        assert [(x.value, bool(x.unit)) for x in found] == [(Fraction(n), True)]


@given(st.text(alphabet=st.sampled_from("0123456789 ,.%()[]-–/|#*_`${}\\abcPn=<>\n@"), max_size=200))
def test_no_text_breaks_the_parser_and_places_stay_inside_it(text: str) -> None:
    parsed = document.parse(text)
    lines = text.count("\n") + 1
    for sentence in parsed.sentences:
        for number in sentence.numbers:
            line, _ = parsed.place(sentence.start + number.start)
            assert 1 <= line <= lines
            assert sentence.text[number.start : number.end].strip()


@pytest.mark.parametrize(
    "text",
    [
        "In 2019 we began; since 2020, and in March 2021.",
        "See Table 3, Figures 2 and 4, Section 3.2, Eq. 5 and [12, 15].",
        "As doi 10.5281/zenodo.22139642 and https://a.org/12 say [@smith2020, p. 33].",
        "The 95 % CI, a 95% confidence interval, version 2.1, Python 3.11, v10.",
        "On 2021-05-04, 4 May 2021 and 5/6/2021.",
        "ResNet-50, L5, HD95, 3D, T2, U-Net 2, IRB-2021-17 and 5-fold runs of 12-month data.",
        "Slices of 3 mm, 10 GB, 5 years, 18-65 years, 2 to 4 weeks.",
        "Sequence (0070,0231) volumes, CC BY-SA 4.0 volumes, GPL-3.0 scans.",
        "`80 patients` and $x_{12} = 80$ patients",
    ],
)
def test_what_is_never_a_count(text: str) -> None:
    parsed = document.parse(f"# Results\n\n{text}")
    assert [n.text for s in parsed.sentences for n in s.numbers if n.kind is Kind.COUNT and n.unit] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 of 11,548 ribs", [(2, "rib"), (11548, "rib")]),
        ("802/802 masks pass", [(802, "mask"), (802, "mask")]),
        ("342 fused and 440 spine-only volumes", [(342, "volume"), (440, "volume")]),
        ("805 training, 174 validation and 174 test volumes", [(805, "volume"), (174, "volume"), (174, "volume")]),
        ("patients (n = 33)", [(33, "patient")]),
        ("included in the study (n = 489)", [(489, "")]),
        ("Twelve patients and two readers", [(12, "patient"), (2, "reader")]),
        ("a further 11 have no vertebra", [(11, "")]),
        ("thirty-five patients and twenty-one of 40", [(35, "patient"), (21, ""), (40, "")]),
    ],
)
def test_counts_are_read_with_what_they_count(text: str, found: list[tuple[int, str]]) -> None:
    assert told(text) == found


def test_the_part_that_a_number_is_of_is_kept() -> None:
    (one,) = numbers("There are 60 volumes in the training set.")
    assert (one.unit, one.words) == ("volume", ("training",))


def test_sections_have_roles_and_subsections_theirs_of_the_chapter() -> None:
    text = "# 1. Materials and methods\n## Labels\n## Ethics\n# Results\n## Data availability\n# Discussion\n### Limitations\n"
    assert [s.role for s in document.parse(text).sections][1:] == [
        Role.METHODS, Role.METHODS, Role.ETHICS, Role.RESULTS, Role.AVAILABILITY, Role.DISCUSSION, Role.LIMITATIONS,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        "| Set | Volumes |\n|---|---:|\n| Train | 54 |\n| Total | 1,153 |\n\nTable: Counts.\n",
        "Table 1. Counts.\n\nSet | Volumes\n--- | ---\nTrain | 54\nTotal | 1,153\n",
        "Table: Counts.\n\nSet     Volumes\n-----  --------\nTrain        54\nTotal     1,153\n",
        "<table><caption>Counts.</caption><tr><th>Set</th><th>Volumes</th></tr>\n<tr><td>Train</td><td>54</td></tr>\n<tr><td>Total</td><td>1,153</td></tr></table>\n",
        "Table 1. Counts.\n\n+-------+---------+\n| Set   | Volumes |\n+=======+=========+\n| Train | 54      |\n+-------+---------+\n| Total | 1,153   |\n+-------+---------+\n",
    ],
)
def test_tables_of_every_form_are_grids_and_no_prose(table: str) -> None:
    parsed = document.parse(f"# Results\n\nText before.\n\n{table}\nText behind.\n")
    (grid,) = parsed.grids
    assert grid.header == ("Set", "Volumes")
    assert grid.rows == (("Train", "54"), ("Total", "1,153"))
    assert grid.caption == "Counts."
    assert [n.text for s in parsed.sentences for n in s.numbers if n.text in {"54", "1,153"}] == []
    assert {"Text before.", "Text behind."} <= {s.text for s in parsed.sentences}


def test_marks_know_their_heading_and_kind() -> None:
    text = (
        "---\ntitle: x\n# not a heading\n---\n<!-- reports: a:1 -->\n# One\n<!-- open: a:2, a:3 -->\n"
        "## Two {#id}\n<!-- na: a:4 -- not done\nhere -->\n```\n# code\n```\n<!-- reports: a:5 -->\n"
    )
    marks = document.parse(text).marks
    assert [(m.kind, sorted(m.items), m.heading, m.line) for m in marks] == [
        ("reports", ["a:1"], "Title", 5),
        ("open", ["a:2", "a:3"], "One", 7),
        ("na", ["a:4"], "Two", 9),
        ("reports", ["a:5"], "Two", 14),
    ]
    assert marks[2].note.split() == ["not", "done", "here"]


@pytest.mark.parametrize(
    "written", ["title: Spines, counted", "title: |\n  Spines,\n  counted", "title: >-\n  Spines,\n  counted"]
)
def test_a_title_is_read_however_yaml_writes_it(written: str) -> None:
    assert document.parse(f"---\n{written}\nauthor: A\n---\n\nText.").title == "Spines, counted"


def test_the_first_heading_is_the_title_unless_it_is_a_part_of_the_paper() -> None:
    assert document.parse("# Spines, counted\n\n## Abstract\n\nText.").title == "Spines, counted"
    assert document.parse("# Abstract\n\nText.").title == ""


@pytest.mark.parametrize(
    ("text", "cites"),
    [
        ("It was 83% in an Australian study.^31^", True),
        ("It was shown by others<sup>3,4</sup> and by us.", True),
        ("[^18^F]FDG was given over 12 mm^2^ at 10^4^ counts, R^2^ 0.9.", False),
    ],
)
def test_raised_numbers_are_citations_and_not_powers_or_isotopes(text: str, *, cites: bool) -> None:
    (sentence,) = document.parse(text).sentences
    assert sentence.cites is cites
    assert not {31, 3, 4, 18} & {n.value for n in sentence.numbers}


def test_a_structured_abstract_needs_no_heading() -> None:
    text = "## A title\n\nBackground: One.\n\n**Methods:** Two.\n\nResults: Three.\n\n# Methods\n\nFour."
    assert [s.role for s in document.parse(text).sentences] == [Role.ABSTRACT] * 3 + [Role.METHODS]
    assert {s.role for s in document.parse(text.removeprefix("## A title\n\n")).of(Role.ABSTRACT)} == {Role.ABSTRACT}
