"""Tables as an Excel workbook: numbers stay numbers, and no text becomes a formula, a link or a broken sheet."""

from __future__ import annotations

import io
import warnings
import zipfile

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from review.domain.estimate import Table
from review.render.workbook import workbook

CELLS = st.one_of(st.none(), st.integers(-(2**40), 2**40), st.text(max_size=40), st.just("=1+1"), st.just("@SUM(A1)"))


def read(data: bytes) -> list[list[list[object]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(data))
    return [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets]


def table(*rows: tuple[object, ...], name: str = "t") -> Table:
    return Table(name=name, title="T", columns=("a", "b"), rows=rows)  # type: ignore[arg-type]


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_every_cell_comes_back_as_what_it_was_and_none_is_a_formula(rows: list[tuple[object, object]]) -> None:
    book = load_workbook(io.BytesIO(workbook([table(*rows)])))
    [sheet] = book.worksheets
    for row, written in zip(rows, sheet.iter_rows(min_row=2, max_row=len(rows) + 1, max_col=2), strict=True):
        for value, cell in zip(row, written, strict=True):
            assert cell.data_type != "f"
            if isinstance(value, int):
                assert cell.value == value


def test_names_of_sheets_fit_excel_and_a_cell_too_long_is_marked() -> None:
    names = [table(name="a/b: [c] * ? " + "x" * 60), table(name=""), table(("y" * 40_000, 1), name="long")]
    book = load_workbook(io.BytesIO(workbook(names)))
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)
    assert len(set(book.sheetnames)) == 3
    assert str(book.worksheets[2]["A2"].value).endswith("[…]")


def test_text_comes_back_letter_for_letter_but_for_what_no_sheet_can_hold() -> None:
    said = (
        "  two  blanks ",
        "a\tb\nc",
        "R&D <b>'x' \"y\"",
        "=1+1",
        "-5 °C",
        "naïve ž 漢 😀",
        "\x00\x0b\ufffe\ud800 rest",
    )
    [rows] = read(workbook([table(*((text, None) for text in said))]))
    assert [row[0] for row in rows[1:]] == [*said[:-1], " rest"]


def test_what_excel_would_read_as_an_escape_is_escaped() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook([table(("_x0041_", "a_x"))]))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "_x005F_x0041_" in sheet
    assert ">a_x<" in sheet


def test_numbers_stay_numbers_and_what_is_none_is_no_number() -> None:
    [rows] = read(workbook([table((0.1, 2**53), (float("nan"), float("-inf")), (True, 0))]))
    assert rows[1] == [0.1, 2**53]
    assert rows[2] == ["nan", "-inf"]
    assert rows[3] == [True, 0]


def test_no_two_sheets_have_one_name_and_the_head_stays_in_sight() -> None:
    book = load_workbook(io.BytesIO(workbook([table(("x", 1), name="One"), table(name="one")])))
    assert len({name.casefold() for name in book.sheetnames}) == 2
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert sheet["A1"].font.bold
    assert not sheet["A2"].font.bold
