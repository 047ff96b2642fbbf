"""Tables as an Excel workbook: numbers stay numbers, and no text becomes a formula, a link or a broken sheet."""

from __future__ import annotations

import io
import warnings

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
