"""Duplicates among files without a project: what is read, what is refused, what is written."""

from __future__ import annotations

import csv
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from review.domain.errors import BadInput
from review.services import duplicates_in_files as service

HEADER = "record_id,title,authors,year,journal,volume,number,pages,doi,abstract,database"
TITLE = "Automatic numbering of lumbar vertebrae in patients with transitional anatomy on MRI"
ROWS = (
    f'r1,{TITLE},"Müller, Karl and Okafor, Ada",2021,European Spine Journal,30,4,1012-1020,10.1007/s00586-021,,pubmed',
    f'r2,{TITLE.upper()},"Müller, Karl and Okafor, Ada",2021,Eur Spine J,30,4,1012-20,,,scopus',
    f'r3,{TITLE},"Müller, Karl and Okafor, Ada",2020,medRxiv,,,,10.1101/2020.01.02,,scopus',
    f'r4,Correction to: {TITLE},"Müller, Karl and Okafor, Ada",2021,European Spine Journal,30,6,1500,10.1007/99,,pubmed',
    'r5,Gait after stroke in the very old,"Wu, Yi",2019,Stroke,50,1,7-12,,,pubmed',
)


def table(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "records.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def written(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_copies_share_a_group_versions_are_marked_and_notices_are_listed_apart(tmp_path: Path) -> None:
    found = service.dedup([table(tmp_path, *ROWS)])
    service.write_groups(tmp_path / "groups.csv", found)
    service.write_links(tmp_path / "links.csv", found)
    rows = {row["record_id"]: (row["group_id"], row["relation"]) for row in written(tmp_path, "groups.csv")}
    assert rows == {"r1": ("1", "same"), "r2": ("1", "same"), "r3": ("1", "version"), "r4": ("2", ""), "r5": ("3", "")}
    (link,) = written(tmp_path, "links.csv")
    assert (link["relation"], link["record_b"]) == ("notice", "r4")
    assert (link["title_b"], link["about_b"]) == (
        f"Correction to: {TITLE}",
        "Müller et al. 2021 · European Spine Journal · records",
    )


def test_the_pairs_to_look_at_say_title_authors_and_file_of_records_that_have_no_id_to_be_known_by(
    tmp_path: Path,
) -> None:
    for name, place in (("a", "VL  - 3\nSP  - 1"), ("b", "VL  - 9\nSP  - 700")):
        entry = f"TY  - JOUR\nTI  - {TITLE}\nAU  - Wu, Y\nPY  - 2020\nJO  - Spine {name}\n{place}\nER  - \n"
        (tmp_path / f"{name}.ris").write_text(entry.replace("numbering of", "numbering\tof"), encoding="utf-8")
    found = service.dedup([tmp_path / "a.ris", tmp_path / "b.ris"])
    service.write_uncertain(tmp_path / "look.csv", found)
    (pair,) = written(tmp_path, "look.csv")
    assert (pair["title_a"], pair["title_b"]) == (TITLE, TITLE)
    assert sorted((pair["about_a"], pair["about_b"])) == ["Wu 2020 · Spine a · a", "Wu 2020 · Spine b · b"]


@pytest.mark.parametrize(("pack", "ending"), [(lzma.compress, ".xz"), (gzip.compress, ".gz")])
def test_a_packed_table_says_the_same_as_the_plain_one(
    pack: Callable[[bytes], bytes], ending: str, tmp_path: Path
) -> None:
    plain = table(tmp_path, *ROWS)
    packed = tmp_path / f"records.csv{ending}"
    packed.write_bytes(pack(plain.read_bytes()))
    assert service.dedup([packed]) == service.dedup([plain])


def test_a_packed_export_of_another_format_is_read_too(tmp_path: Path) -> None:
    packed = tmp_path / "spine.ris.gz"
    packed.write_bytes(gzip.compress(f"TY  - JOUR\nTI  - {TITLE}\nAU  - Wu, Y\nPY  - 2020\nER  - \n".encode()))
    assert len(service.dedup([packed, table(tmp_path, *ROWS)]).records) == 6


def test_two_records_of_one_database_stay_two(tmp_path: Path) -> None:
    like = 'r6,Gait after stroke in the very old,"Wu, Yi",2019,,,,,,,pubmed'
    path = table(tmp_path, *ROWS, like)
    assert service.dedup([path]).works == 3
    assert service.dedup([path], source_column="database").works == 4


def test_a_column_with_one_value_is_no_reason_to_keep_records_apart(tmp_path: Path) -> None:
    rows = [f'r{n},Gait after stroke in the very old,"Wu, Yi",2019,Stroke,,,{"7-9" * n},,,all' for n in range(2)]
    assert service.dedup([table(tmp_path, *rows)], source_column="database").works == 1


BAD = {
    "twice": (HEADER, [ROWS[0], ROWS[4], ROWS[0]], "row 4, column record_id: the id 'r1' stands in row 2 already"),
    "no id": (HEADER, [ROWS[0], ROWS[4].removeprefix("r5")], "row 3, column record_id: the id is missing"),
    "no id column": (
        HEADER.replace("record_id,", "").replace(",database", ""),
        ["a,b"],
        "row 1 has no column record_id",
    ),
    "no title column": ("record_id,year,doi", ["1,2000,"], "row 1 has no column title"),
    "a column twice": ("record_id,title,title", ["1,a,b"], "row 1 names the column title twice"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_refused_with_row_and_column(name: str, tmp_path: Path) -> None:
    header, rows, said = BAD[name]
    with pytest.raises(BadInput, match=said):
        service.dedup([table(tmp_path, *rows, header=header)])


def test_text_that_is_no_utf_8_is_named_by_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(b"record_id,title,authors\n1,Gait,Wu\n2,Gang,M\xfcller\n")
    with pytest.raises(BadInput, match="row 3, column authors: this is not UTF-8 text"):
        service.dedup([path])


def test_a_source_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"row 1 has no column place; it has record_id, title, .*, database") as refused:
        service.dedup([table(tmp_path, *ROWS)], source_column="place")
    assert "--source-column" in refused.value.hint
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - Gait\nER  - \n", encoding="utf-8")
    with pytest.raises(BadInput, match="no table with a column record_id"):
        service.dedup([tmp_path / "a.ris"], source_column="place")
    with pytest.raises(BadInput, match="there is no such file"):
        service.dedup([tmp_path / "none.ris"], source_column="place")


def test_a_source_column_may_be_written_with_other_capitals(tmp_path: Path) -> None:
    like = 'r6,Gait after stroke in the very old,"Wu, Yi",2019,,,,,,,pubmed'
    assert service.dedup([table(tmp_path, *ROWS, like)], source_column="Database").works == 4


def test_a_packed_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "records.csv.xz"
    packed.write_bytes(lzma.compress(table(tmp_path, *ROWS * 50).read_bytes())[:-40])
    with pytest.raises(BadInput, match="cannot be read to its end"):
        service.dedup([packed])


def test_a_column_that_is_not_there_is_told_and_the_rest_is_used(tmp_path: Path) -> None:
    found = service.dedup([table(tmp_path, "1,Gait after stroke,Wu", "2,Gait,Wu", header="record_id,title,authors")])
    assert "year" in found.findings[0].message
    assert found.works == 2


def test_how_far_it_is_only_rises(tmp_path: Path) -> None:
    shares: list[float] = []
    service.dedup(
        [table(tmp_path, *(f"r{n},Title number {n},,,,,,,,," for n in range(6_000)))],
        progress=lambda _, s: shares.append(s),
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_an_excel_table_and_one_with_semicolons_are_answered_by_their_own_ids(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ("Record_ID", "Title", "Authors", "Year"),
        ("x1", TITLE, "Wu, Yi", 2019),
        ("x2", TITLE, "Wu, Y.", 2019),
    ):
        book.active.append(row)
    book.save(tmp_path / "records.xlsx")
    assert service.dedup([tmp_path / "records.xlsx"]).groups[0].members == ("x1", "x2")
    text = f"record_id;title;authors;year\ny1;{TITLE};Wu, Yi;2019\ny2;{TITLE};Wu, Y.;2019\n"
    (tmp_path / "semi.csv").write_text(text, encoding="utf-8")
    assert service.dedup([tmp_path / "semi.csv"]).groups[0].members == ("y1", "y2")


def test_an_id_that_stands_twice_in_an_excel_table_is_refused_with_both_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("record_id", "title"), ("a", TITLE), ("a", "Gait after stroke")):
        book.active.append(row)
    book.save(tmp_path / "twice.xlsx")
    with pytest.raises(BadInput, match=r"row 3, column record_id: the id 'a' stands in row 2 already"):
        service.dedup([tmp_path / "twice.xlsx"])


def test_a_quotation_mark_that_is_never_closed_swallows_no_record_unseen(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="row 2: a quotation mark is opened here and never closed"):
        service.dedup([table(tmp_path, 'r1,"Gait after stroke', "r2,Gait", "r3,Gait")])
    with pytest.raises(BadInput, match="row 3: a quotation mark is opened here and never closed"):
        service.dedup([table(tmp_path, "r1,Gait", 'r2,"Gait after stroke')])
    assert len(service.dedup([table(tmp_path, "r1,Gait", 'r2,Screens of 5" and less')]).records) == 2
    fine = 'r9,5" screens,,,,,,,,"Of two\nlines",'
    assert len(service.dedup([table(tmp_path, fine, *ROWS)]).records) == 6


def test_cells_without_a_column_are_told_with_their_row(tmp_path: Path) -> None:
    found = service.dedup([table(tmp_path, *ROWS, "r9,Gait, and stroke,,,,,,,,,,,over")])
    (said,) = found.findings
    assert (said.line, "row 7" in said.message) == (7, True)
