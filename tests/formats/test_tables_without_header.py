"""Tables that name no columns, lie on their side, or set one author behind the other with nothing between."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.errors import BadInput
from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.formats import columns, registry, sideways, table

LONG = "It tells of many people and of what was done with them, word by word and line by line. " * 5


def read(text: str, name: str = "x.csv") -> tuple[list[Record], list[Finding]]:
    found = list(registry.read(text.encode(), source="s", file_name=name))
    return [i for i in found if isinstance(i, Record)], [i for i in found if isinstance(i, Finding)]


def test_columns_without_names_are_told_by_what_stands_in_them() -> None:
    rows = [f'{n},"Roe, J; Lee, B",A study of the number {n} in people,201{n},10.5555/x.{n},"{LONG}"' for n in range(5)]
    records, found = read("\n".join(rows))
    assert len(records) == 5
    assert (records[0].title, records[0].authors, records[0].year, records[0].doi, records[0].abstract) == (
        "A study of the number 0 in people", ("Roe, J", "Lee, B"), 2010, "10.5555/x.0", LONG.strip(),
    )  # fmt: skip
    assert [(finding.rule, finding.severity, finding.line) for finding in found] == [
        ("FORMAT-REPAIRED", Severity.WARNING, 1)
    ]
    assert "column 3 as title" in found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "A study of x,Smith J,2001\nAnother,Doe A,2002\n",  # neither DOI nor abstract: it might be anything
        "1,10.5555/a.1\n2,10.5555/a.2\n",
        "one study of the spine in people,10.5555/a.1\n",
        "a,b\n1,2\n3,4\n",
    ],
)  # fmt: skip
def test_what_may_be_anything_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no title column"):
        read(text)


def test_a_sheet_with_a_reference_a_column_is_turned() -> None:
    book = openpyxl.Workbook()
    rows: list[Sequence[object]] = [
        ("Title", "On the spine", "On the disc", "On the rib"),
        ("Author", "Roe, J; Lee, B", "Lee, B", None),
        ("Year", 2015, 2016, 2017),
        ("DOI", "10.5555/a.1", None, "10.5555/a.3"),
    ]
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    records = [item for item in table.read_xlsx(out.getvalue(), "s") if isinstance(item, Record)]
    assert [(one.title, len(one.authors), one.year, one.doi) for one in records] == [
        ("On the spine", 2, 2015, "10.5555/a.1"),
        ("On the disc", 1, 2016, ""),
        ("On the rib", 0, 2017, "10.5555/a.3"),
    ]


def test_a_usual_table_is_never_taken_for_one_on_its_side() -> None:
    rows = [
        ["Title", "Authors", "Year", "DOI"],
        ["Title", "x", "", ""],
        ["Abstract", "y", "", ""],
        ["DOI", "z", "", ""],
    ]
    assert not sideways.is_table(rows)
    assert not sideways.is_text(["title,authors,year,doi", "A: b,c,d,e"])


names = st.sampled_from(
    ["Title", "Author", "Abstract", "Year", "DOI", "Source", "Keywords", "Database", "", "RECORD 1"]
)
lines = st.lists(st.tuples(names, st.text('ab :,"{}', max_size=6)), max_size=12)


@settings(deadline=None)
@given(lines)
def test_no_text_of_named_fields_is_lost_without_a_word_or_stops_the_program(found: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{name}: {value}" if name else value for name, value in found)
    references = sideways.from_text(text.split("\n"))
    header, rows = sideways.as_table(references)
    assert len(rows) == len(references)
    assert all(len(cells) == len(header) for _, cells, _ in rows)
    values = [value for one in references for parts in one.fields.values() for value in parts]
    named = [value.strip() for name, value in found if columns.fields_of(name) and value.strip()]
    assert len(values) >= len(named)


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Andy SmithTom Weber", ("Smith, Andy", "Weber, Tom")),
        ("Jane McDonaldJan van der WaalsXi Li", ("McDonald, Jane", "van der Waals, Jan", "Li, Xi")),
        ("Xiaolong (Luke) ZhangJürgen Döllner", ("Zhang, Xiaolong (Luke)", "Döllner, Jürgen")),
        ("Ann B. DeVries", ("DeVries, Ann B.",)),
    ],
)  # fmt: skip
def test_springers_names_are_parted(cell: str, names: tuple[str, ...]) -> None:
    header = "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,Publication Year,URL,Content Type"
    records, _ = read(f"{header}\nT,J,,1,2,10.5555/s.1,{cell},2015,https://link.springer.com/x,Article\n")
    assert records[0].authors == names


def test_lines_with_names_in_the_cells_of_a_usual_table_are_text() -> None:
    inside = "Title: x\nAuthor: y\nYear: 2001\nDOI: 10.5555/z\nAbstract: w"
    records, _ = read(f'title,authors,abstract\nA,"Roe, J","{inside}"\nB,"Lee, B","{inside}"\n')
    assert [(one.title, one.abstract.split()[0]) for one in records] == [("A", "Title:"), ("B", "Title:")]
