"""Tables of references, as CSV, TSV and Excel: a small sample for every quirk."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from review.domain.errors import BadInput
from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.formats import fields, registry, table


def split(items: object) -> tuple[list[Record], list[Finding]]:
    listed = list(items)  # type: ignore[call-overload]
    return [i for i in listed if isinstance(i, Record)], [i for i in listed if isinstance(i, Finding)]


def record(number: str, **changes: object) -> Record:
    values = {"title": "The deep network", "authors": ("Smith, A",), "year": 2024} | changes
    return Record(source="s", source_id=number, **values)  # type: ignore[arg-type]


def test_a_record_id_column_becomes_the_source_id() -> None:
    records, found = split(table.read_csv(b"record_id,title\n7,A\n8,B\n7,C\n", "s"))
    assert [item.record_id for item in records] == ["s:7", "s:8", "s:7-2"]
    assert [item.line for item in found] == [4]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Smith J.; Doe A.", ("Smith, J.", "Doe, A.")),
        ("Liu R., Adler D.G.", ("Liu, R.", "Adler, D.G.")),
        ("Joseph Rottman, Erran Carmel", ("Rottman, Joseph", "Carmel, Erran")),
        ("Smith, J., Doe, A.B.", ("Smith, J.", "Doe, A.B.")),
        ("Smith, John", ("Smith, John")),
        ("van der Waals, J. D.", ("van der Waals, J. D.")),
        ("Doleac, J. L., & Stein, L. C. D.", ("Doleac, J. L.", "Stein, L. C. D.")),
        ("Roe, Jane & Lee, Bo", ("Roe, Jane", "Lee, Bo")),
        ("Smith, John and Doe, Ann", ("Smith, John", "Doe, Ann")),
        ("['Marx, Karl', 'Lindgren, Astrid']", ("Marx, Karl", "Lindgren, Astrid")),
    ],
)
def test_authors_in_one_cell_are_told_apart(cell: str, names: tuple[str, ...]) -> None:
    assert fields.author_cell(cell) == ((names,) if isinstance(names, str) else names)


def test_an_id_as_long_as_a_page_is_replaced_and_reported() -> None:
    ids = ["a" * 500, "b" * 501, "b" * 100_000]
    text = "record_id,title\n" + "".join(f"{one},Title {at}\n" for at, one in enumerate(ids))
    found_records, found = split(table.read_csv(text.encode(), "mine"))
    assert found_records[0].source_id == ids[0]
    assert len({r.source_id for r in found_records}) == 3
    assert [len(r.source_id) for r in found_records[1:]] == [16, 16]
    assert [(f.rule, f.line) for f in found] == [("FORMAT-REPAIRED", 3), ("FORMAT-REPAIRED", 4)]
    assert found_records[1].source_id in found[0].message
    again, _ = split(table.read_csv(text.replace("Title", "Corrected").encode(), "mine"))
    assert [r.source_id for r in again] == [r.source_id for r in found_records]


def test_a_short_row_and_a_date_made_by_excel_are_told_in_plain_words() -> None:
    _, found = split(table.read_csv(b"title,pages,year\nA,3-Apr,2001\nB\n", "s"))
    assert [fault.message for fault in found] == [
        "The column pages holds '3-Apr', which looks like a date made by Excel.",
        "This row has 1 cell where the header has 3.",
    ]


def test_a_quotation_mark_left_open_costs_only_its_line() -> None:
    records, found = split(table.read_csv(b'title,year\n"Open,2001\nNext,2002\n', "s"))
    assert [item.title for item in records] == ['"Open', "Next"]
    assert found[0].line == 2


def test_lines_are_counted_through_cells_of_several_lines() -> None:
    _, found = split(table.read_csv(b'title,year\n"A\nB",2001\nC,2002,3\n', "s"))
    assert [item.line for item in found] == [4]


def test_delimiters_at_the_end_of_lines_are_no_fault() -> None:
    records, found = split(table.read_csv(b"title,year,\nA,2001,\nB,2002\nC,2003,,,\n", "s"))
    assert [item.title for item in records] == ["A", "B", "C"]
    assert not found


def test_what_r_and_python_write_for_nothing_is_nothing() -> None:
    (item,), _ = split(table.read_csv(b"title,abstract,doi,journal,year\nNA,NA,nan,None,2001\n", "s"))
    assert (item.title, item.abstract, item.doi, item.journal) == ("", "", "", "")


def test_an_entry_quoted_in_an_abstract_does_not_make_a_file_bibtex() -> None:
    data = b"TY  - JOUR\nTI  - A\nAB  - like this:\n@article{a, title={B}}\nER  - \n"
    assert registry.detect(data, "export.txt").name == "ris"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_written_cell_is_run_by_a_spreadsheet(start: str) -> None:
    hostile = record("1", title=f"{start}cmd|' /C calc'!A0")
    assert f"'{start}cmd".encode() in table.write_csv([hostile])
    sheet = zipfile.ZipFile(io.BytesIO(table.write_xlsx([hostile]))).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_an_unfit_cell_for_excel_is_marked_where_it_is_cut() -> None:
    (back,), _ = split(table.read_xlsx(table.write_xlsx([record("1", abstract="x" * 40_000)]), "s"))
    assert back.abstract.endswith("[…]")


def test_an_excel_file_that_unpacks_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    with pytest.raises(BadInput, match="unpack"):
        list(table.read_xlsx(out.getvalue(), "s"))


def test_web_of_sciences_table_names_sponsors_and_the_day_of_export_by_tags_too() -> None:
    text = "PT\tAU\tTI\tSO\tDT\tSP\tPY\tEA\tBP\tAR\tUT\tDA\nJ\tRoe, A\tT\tJ\tArticle; Early Access\tFund\t\tJUN 2021\t\t104\tWOS:1\t2026-01-01\n"
    (one,) = [item for item in table.read_csv(text.encode("utf-16"), "s") if isinstance(item, Record)]
    assert (one.year, one.pages, one.type) == (2021, "104", "article-journal")


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Cites,Authors,Title,Year,Source,Volume,GSRank", '3,"J Roe, A Lee",T,2015,Spine,12,1', ("Roe, J", 2015, "Spine")),
        (
            "id,doi,title,publication_year,primary_location.source.display_name,authorships.author.display_name",
            "W1,https://doi.org/10.1000/x,T,2015,Spine,Ann Roe|Bo Lee",
            ("Ann Roe", 2015, "Spine"),
        ),
        ("citation_title,citation_authors,citation_pub_year,citation_journal_name", 'T,"Roe, A",2015,Spine', ("Roe, A", 2015, "Spine")),
        ("title,source,source_id", "T,pubmed,1", ("", None, "")),
    ],
)  # fmt: skip
def test_tables_of_other_programs(header: str, row: str, expected: tuple[str, int | None, str]) -> None:
    (one,) = [item for item in table.read_csv(f"{header}\n{row}\n".encode(), "s") if isinstance(item, Record)]
    assert ((*one.authors, "")[0], one.year, one.journal) == expected


@pytest.mark.parametrize(
    "header",
    [
        "Titel;Autoren;Jahr;Zeitschrift",
        "Titre;Auteurs;Année;Revue",
        "Título;Autores;Año;Revista",
        "TITOLO;AUTORI;ANNO;RIVISTA",
    ],
)
def test_headers_in_other_languages_are_understood(header: str) -> None:
    (one,) = [r for r in table.read_csv(f"{header}\nA, b;Roe, A;2015;Spine\n".encode(), "s") if isinstance(r, Record)]
    assert (one.title, one.authors, one.year, one.journal) == ("A, b", ("Roe, A",), 2015, "Spine")


def test_a_second_sheet_of_references_is_named_and_not_passed_over_in_silence() -> None:
    book = openpyxl.Workbook()
    book.active.append(["made by me"])
    for name in ("First", "Second"):
        sheet = book.create_sheet(name)
        sheet.append(["Title", "Year"])
        sheet.append([name, 2020])
    out = io.BytesIO()
    book.save(out)
    records, found = split(table.read_xlsx(out.getvalue(), "s"))
    assert [item.title for item in records] == ["First"]
    assert [finding.severity for finding in found] == [Severity.WARNING]
    assert "Sheet 3" in found[0].message
