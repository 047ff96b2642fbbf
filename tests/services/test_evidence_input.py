"""Tables that evidence is computed from: what is read, and where each fault is."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import pandas as pd
import pytest

from review.domain.errors import Missing
from review.services.evidence.read_files import rows, tree


def test_columns_are_known_by_name_in_any_order_case_and_form(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("Value;Case ID;Patient\n0,91; a ;P1\n1;b;P2\n", encoding="utf-8-sig")
    read = rows(tmp_path / "m.csv", required=("case", "patient", "value"), numbers=("value",))
    assert read.usable
    assert read.frame["value"].tolist() == [0.91, 1.0]
    assert read.frame["case"].tolist() == ["a", "b"]
    assert read.frame.index.tolist() == [2, 3]


def test_a_text_where_a_number_belongs_is_told_with_its_row_and_column(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("case,value\na,0.5\nb,high\nc,\nd,inf\n")
    read = rows(tmp_path / "m.csv", required=("case", "value"), numbers=("value",))
    assert [(f.line, f.column) for f in read.findings] == [(3, 2), (5, 2)]
    assert not read.usable
    assert math.isnan(read.frame["value"].iloc[2])


def test_many_faults_of_one_column_are_counted_not_listed(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("value\n" + "x\n" * 1000)
    read = rows(tmp_path / "m.csv", required=("value",), numbers=("value",))
    assert len(read.findings) == 21
    assert "980 more" in read.findings[-1].message


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "empty"),
        ("\n\n", 1, "empty"),
        ("case,value\n", 2, "no row"),
        ("case,value\na,1\nb,2,3\n", 3, "3 cells"),
        ("item,rater\na,b\n", 1, "no column 'case'"),
    ],
)
def test_what_cannot_be_read_is_a_finding_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    (tmp_path / "m.csv").write_text(text)
    read = rows(tmp_path / "m.csv", required=("case",), numbers=("value",))
    assert not read.usable
    assert read.findings[0].line == line
    assert said in read.findings[0].message


def test_lines_stay_right_below_a_cell_of_several_lines_and_blank_rows(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text('case,note,value\na,"two\nlines",1\n\nb,,x\n')
    read = rows(tmp_path / "m.csv", required=("case",), numbers=("value",))
    assert read.findings[0].line == 5


def test_compressed_tables_and_excel_are_read_alike(tmp_path: Path) -> None:
    table = pd.DataFrame({"case": ["a", "b"], "value": [1.5, 2.0]})
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_csv(tmp_path / "b.csv.xz", index=False)
    table.to_excel(tmp_path / "c.xlsx", index=False)
    (tmp_path / "d.tsv.gz").write_bytes(gzip.compress(b"case\tvalue\na\t1.5\nb\t2.0\n"))
    names = ("a.csv", "b.csv.xz", "c.xlsx", "d.tsv.gz")
    read = [rows(tmp_path / name, required=("case",), numbers=("value",)) for name in names]
    assert all(each.usable for each in read)
    assert all(each.frame.equals(read[0].frame) for each in read)


def test_a_damaged_archive_and_a_wrong_suffix_are_findings(tmp_path: Path) -> None:
    for name in ("a.csv.gz", "b.xlsx", "c.csv.xz"):
        (tmp_path / name).write_bytes(b"case,value\na,1\n")
        assert not rows(tmp_path / name, required=("case",)).usable


def test_a_missing_file_is_refused_with_the_names_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_text("a\n1\n")
    with pytest.raises(Missing, match=r"metrics\.csv"):
        rows(tmp_path / "metric.csv", required=())


def test_json_that_is_not_json_says_where(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('[{"train": ["a",]}]')
    document, _ = tree(tmp_path / "s.json")
    assert document.tree is None
    assert document.findings[0].line == 1
