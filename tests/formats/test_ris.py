"""RIS: a small sample for every quirk."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from review.domain.finding import Finding
from review.domain.record import Record, fingerprint
from review.formats import registry
from review.formats.ris import looks_like, read, write


def records(text: str) -> list[Record]:
    return [item for item in read(text.encode(), "s") if isinstance(item, Record)]


def findings(text: str) -> list[Finding]:
    return [item for item in read(text.encode(), "s") if isinstance(item, Finding)]


def entry(*lines: str) -> str:
    return "\n".join(["TY  - JOUR", *lines, "ER  - ", ""])


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        (["T1  - From T1"], "title", "From T1"),
        (["ST  - Short", "TI  - Long"], "title", "Long"),
        (["TI  - A", "N2  - From N2"], "abstract", "From N2"),
        (["TI  - A", "PY  - 2009///"], "year", 2009),
        (["TI  - A", "Y1  - 1900/01/01", "DA  - 1950/01/01"], "year", 1950),
        (["TI  - A", "SP  - 1-9", "EP  - 9"], "pages", "1-9"),
        (["TI  - A", "SP  - 186", "EP  - 189"], "pages", "186-189"),
        (["TI  - A", "SP  - e0815"], "pages", "e0815"),
        (["TI  - A", "T2  - Long Name", "J2  - Ln"], "journal", "Long Name"),
        (["TI  - A", "M3  - doi: 10.1000/ABC."], "doi", "10.1000/abc"),
        (["TI  - A", "C3  - PUBMED 25555555"], "pmid", "25555555"),
        (["TI  - A", "DB  - Embase", "C5  - 25555556"], "pmid", "25555556"),
        (["TI  - A", "C5  - 25555556", "UR  - https://www.embase.com/search?id=L1"], "pmid", "25555556"),
        (["TI  - A", "C5  - 25555556"], "pmid", ""),
        (["TI  - A", "UR  - https://doi.org/10.1000/abc"], "doi", "10.1000/abc"),
        (["TI  - A", "N1  - cites 10.1000/plain"], "doi", ""),
        (["TI  - A", "U1  - 26957754[pmid]"], "pmid", "26957754"),
        (["TI  - A", "DB  - PubMed", "AN  - 26957754"], "pmid", "26957754"),
        (["TI  - A", "DB  - PsycINFO", "AN  - 20174457"], "pmid", ""),
        (["TI  - A", "UR  - https://arxiv.org/abs/2104.12255v1"], "arxiv_id", "2104.12255v1"),
        (["TI  - A", "KW  - one", "KW  - two; three", "KW  - two"], "keywords", ("one", "two", "three")),
        (["TI  - A", "KW  - one\ntwo\nthree"], "keywords", ("one", "two", "three")),
        (["TI  - A", "AU  - Shannon,Claude E."], "authors", ("Shannon, Claude E.",)),
        (["TI  - A", "A2  - Editor, Ed"], "authors", ("Editor, Ed",)),
        (["TI  - A", "L1  - file:///etc/passwd", "UR  - https://x.org"], "url", "https://x.org"),
        (["TI  - A", "N1  - one", "N1  - two"], "notes", "one; two"),
        (["TI  - A &amp; B <sub>2</sub>"], "title", "A & B 2"),
        (["TI  - If p < 0.05 and n > 3"], "title", "If p < 0.05 and n > 3"),
        (["TI  - A", "AB  - seen on", "CT - scans and", "MR -images"], "abstract", "seen on CT - scans and MR -images"),
    ],
)
def test_a_field_is_found_where_databases_put_it(lines: list[str], field: str, value: object) -> None:
    (record,) = records(entry(*lines))
    assert getattr(record, field) == value


def test_an_entry_keeps_its_raw_text_and_its_line() -> None:
    text = "Database: X\n\n" + entry("TI  - A") + entry("PY  - 2001")
    first, second = records(text)
    assert first.raw == "TY  - JOUR\nTI  - A\nER  -"
    assert second.title == ""
    (finding,) = findings(text)
    assert (finding.rule, finding.line) == ("FORMAT-NO-TITLE", 6)


def test_an_entry_without_a_type_is_reported_with_its_line() -> None:
    text = entry("TI  - A") + "T1  - Lost\nAU  - X, Y\nER  - \n" + entry("TI  - B")
    assert [record.title for record in records(text)] == ["A", "B"]
    (finding,) = findings(text)
    assert (finding.rule, finding.line) == ("FORMAT-SKIPPED", 4)


def test_an_exact_copy_keeps_its_id_and_a_near_copy_gets_another() -> None:
    one, copy, other = records(entry("TI  - A", "SN  - 1") + entry("TI  - A", "SN  - 1") + entry("TI  - A", "SN  - 2"))
    assert one.source_id == copy.source_id
    assert other.source_id == f"{one.source_id}-2"


def test_the_id_is_the_fingerprint_of_the_parsed_fields() -> None:
    (record,) = records(entry("TI  - A  β title", "AU  - X, Y", "PY  - 2001", "N1  - a note"))
    names = [item.name for item in dataclasses.fields(Record)]
    parsed = [getattr(record, name) for name in names if name not in {"source", "source_id", "notes", "raw"}]
    assert record.source_id == fingerprint(*parsed)


def test_the_id_does_not_depend_on_notes_or_place() -> None:
    (plain,) = records(entry("TI  - A", "AB  - x"))
    _, noted = records(entry("TI  - Z") + entry("AB  - x", "TI  - A", "N1  - seen"))
    assert plain.source_id == noted.source_id


def test_reading_is_lazy() -> None:
    items = read(entry("TI  - A").encode() * 3, "s")
    assert isinstance(items, Iterator)
    assert isinstance(next(items), Record)


def test_memory_does_not_grow_with_the_file() -> None:
    data = entry("TI  - A title", f"AB  - {'word ' * 400}", "DO  - 10.1000/{n}").encode() * 4000
    tracemalloc.start()
    count = sum(isinstance(item, Record) for item in read(data, "s"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 4000
    assert len(data) > 8_000_000
    # A few pieces of a megabyte, whatever the size of the file.
    assert peak < 8_000_000


def test_written_lines_are_ris_for_other_programs() -> None:
    record = Record(source="s", source_id="1", title="A", authors=("B, C",), year=2001, pages="1-9", type="book")
    assert write([record]) == (
        b"TY  - BOOK\r\nTI  - A\r\nAU  - B, C\r\nPY  - 2001\r\nSP  - 1\r\nEP  - 9\r\nER  - \r\n\r\n"
    )


@pytest.mark.parametrize("head", [b"TY  - JOUR\n", b"\xef\xbb\xbfTY  - JOUR", b"1.\nTY - JOUR\n"])
def test_ris_is_recognised(head: bytes) -> None:
    assert looks_like(head)


@pytest.mark.parametrize("head", [b"PMID- 1\nTI  - A\n", b"title,year\nTY,1\n", b"@article{a,", b"{}"])
def test_other_formats_are_not_taken_for_ris(head: bytes) -> None:
    assert not looks_like(head)


def test_a_tag_in_an_unusual_form_counts_where_no_text_can_go_on() -> None:
    (one,) = records(entry("TI  - T", "AU  - A. Author", "KW - keyword", "AB  - A", "CT - scan"))
    assert (one.authors, one.keywords, one.abstract) == (("Author, A.",), ("keyword",), "A CT - scan")


PLAIN = "TY  - JOUR\nAU  - Lima, A\nTI  - A title\nPY  - 2021/03/01//\nDO  - 10.1/abc\nT2  - J Ex\nER  - \n"


def titles(text: str) -> list[str]:
    return [
        item.title for item in registry.read(text.encode(), source="s", file_name="a.ris") if isinstance(item, Record)
    ]


@pytest.mark.parametrize("between", ["\u00a0\u00a0-\u00a0", "  – ", "\t- ", "  -", " - ", "  — "])
def test_other_blanks_and_dashes_behind_the_tags_change_nothing(between: str) -> None:
    found = list(registry.read(PLAIN.replace("  - ", between).encode(), source="s", file_name="a.txt"))
    expected = list(registry.read(PLAIN.encode(), source="s", file_name="a.txt"))
    assert [replace(item, raw="") for item in found if isinstance(item, Record)] == [
        replace(item, raw="") for item in expected if isinstance(item, Record)
    ]


@pytest.mark.parametrize("glue", ["ER  - ", "ER  -", "ER  - \ufeff", "ER  -   "])
def test_files_put_together_without_a_line_end_between_are_both_read(glue: str) -> None:
    text = PLAIN.replace("ER  - \n", glue) + PLAIN.replace("A title", "B title")
    assert titles(text) == ["A title", "B title"]


def test_an_end_without_a_dash_is_an_end() -> None:
    (found,) = registry.read(PLAIN.replace("ER  - ", "ER").encode(), source="s", file_name="a.ris")
    assert isinstance(found, Record)
    assert found.journal == "J Ex"


@pytest.mark.parametrize("tag", ["M3", "ID", "L3", "AN"])
def test_what_is_nothing_but_a_doi_is_one_wherever_it_stands(tag: str) -> None:
    text = PLAIN.replace("DO  - 10.1/abc", f"{tag}  - 10.1016/j.x.2020.01.001")
    (found,) = records(text)
    assert found.doi == "10.1016/j.x.2020.01.001"
